package caddymodule

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/inspector"
)

// watch begins to note what nobody but the inspector wants to know, if there is one.
func (d *delivery) watch(ctx context.Context) {
	if !inspector.Recording() {
		return
	}
	client, _ := caddyhttp.GetVar(ctx, caddyhttp.ClientIPVarKey).(string)
	d.seen = &inspector.Delivery{RemoteIP: client}
}

// inspect shows the delivery to the inspector.
func (d *delivery) inspect(v verdict) {
	if d.seen == nil {
		return
	}
	seen, f := *d.seen, &d.facts
	seen.Received, seen.Took = d.started, time.Since(d.started)
	seen.Merchant, seen.Kind, seen.Reason, seen.Detail, seen.Warnings = f.merchant, f.kind, v.reason, v.detail, f.warnings
	seen.ID, seen.EventType, seen.OutTradeNo, seen.TransactionID = f.id, f.eventType, f.outTradeNo, f.transactionID
	seen.Total, seen.Currency = f.total, f.currency
	seen.Shadow, seen.Guard, seen.Deduped = d.handler.Mode == modeShadow, d.handler.AmountGuard.name(f.paid), d.claim.ID != ""
	seen.Verify, seen.Lookup, seen.Store, seen.Upstream = d.verifyTime, d.lookupTime, time.Duration(d.storeTime.Load()), v.took
	seen.ForwardedType = d.handler.form.contentType
	seen.AckStatus, seen.AckMessage = d.ackOf(v)
	if r := v.reply; r != nil {
		seen.UpstreamStatus, seen.UpstreamSize, seen.UpstreamType = r.status, r.size, r.header.Get("Content-Type")
	}
	inspector.Record(seen)
}

// ackOf is what the sender got, in words. In shadow mode that is the upstream's reply.
func (d *delivery) ackOf(v verdict) (status int, message string) {
	if d.handler.Mode == modeShadow {
		if v.reply == nil {
			return 0, ""
		}
		return cmp.Or(v.reply.status, http.StatusOK), ""
	}
	status, _, _ = d.reply(v)
	if v.reason.Status() == http.StatusOK {
		return status, "SUCCESS"
	}
	return status, ackMessage(v)
}
