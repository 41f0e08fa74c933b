package caddymodule

import (
	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyevents"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// emitter tells Caddy's events app. It does its best: handlers of events run after WeChat
// Pay has its ack, and none runs any more once the configuration is replaced.
type emitter func(name string, data func() map[string]any)

func newEmitter(ctx caddy.Context) (emitter, error) {
	app, err := ctx.App("events")
	if err != nil {
		return nil, err
	}
	events := app.(*caddyevents.App)
	return func(name string, data func() map[string]any) {
		if events.ShouldEmit(name) {
			events.Emit(ctx, name, data())
		}
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
			"id": d.facts.id, "out_trade_no": d.facts.outTradeNo, "transaction_id": d.facts.transactionID,
		}
	})
}
