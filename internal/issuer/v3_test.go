package issuer_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// member returns what stands at a path, as JSON, or -.
func member(document any, path string) string {
	for name := range strings.SplitSeq(path, ".") {
		object, _ := document.(map[string]any)
		value, there := object[name]
		if !there {
			return "-"
		}
		document = value
	}
	text, _ := json.Marshal(document) // as it was read
	return string(text)
}

// A name is a path, and a value stays of the type that it replaces.
func TestMembers(t *testing.T) {
	tests := []struct{ name, kind, given, want string }{
		{"text", "v3-transaction", "out_trade_no=1001", `out_trade_no="1001"`},
		{"text within", "v3-transaction", "payer.openid=o1", `payer.openid="o1"`},
		{"a number, and what follows", "v3-transaction", "amount.total=9900", `amount.total=9900, amount.payer_total=9900, amount.currency="CNY"`},
		{"unless it is given", "v3-transaction", "amount.total=9900, amount.payer_total=0", `amount.total=9900, amount.payer_total=0`},
		{"a new number among amounts", "v3-transaction", "amount.settlement_rate=1", `amount.settlement_rate=1`},
		{"a new text that looks like a number", "v3-transaction", "payer.sub_openid=1", `payer.sub_openid="1"`},
		{"a new object on the way", "v3-transaction", "scene_info.device_id=D1", `scene_info.device_id="D1"`},
		{"a new array", "v3-transaction", `promotion_detail=[{"coupon_id":"1"}]`, `promotion_detail=[{"coupon_id":"1"}]`},
		{"a whole object", "v3-transaction", `amount={"total":5}`, `amount={"total":5}`},
		{"gone", "v3-transaction", "attach=, payer.openid=", `attach=-, payer={}`},
		{"gone is not followed", "v3-transaction", "amount.payer_total=", `amount.payer_total=-, amount.total=1`},
		{"a refund of part of it", "v3-refund", "amount.total=9900, amount.refund=100", `amount.total=9900, amount.refund=100, amount.payer_total=9900, amount.payer_refund=100`},
		{"a refund of it all", "v3-refund", "amount.total=9900", `amount.total=9900, amount.refund=9900, amount.payer_refund=9900`},
		{"a refund that did not come about", "v3-refund", "refund_status=CLOSED", `refund_status="CLOSED", success_time=-`},
		{"unless it has a time", "v3-refund", "refund_status=CLOSED, success_time=2018-06-08T10:34:56+08:00", `success_time="2018-06-08T10:34:56+08:00"`},
		{"an amount follows its refund", "v3-refund", "amount.refund=100", `amount.total=100, amount.refund=100`},
		{"markup stays as it is", "v3-transaction", "attach=<a>&\"b", `attach="\u003ca\u003e\u0026\"b"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n, err := verify(t, issue(t, newIssuer(), test.kind, fieldsOf(test.given)...))
			if err != nil {
				t.Fatal(err)
			}
			var document map[string]any
			if err := json.Unmarshal(n.AppendJSON(nil), &document); err != nil {
				t.Fatal(err)
			}
			for _, want := range fieldsOf(test.want) {
				if got := member(document["resource"], want.Name); got != want.Value {
					t.Errorf("%s is %s, want %s", want.Name, got, want.Value)
				}
			}
		})
	}
}

// Some names stand around what is encrypted.
func TestV3Envelope(t *testing.T) {
	given := "id=N1, event_type=PROFITSHARING.SUCCESS, original_type=profitsharing, create_time=2099-01-02T03:04:05+08:00, summary=分账, order_id=30001"
	m := issue(t, newIssuer(), "v3-transaction", fieldsOf(given)...)
	var got map[string]any
	if err := json.Unmarshal([]byte(m.Body), &got); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"id": `"N1"`, "event_type": `"PROFITSHARING.SUCCESS"`, "create_time": `"2099-01-02T03:04:05+08:00"`, "summary": `"分账"`,
		"resource.original_type": `"profitsharing"`, "original_type": "-", "order_id": "-",
	} {
		if value := member(got, path); value != want {
			t.Errorf("%s is %s, want %s", path, value, want)
		}
	}
	n, err := verify(t, m)
	if err != nil || n.Kind != verifier.ProfitSharing || n.NotificationID != "N1" || n.Number != "30001" {
		t.Errorf("got %s %s %s, %v", n.Kind, n.NotificationID, n.Number, err)
	}
	for given, want := range map[string]string{
		"refund_status=ABNORMAL": "REFUND.ABNORMAL", "refund_status=ABNORMAL, event_type=REFUND.SUCCESS": "REFUND.SUCCESS", "out_trade_no=T1": "REFUND.SUCCESS",
	} {
		if n, err := verify(t, issue(t, newIssuer(), "v3-refund", fieldsOf(given)...)); err != nil || n.EventType != want {
			t.Errorf("%s: the event is %s, want %s (%v)", given, n.EventType, want, err)
		}
	}
	_, err = verify(t, issue(t, newIssuer(), "v3-refund", issuer.Field{Name: "create_time"}))
	wantReason(t, err, verifier.MissingField)
}

// A number that is none is what a forger sends.
func TestOddNumber(t *testing.T) {
	for _, value := range []string{"-1", "1.5", "1e3", "abc", "null", "[]"} {
		if _, err := verify(t, issue(t, newIssuer(), "v3-transaction", fieldsOf("amount.total="+value)...)); err == nil {
			t.Errorf("%s is taken for an amount", value)
		}
	}
	large := "12345678901234567890123"
	m := issue(t, newIssuer(), "v3-transaction", issuer.Field{Name: "amount.total", Value: large})
	if _, err := verify(t, m); err == nil {
		t.Errorf("%s is taken for an amount", large)
	}
}
