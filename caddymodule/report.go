package caddymodule

import (
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// reportAccess tells the access log how the delivery ended.
func (d *delivery) reportAccess() {
	outcome, reason := d.decision()
	if extra, ok := d.request.Context().Value(caddyhttp.ExtraLogFieldsCtxKey).(*caddyhttp.ExtraLogFields); ok {
		extra.Set(zap.String("wechatpay_outcome", outcome))
		extra.Set(zap.String("wechatpay_reason", reason))
		extra.Set(zap.String("wechatpay_merchant", d.facts.merchant))
		extra.Set(zap.String("wechatpay_kind", d.facts.kind))
	}
}

// log writes one line for the delivery. Its message is the outcome and, where there
// is a reason for it, the reason in words.
func (d *delivery) log(v verdict) {
	reason := v.reason
	logger, level, message := d.handler.logger, zapcore.InfoLevel, "notification "+string(reason.Outcome())
	switch reason.Outcome() {
	case verifier.Rejected:
		logger, level = d.handler.rejected, zapcore.WarnLevel
	case verifier.Declined:
		level = zapcore.WarnLevel
	case verifier.Failed:
		level = zapcore.ErrorLevel
	case verifier.Accepted:
		if len(d.facts.warnings) > 0 {
			level = zapcore.WarnLevel
		}
	}
	if reason != verifier.OK {
		message += ": " + reason.Error()
	}
	if entry := logger.Check(level, message); entry != nil {
		entry.Write(d.logFields(v)...)
	}
}

func (d *delivery) logFields(v verdict) []zap.Field {
	fields := make([]zap.Field, 0, 18)
	fields = append(fields,
		zap.String("outcome", string(v.reason.Outcome())),
		zap.String("reason", v.reason.String()),
		zap.String("kind", d.facts.kind),
		zap.String("merchant", d.facts.merchant),
		zap.Duration("verify_duration", d.verifyTime),
	)
	if d.handler.Mode == modeShadow {
		fields = append(fields, zap.String("mode", modeShadow))
	}
	if v.detail != "" {
		fields = append(fields, zap.String("detail", v.detail))
	}
	if f := &d.facts; f.id != "" {
		fields = append(fields,
			zap.String("id", f.id),
			zap.String("event_type", f.eventType),
			zap.String("out_trade_no", f.outTradeNo),
			zap.String("transaction_id", f.transactionID),
			zap.Int64("total", f.total),
			zap.String("currency", f.currency),
		)
		if len(f.warnings) > 0 {
			fields = append(fields, zap.Strings("warnings", f.warnings))
		}
	}
	if r := v.reply; r != nil {
		fields = append(fields,
			zap.Duration("upstream_duration", v.took),
			zap.Int("upstream_status", r.status),
			zap.String("upstream_content_type", r.header.Get("Content-Type")),
			zap.Int("upstream_size", r.size),
		)
	}
	return fields
}
