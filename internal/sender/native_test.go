package sender_test

import (
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// A scan in native mode 1 is answered with an order, and the answer is signed.
func TestAnswerToNative(t *testing.T) {
	m := issue(t, newIssuer(), "native")
	order := wechatpaytest.Fields{
		"return_code": "SUCCESS", "return_msg": "OK", "result_code": "SUCCESS", "prepay_id": "wx201410272009395522657a690389285100",
		"appid": "wx2421b1c4370ec43b", "mch_id": mchID, "nonce_str": "5K8264ILTKCH16CQ2502SI8ZNMTM67VS",
	}
	oneLine := func(f wechatpaytest.Fields) string { return strings.ReplaceAll(f.XML(), "\n", "") }
	sign := func(f wechatpaytest.Fields) string { return oneLine(f.Signed(key, verifier.MD5)) }
	right := order.Signed(key, verifier.MD5)["sign"]
	tests := []ackTest{
		{"an order", 200, asXML, sign(order), true, ""},
		{"an order, HMAC-SHA256", 200, asXML, oneLine(order.With("sign_type", "HMAC-SHA256").Signed(key, verifier.HMACSHA256)), true, ""},
		{"no order", 200, asXML, sign(order.Without("prepay_id").With("result_code", "FAIL").With("err_code_des", "sold out")), false, `there is no order: "sold out"`},
		{"no result", 200, asXML, sign(order.Without("result_code")), false, `result_code is "", not SUCCESS`},
		{"no prepay_id", 200, asXML, sign(order.Without("prepay_id")), false, "there is no prepay_id"},
		{"a plain ack", 200, asXML, xmlYes, false, "is to be signed"},
		{"another's key", 200, asXML, oneLine(order.Signed("0stranger1stranger2stranger3stra", verifier.MD5)), false, "is to be signed"},
		{"changed", 200, asXML, oneLine(order.Signed(key, verifier.MD5).With("prepay_id", "wx2")), false, "is to be signed"},
		{"FAIL", 200, asXML, strings.Replace(xmlYes, "SUCCESS", "FAIL", 1), false, "return_code is FAIL"},
		{"a failure of the edge", 502, asXML, xmlYes, false, "the status is 502"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := sender.JudgeAck(newIssuer(), m, test.answer())
			test.check(t, got)
			if strings.Contains(got.Reason, right) || strings.Contains(got.Reason, key) {
				t.Errorf("%q gives away the signature", got.Reason)
			}
		})
	}
	for _, i := range []*issuer.Issuer{nil, {MchID: mchID}} {
		unknown := ackTest{"without the key", 200, asXML, sign(order), true, "only the APIv2 key can tell"}
		unknown.check(t, sender.JudgeAck(i, m, unknown.answer()))
		no := ackTest{"no order", 200, asXML, sign(order.With("result_code", "FAIL")), false, "there is no order"}
		no.check(t, sender.JudgeAck(i, m, no.answer()))
	}
}

// The edge's own answers pass, both the order and the refusal.
func TestNativeReplyOfTheEdge(t *testing.T) {
	i := newIssuer()
	m := issue(t, i, "native")
	v, err := verifier.New(verifier.Config{Merchants: []verifier.Merchant{{MchID: mchID, Keys: []string{key}}}})
	if err != nil {
		t.Fatal(err)
	}
	var n verifier.Notification
	if err := v.Verify(m.Body, nil, &n); err != nil {
		t.Fatal(err)
	}
	order := ackTest{"order", 200, asXML, n.NativeReply().Order("nonce", "wx201410272009395522657a690389285100"), true, ""}
	order.check(t, sender.JudgeAck(i, m, order.answer()))
	refusal := ackTest{"refusal", 200, asXML, n.NativeReply().Refusal("nonce", "sold out"), false, `there is no order: "sold out"`}
	refusal.check(t, sender.JudgeAck(i, m, refusal.answer()))
}
