package caddymodule

import (
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// logLine is what a delivery's line in the log holds.
type logLine struct {
	*delivery
	verdict verdict
}

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (l logLine) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	l.addFacts(enc, "")
	enc.AddDuration("duration", time.Since(l.started))
	if l.handler.Mode == modeShadow {
		enc.AddString("mode", modeShadow)
	}
	if l.traceID != "" {
		enc.AddString("trace_id", l.traceID)
	}
	if l.verdict.detail != "" {
		enc.AddString("detail", l.verdict.detail)
	}
	if len(l.facts.warnings) > 0 {
		zap.Strings("warnings", l.facts.warnings).AddTo(enc)
	}
	if r := l.verdict.reply; r != nil {
		enc.AddInt("upstream_status", r.status)
		if l.verdict.reason != verifier.OK {
			enc.AddString("upstream_content_type", r.header.Get("Content-Type"))
			enc.AddInt("upstream_size", r.size)
		}
	}
	return nil
}

// addFacts adds what stands in our own line and in that of the access log, where the names
// have a prefix.
func (l logLine) addFacts(enc zapcore.ObjectEncoder, prefix string) {
	enc.AddString(prefix+"outcome", string(l.verdict.reason.Outcome()))
	enc.AddString(prefix+"reason", l.verdict.reason.String())
	enc.AddString(prefix+"kind", l.facts.kind)
	enc.AddString(prefix+"merchant", l.facts.merchant)
	if f := &l.facts; f.id != "" {
		enc.AddString(prefix+"id", f.loggedID())
		enc.AddString(prefix+"event_type", f.eventType)
		enc.AddString(prefix+"out_trade_no", f.outTradeNo)
		enc.AddString(prefix+"transaction_id", f.transactionID)
		enc.AddInt64(prefix+"total", f.total)
		enc.AddString(prefix+"currency", f.currency)
	}
	l.addDurations(enc, prefix)
}

// addDurations says where the time went. What has not been done takes none.
func (l logLine) addDurations(enc zapcore.ObjectEncoder, prefix string) {
	enc.AddDuration(prefix+"verify_duration", l.verifyTime)
	if took := time.Duration(l.storeTime.Load()); took > 0 {
		enc.AddDuration(prefix+"store_duration", took)
	}
	if l.lookupTime > 0 {
		enc.AddDuration(prefix+"lookup_duration", l.lookupTime)
	}
	if l.verdict.reply != nil {
		enc.AddDuration(prefix+"upstream_duration", l.verdict.took)
	}
}
