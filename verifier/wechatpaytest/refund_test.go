package wechatpaytest_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// What openssl makes of the same texts, with the hex of md5sum as its key. Package verifier
// holds published refunds against this package, in its own tests.
func TestEncryptReqInfo(t *testing.T) {
	tests := []struct{ plaintext, key, want string }{
		{"<root/>", key, "xm1RBcLzVc4RezgJc16oQw=="},
		{"", key, "6+1xRMQFxc2Awnyqe+X+mw=="},
		{"0123456789abcdef", key, "ZVBAbT4vt38Bn6RmvRgOV+vtcUTEBcXNgMJ8qnvl/ps="},
	}
	for _, test := range tests {
		if got := wechatpaytest.EncryptReqInfo(test.plaintext, test.key); got != test.want {
			t.Errorf("%q: got %s, want %s", test.plaintext, got, test.want)
		}
	}
}

func TestRefundVerifies(t *testing.T) {
	v, err := verifier.New(verifier.Config{
		Merchants: []verifier.Merchant{{MchID: "1900000109", Keys: []string{key}}},
		MaxAge:    time.Minute,
		Now:       time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	refund := wechatpaytest.Refund().With("refund_recv_accout", "a]]>b<c>&\r\n外")
	var n verifier.Notification
	if err := v.Verify(refund.SealRefund("1900000109", key), nil, &n); err != nil {
		t.Fatal(err)
	}
	if n.Kind != verifier.Refund || n.EventType != "REFUND.SUCCESS" || n.Total != 1 || n.OutTradeNo != refund["out_trade_no"] || n.Number != refund["refund_id"] {
		t.Errorf("got %s of %s: %d fen for %s", n.EventType, n.Kind, n.Total, n.OutTradeNo)
	}
	for _, field := range n.Fields {
		if refund[field.Name] != field.Value {
			t.Errorf("%s is %q, want %q", field.Name, field.Value, refund[field.Name])
		}
	}
	if len(n.Fields) != len(refund) {
		t.Errorf("got %d elements, want %d", len(n.Fields), len(refund))
	}
}

// What stands around the ciphertext is what WeChat Pay puts there, and is not signed.
func TestRefundEnvelope(t *testing.T) {
	envelope := wechatpaytest.Refund().RefundEnvelope("1900000109", key)
	names := slices.Sorted(maps.Keys(envelope))
	if want := []string{"appid", "mch_id", "nonce_str", "req_info", "return_code", "return_msg"}; !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
	if envelope["mch_id"] != "1900000109" || envelope["return_code"] != "SUCCESS" {
		t.Errorf("got %v", envelope)
	}
}

// Times are those of Beijing, wherever the test runs.
func TestRefundAt(t *testing.T) {
	refund := wechatpaytest.RefundAt(time.Date(2018, 8, 22, 17, 56, 6, 0, time.UTC))
	if refund["success_time"] != "2018-08-23 01:56:06" || !strings.Contains(refund["transaction_id"], "20180823") {
		t.Errorf("got %v", refund)
	}
}
