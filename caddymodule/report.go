package caddymodule

import (
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// report tells everybody who wants to know how the delivery ended, once: the log, the
// metrics, the events and the inspector.
func (d *delivery) report(v verdict) {
	d.log(v)
	d.count(v)
	d.emit(v)
	d.inspect(v)
}

// reportAccess tells the access log how the delivery ended.
func (d *delivery) reportAccess() {
	extra, ok := d.request.Context().Value(caddyhttp.ExtraLogFieldsCtxKey).(*caddyhttp.ExtraLogFields)
	if !ok {
		return
	}
	extra.Set(zap.Inline(zapcore.ObjectMarshalerFunc(func(enc zapcore.ObjectEncoder) error {
		logLine{d, *d.verdict.Load()}.addFacts(enc, "wechatpay_")
		return nil
	})))
}

// log writes one line for the delivery. Its message is the outcome and, where there
// is a reason for it, the reason in words.
func (d *delivery) log(v verdict) {
	reason := v.reason
	logger, level, message := d.handler.logger, zapcore.InfoLevel, "notification "+string(reason.Outcome())
	switch reason.Outcome() {
	case verifier.Rejected:
		logger, level = d.handler.rejected, zapcore.WarnLevel
		if reason == verifier.Probe {
			level = zapcore.InfoLevel // WeChat Pay is content with the refusal
		}
		if reason == verifier.Conflict || reason == verifier.AmountMismatch {
			logger, level = d.handler.logger, zapcore.ErrorLevel // signed by WeChat Pay, and wrong
		}
	case verifier.Declined:
		level = zapcore.WarnLevel
	case verifier.Failed:
		level = zapcore.ErrorLevel
		if reason == verifier.InFlight {
			level = zapcore.WarnLevel // it comes again, and finds the answer
		}
	case verifier.Accepted, verifier.Duplicate:
		if len(d.facts.warnings) > 0 {
			level = zapcore.WarnLevel
		}
	}
	if reason != verifier.OK {
		message += ": " + reason.Error()
	}
	if entry := logger.Check(level, message); entry != nil {
		entry.Write(zap.Inline(logLine{d, v}))
	}
}

// logLateYes tells of a yes that came when WeChat Pay had its FAIL already.
func (d *delivery) logLateYes(v verdict) {
	level, message := zapcore.WarnLevel, "the upstream said yes after upstream_timeout; WeChat Pay's next delivery finds the work done"
	switch v.reason {
	case verifier.OK:
	case verifier.StoreError, verifier.InFlight:
		level, message = zapcore.ErrorLevel, "the upstream said yes after upstream_timeout, and that could not be recorded"
	default:
		return // no yes
	}
	if entry := d.handler.logger.Check(level, message); entry != nil {
		entry.Write(zap.String("id", d.facts.loggedID()), zap.Duration("upstream_duration", v.took), zap.String("detail", v.detail))
	}
}
