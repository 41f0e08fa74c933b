package caddymodule

import (
	"cmp"
	"net/http"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/inspector"
)

// inspect shows the delivery to the inspector, if there is one.
func (d *delivery) inspect(v verdict) {
	if !inspector.Recording() {
		return
	}
	f := &d.facts
	seen := inspector.Delivery{
		Received: d.started, Took: time.Since(d.started), RemoteIP: d.clientIP,
		Merchant: f.merchant, Kind: f.kind, Reason: v.reason, Detail: v.detail,
		APIVersion: f.apiVersion, Authenticity: f.authenticity, Warnings: f.warnings,
		ID: f.id, EventType: f.eventType, OutTradeNo: f.outTradeNo, TransactionID: f.transactionID,
		Total: f.total, Currency: f.currency,
		Shadow: d.handler.Mode == modeShadow, Guard: d.handler.AmountGuard.name(f.paid), Deduped: d.claim.ID != "",
		Verify: d.verifyTime, Lookup: d.lookupTime, Store: time.Duration(d.storeTime.Load()), Upstream: v.took,
		Forwarded: d.forwarded, ForwardedType: d.handler.form.contentType,
	}
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
