package caddymodule

import (
	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyevents"
	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// emitter tells Caddy's events app. It does its best: handlers of events run aside, so
// that none can hold up an ack or the next delivery, and none runs any more once the
// configuration is replaced.
type emitter func(name string, data func() map[string]any)

func newEmitter(ctx caddy.Context, logger *zap.Logger) (emitter, error) {
	app, err := ctx.App("events")
	if err != nil {
		return nil, err
	}
	events := app.(*caddyevents.App)
	return func(name string, data func() map[string]any) {
		if !events.ShouldEmit(name) {
			return
		}
		facts := data()
		go func() {
			defer func() {
				if value := recover(); value != nil {
					logger.Error("a handler of an event panicked", zap.String("event", name), zap.Any("panic", value))
				}
			}()
			events.Emit(ctx, name, facts)
		}()
	}, nil
}

// emit names the event after the outcome. A conflict has a name of its own: somebody
// should look at it.
func (d *delivery) emit(v verdict) {
	name := "wechatpay." + string(v.reason.Outcome())
	if v.reason == verifier.Conflict {
		name = "wechatpay.conflict"
	}
	d.handler.emit(name, func() map[string]any {
		return map[string]any{
			"outcome": string(v.reason.Outcome()), "reason": v.reason.String(),
			"kind": d.facts.kind, "merchant": d.facts.merchant,
			"id": d.facts.loggedID(), "out_trade_no": d.facts.outTradeNo, "transaction_id": d.facts.transactionID,
		}
	})
}
