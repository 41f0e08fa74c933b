package verifier_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// Whatever stands beside the fields of a kind, signed by encoding/xml's reading: it is of
// that kind or refused, and every form of forwarding says what was signed.
func FuzzKinds(f *testing.F) {
	wantSeeds(f)
	v := newVerifier(f, withMerchant(withAPIv3Key))
	var kinds []verifier.Kind
	bodies := signedKinds(f)
	for kind := range bodies {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	f.Fuzz(func(t *testing.T, which uint8, inner string) {
		kind := kinds[int(which)%len(kinds)]
		body := strings.TrimSuffix(bodies[kind].Without("sign_type", "algorithm").XML(), "</xml>") + inner
		fields, err := readIndependently(body + "</xml>")
		if err != nil {
			return
		}
		body += sign(wechatpaytest.Signature(fields, key, verifier.HMACSHA256)) + "</xml>"
		n, err := judge(t, v, body)
		if err != nil {
			// malformed: encoding/xml lets more pass
			if slices.Contains([]string{"bad_signature", "unsigned", "unknown_merchant"}, label(err)) {
				t.Errorf("%v, although encoding/xml's reading is signed\n%q", err, body)
			}
			return
		}
		same := n.Kind == kind || kind == verifier.Payment && n.Kind == verifier.Deduction
		if other := n.Kind == verifier.Refund || n.Kind == verifier.Combined && kind == verifier.Native; !same && !other {
			t.Errorf("a %s became a %s\n%q", kind, n.Kind, body)
		}
		if n.Kind != verifier.Refund {
			wantForwarded(t, &n, body)
		}
		wantSameXML(t, v, &n, body)
		var event struct {
			ID   string
			Data json.RawMessage
		}
		if err := json.Unmarshal(n.AppendCloudEvent(nil), &event); err != nil || event.ID != n.ID() || string(event.Data) != string(n.AppendJSON(nil)) {
			t.Errorf("%v: %s", err, n.AppendCloudEvent(nil))
		}
	})
}

// Whatever the list of orders holds, the total is what the orders cost, and the resource
// names each of them.
func FuzzSubOrders(f *testing.F) {
	wantSeeds(f)
	v := newVerifier(f)
	fields, _ := goldenFields(f, combinedTest.golden)
	f.Fuzz(func(t *testing.T, list string, failed bool) {
		fields := fields.With("sub_order_list", list)
		if failed {
			fields["result_code"] = "FAIL"
		}
		n, err := judge(t, v, fields.Sign(key, verifier.HMACSHA256))
		if err != nil {
			if !slices.Contains([]string{"missing_field", "bad_field", "bad_amount", "malformed"}, label(err)) {
				t.Errorf("%q: %v", list, err)
			}
			return
		}
		var document struct {
			Resource struct {
				Orders []struct {
					MchID      string `json:"mchid"`
					OutTradeNo string `json:"out_trade_no"`
					Attach     string
					Amount     struct {
						Total    int64 `json:"total_amount"`
						Currency string
					}
				} `json:"sub_orders"`
			}
			Fields wechatpaytest.Fields
		}
		if err := json.Unmarshal(n.AppendJSON(nil), &document); err != nil {
			t.Fatalf("%v: %s", err, n.AppendJSON(nil))
		}
		orders := document.Resource.Orders
		if len(orders) != len(n.Orders) || !failed && len(orders) == 0 || document.Fields["sub_order_list"] != list {
			t.Fatalf("%d orders became %s", len(n.Orders), n.AppendJSON(nil))
		}
		var sum int64
		for i, order := range orders {
			want := n.Orders[i]
			if order.MchID != want.MchID || order.OutTradeNo != want.OutTradeNo || order.Amount.Total != want.Total || order.Attach != want.Attach {
				t.Errorf("%+v became %+v", want, order)
			}
			if !failed && (order.Amount.Total < 1 || order.Amount.Total > 99_999_999_999) {
				t.Errorf("an order of %d", order.Amount.Total)
			}
			sum += order.Amount.Total
		}
		if n.Total != sum && n.Currency != "XXX" {
			t.Errorf("total is %d %s, but the orders cost %d", n.Total, n.Currency, sum)
		}
	})
}

// Whatever an upstream says, the reply to a scan is flat XML of the fields that it should
// have, with a signature that holds.
func FuzzNativeReply(f *testing.F) {
	wantSeeds(f)
	replies := map[verifier.SignType]verifier.NativeReply{}
	for _, signType := range []verifier.SignType{verifier.MD5, verifier.HMACSHA256} {
		replies[signType] = scan(f, key, signType, key)
	}
	f.Fuzz(func(t *testing.T, message string) {
		for signType, r := range replies {
			reply := r.Refusal("NONCE", message)
			parsed, err := readIndependently(reply)
			if err != nil {
				t.Fatalf("%v: %q", err, reply)
			}
			want := wechatpaytest.Fields{"result_code": "FAIL"}
			if text := parsed["err_code_des"]; text != "" {
				want["err_code_des"] = text
			}
			wantReply(t, reply, key, signType, want)
			wantCleaned(t, message, parsed["err_code_des"], 128)
		}
	})
}
