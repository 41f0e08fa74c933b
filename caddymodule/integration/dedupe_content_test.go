package integration

import (
	"maps"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// A notification is a duplicate only if it says the same about the payment. Otherwise
// somebody has to look at it, and the record of what was accepted stays as it is.
func contentDecides(t *testing.T, store string) {
	e := start(t, gate(store)+proxy)
	for _, row := range []struct {
		field, value string
		want         verdict
	}{
		{"attach", "another", duplicate},
		{"attach", "", duplicate},
		{"openid", "another", duplicate},
		{"bank_type", "CFT", duplicate},
		{"nonce_str", "another", duplicate},
		{"time_end", "", duplicate},
		{"is_subscribe", "Y", duplicate},
		{"device_info", "7", duplicate},
		{"brand_new", "1", duplicate},
		{"fee_type", "", duplicate}, // means CNY
		{"appid", "wx0000000000000000", conflict},
		{"out_trade_no", "ANOTHER", conflict},
		{"total_fee", "2", conflict},
		{"cash_fee", "0", conflict},
		{"fee_type", "JPY", conflict},
		{"sub_mch_id", "1900000120", conflict},
	} {
		t.Run(row.field+"="+row.value, func(t *testing.T) {
			e.t = t
			fields := wechatpaytest.Payment(mchID)
			wantDelivery(t, e, sign(fields), yes, 1)
			for range 2 {
				wantDelivery(t, e, sign(fields.With(row.field, row.value)), row.want, 0)
				if row.want == conflict {
					wantFields(t, e.logs.one(t, ownLogger), map[string]any{
						"level": "error", "outcome": "rejected", "merchant": mchID, "kind": "payment",
						"transaction_id": fields["transaction_id"],
					})
				}
				wantDelivery(t, e, sign(fields), duplicate, 0)
			}
		})
	}
	t.Run("signed in another way", func(t *testing.T) {
		e.t = t
		fields := wechatpaytest.Payment(mchID)
		wantDelivery(t, e, sign(fields), yes, 1)
		wantDelivery(t, e, fields.Sign(apiKey, verifier.HMACSHA256), duplicate, 0)
	})
}

// What is told of another payment, or otherwise of the same order, does not stand in
// its way.
func otherFacts(t *testing.T, store string) {
	e := start(t, gate(store, strictBlock)+proxy)
	fields := wechatpaytest.Payment(mchID).With("sub_mch_id", "1900000120")
	wantDelivery(t, e, sign(fields), yes, 1)
	for rule, change := range map[string]wechatpaytest.Fields{
		"another payment":                      {"transaction_id": "4200000171201808221550954201"},
		"a number that begins like it":         {"transaction_id": fields["transaction_id"] + "1"},
		"another merchant's":                   {"mch_id": strictMchID},
		"the same payment, now it failed":      {"result_code": "FAIL"},
		"the same order, failed and no number": {"result_code": "FAIL", "transaction_id": "", "out_trade_no": "ORDER-FAILED"},
	} {
		t.Run(rule, func(t *testing.T) {
			e.t = t
			other := maps.Clone(fields)
			maps.Copy(other, change)
			wantDelivery(t, e, sign(other), yes, 1)
			wantDelivery(t, e, sign(other), duplicate, 0)
			wantDelivery(t, e, sign(fields), duplicate, 0)
		})
	}
	t.Run("a payment that fails, and then succeeds", func(t *testing.T) {
		e.t = t
		success := wechatpaytest.Payment(mchID).With("out_trade_no", "ORDER-SECOND-TRY")
		failed := success.Without("transaction_id", "time_end", "cash_fee", "bank_type").With("result_code", "FAIL").With("err_code", "NOTENOUGH")
		wantDelivery(t, e, sign(failed), yes, 1)
		wantDelivery(t, e, sign(failed), duplicate, 0)
		wantDelivery(t, e, sign(success), yes, 1)
		wantDelivery(t, e, sign(failed), duplicate, 0)
		wantDelivery(t, e, sign(success), duplicate, 0)
	})
}
