package integration

import (
	"testing"
)

// In shadow mode an app that has dealt with WeChat Pay by itself so far goes on doing so:
// it gets every byte and header as it came, and its answer goes back as it is. The log
// tells what the edge would have made of both.
func TestShadowOfKinds(t *testing.T) {
	e := start(t, reporting+gateOfBoth(t, "mode shadow", "dedupe memory")+proxy)
	scan := nativeRow()
	own := scan.fields.With("result_code", "SUCCESS").With("prepay_id", "wx1").Without("openid", "product_id", "is_subscribe")
	for _, row := range []struct {
		kindRow
		answer  string
		outcome string
		reason  string
	}{
		{refundRow(), successXML, "accepted", "ok"},
		{contractRow(), "SUCCESS", "accepted", "ok"},
		{payScoreRow(), failXML("no"), "declined", "upstream_declined"},
		{v3PaymentRow(), successJSON, "accepted", "ok"},
		{v3RefundRow(), `{"code":"FAIL","message":"no"}`, "declined", "upstream_declined"},
		{v3ProfitSharingRow(), "<html>", "failed", "upstream_unreadable"},
		{scan, `{"prepay_id":"wx1"}`, "accepted", "ok"},
		{scan, sign(own.With("return_code", "SUCCESS")), "failed", "upstream_unreadable"}, // the app still has to learn it
		{questions()[0], `{"retention_type":"COUPON"}`, "accepted", "ok"},
		{questions()[0], "SUCCESS", "failed", "upstream_unreadable"},
	} {
		t.Run(row.name+" "+row.reason, func(t *testing.T) {
			e.t = t
			e.upstream.answers(says(200, row.answer, "X-App", "yes"))
			for range 2 { // nothing is remembered
				got := e.deliver(row.again())
				if got.status != 200 || got.body != row.answer || got.header.Get("X-App") != "yes" {
					t.Errorf("%v, want the app's own answer", got)
				}
				seen := e.upstream.one(t)
				if seen.body != row.body || seen.header.Get("Webhook-Id") != "" {
					t.Errorf("the app got %v", seen)
				}
				if row.fields == nil && seen.header.Get("Wechatpay-Serial") != byPublicKey().Serial {
					t.Errorf("Wechatpay-Serial is %q", seen.header.Get("Wechatpay-Serial"))
				}
				wantReport(t, e, row.outcome, row.reason, mchID, row.kind)
				wantFields(t, e.logs.one(t, ownLogger), map[string]any{"mode": "shadow", "id": row.loggedID()})
			}
		})
	}
}

// What would be refused passes as well.
func TestShadowOfRefusedKinds(t *testing.T) {
	e := start(t, reporting+gateOfBoth(t, "mode shadow")+proxy)
	e.upstream.answers(says(200, successJSON))
	v3, refund := v3PaymentRow(), refundRow()
	for reason, n := range map[string]note{
		"unknown_serial": signedBy(byStranger(), v3.body),
		"bad_signature":  signedBy(byPublicKey(), v3.body+" "),
		"unsigned":       withHeaders(v3.body, nil),
		"undecryptable":  {body: refund.fields.SealRefund(mchID, someKey)},
	} {
		if reason == "bad_signature" {
			n.body = v3.body
		}
		t.Run(reason, func(t *testing.T) {
			e.t = t
			if got := e.deliver(n); got.status != 200 || got.body != successJSON || e.upstream.one(t).body != n.body {
				t.Errorf("%v; the app got %v", got, e.upstream.calls())
			}
			wantReport(t, e, "rejected", reason, "", "")
		})
	}
}

// Where APIv3 cannot be forwarded, shadow mode says so and lets it pass.
func TestShadowWithForwardXML(t *testing.T) {
	e := start(t, gate("mode shadow", "forward xml")+proxy)
	for _, row := range []kindRow{v3PaymentRow(), refundRow()} {
		e.upstream.answers(says(200, row.success()))
		if got := e.deliver(row.note); got.body != row.success() || e.upstream.one(t).body != row.body {
			t.Errorf("%s: %v", row.name, got)
		}
		want := "ok"
		if row.fields == nil {
			want = "unknown_serial"
		}
		wantFields(t, e.logs.one(t, ownLogger), map[string]any{"reason": want, "mode": "shadow"})
		e.logs.one(t, accessLogger)
	}
}
