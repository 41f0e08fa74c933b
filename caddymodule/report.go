package caddymodule

import (
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// What is reported names merchants, orders and amounts; it never holds a key, a
// signature, or who paid: openid, attach and bank_type stay out.

// setNotificationPlaceholders lets the handlers behind this one use what has been
// verified.
func (d *delivery) setNotificationPlaceholders() {
	n, repl := &d.notification, d.replacer()
	repl.Set("http.wechatpay.id", n.ID())
	repl.Set("http.wechatpay.kind", d.kind)
	repl.Set("http.wechatpay.mchid", d.merchant)
	repl.Set("http.wechatpay.event_type", n.EventType)
	repl.Set("http.wechatpay.out_trade_no", n.OutTradeNo)
	repl.Set("http.wechatpay.transaction_id", n.TransactionID)
	repl.Set("http.wechatpay.total", n.Total)
	repl.Set("http.wechatpay.currency", n.Currency)
}

// report tells the log, the access log and the placeholders how it ended.
func (d *delivery) report() {
	reason := d.verdict.reason
	repl := d.replacer()
	repl.Set("http.wechatpay.outcome", string(reason.Outcome()))
	repl.Set("http.wechatpay.reason", reason.String())
	repl.Set("http.wechatpay.kind", d.kind)
	repl.Set("http.wechatpay.mchid", d.merchant)

	if extra, ok := d.request.Context().Value(caddyhttp.ExtraLogFieldsCtxKey).(*caddyhttp.ExtraLogFields); ok {
		extra.Set(zap.String("wechatpay_outcome", string(reason.Outcome())))
		extra.Set(zap.String("wechatpay_reason", reason.String()))
		extra.Set(zap.String("wechatpay_merchant", d.merchant))
		extra.Set(zap.String("wechatpay_kind", d.kind))
	}
	d.log()
}

// log writes one line for the delivery. Its message is the outcome and, where there
// is a reason for it, the reason in words.
func (d *delivery) log() {
	reason := d.verdict.reason
	logger, level, message := d.handler.logger, zapcore.InfoLevel, "notification "+string(reason.Outcome())
	switch reason.Outcome() {
	case verifier.Rejected:
		logger, level = d.handler.rejected, zapcore.WarnLevel
	case verifier.Declined:
		level = zapcore.WarnLevel
	case verifier.Failed:
		level = zapcore.ErrorLevel
	}
	if reason != verifier.OK {
		message += ": " + reason.Error()
	}
	if entry := logger.Check(level, message); entry != nil {
		entry.Write(d.logFields()...)
	}
}

func (d *delivery) logFields() []zap.Field {
	fields := []zap.Field{
		zap.String("outcome", string(d.verdict.reason.Outcome())),
		zap.String("reason", d.verdict.reason.String()),
		zap.String("kind", d.kind),
		zap.String("merchant", d.merchant),
		zap.Duration("verify_duration", d.verifyTime),
	}
	if d.handler.Mode == modeShadow {
		fields = append(fields, zap.String("mode", modeShadow))
	}
	if d.verdict.detail != "" {
		fields = append(fields, zap.String("detail", d.verdict.detail))
	}
	if n := &d.notification; n.Kind != "" {
		fields = append(fields,
			zap.String("id", n.ID()),
			zap.String("event_type", n.EventType),
			zap.String("out_trade_no", n.OutTradeNo),
			zap.String("transaction_id", n.TransactionID),
			zap.Int64("total", n.Total),
			zap.String("currency", n.Currency),
		)
		if len(n.Warnings) > 0 {
			fields = append(fields, zap.Strings("warnings", n.Warnings))
		}
	}
	if r := d.upstreamReply; r != nil {
		fields = append(fields,
			zap.Duration("upstream_duration", d.upstreamTime),
			zap.Int("upstream_status", r.status),
			zap.String("upstream_content_type", r.header.Get("Content-Type")),
			zap.Int("upstream_size", r.size),
		)
	}
	return fields
}
