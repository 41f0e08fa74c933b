package wechatpaytest_test

import (
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

const payScoreKey = "v3KeyQ7wE2rT9yU4iO1pA6sD3fG8hJ5k"

// kinds make a notification of each kind that is signed.
var kinds = map[verifier.Kind]func(mchID string) wechatpaytest.Fields{
	verifier.Payment:   wechatpaytest.Payment,
	verifier.Deduction: wechatpaytest.Deduction,
	verifier.Contract:  wechatpaytest.Contract,
	verifier.Combined:  wechatpaytest.Combined,
	verifier.Native:    wechatpaytest.Native,
	verifier.Plate:     wechatpaytest.Plate,
	verifier.Risk:      wechatpaytest.Risk,
	verifier.PayScore: func(mchID string) wechatpaytest.Fields {
		return wechatpaytest.PayScoreOrder().PayScore(mchID, payScoreKey)
	},
}

// Each is what it is called, new enough for any max_age, and nothing odd about it.
func TestKindsVerify(t *testing.T) {
	v, err := verifier.New(verifier.Config{
		Merchants: []verifier.Merchant{{MchID: "1900000109", Keys: []string{key}, APIv3Keys: []string{payScoreKey}}},
		MaxAge:    time.Minute,
		Now:       time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	for kind, fields := range kinds {
		var n verifier.Notification
		if err := v.Verify(fields("1900000109").Sign(key, verifier.HMACSHA256), nil, &n); err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if n.Kind != kind || n.MchID != "1900000109" || len(n.Warnings) > 0 {
			t.Errorf("%s: got %s of %s with %q", kind, n.Kind, n.MchID, n.Warnings)
		}
		first := n.ID()
		if err := v.Verify(fields("1900000109").Sign(key, verifier.HMACSHA256), nil, &n); err != nil || n.ID() == first {
			t.Errorf("%s: two in a row have the ID %s (%v)", kind, first, err)
		}
	}
}

// Two orders of 1 fen cost 2 fen.
func TestCombinedCosts(t *testing.T) {
	v, err := verifier.New(verifier.Config{Merchants: []verifier.Merchant{{MchID: "1900000109", Keys: []string{key}}}})
	if err != nil {
		t.Fatal(err)
	}
	var n verifier.Notification
	if err := v.Verify(wechatpaytest.Combined("1900000109").Sign(key, verifier.MD5), nil, &n); err != nil {
		t.Fatal(err)
	}
	if len(n.Orders) != 2 || n.Total != 2 || n.Orders[0].OutTradeNo == n.Orders[1].OutTradeNo {
		t.Errorf("got %d fen for %+v", n.Total, n.Orders)
	}
}

// What was encrypted comes back as the resource.
func TestPayScoreDecrypts(t *testing.T) {
	v, err := verifier.New(verifier.Config{Merchants: []verifier.Merchant{{MchID: "1900000109", Keys: []string{key}, APIv3Keys: []string{payScoreKey}}}})
	if err != nil {
		t.Fatal(err)
	}
	order := wechatpaytest.PayScoreOrder().With("out_order_no", "ORDER-1001")
	var n verifier.Notification
	if err := v.Verify(order.PayScore("1900000109", payScoreKey).Sign(key, verifier.HMACSHA256), nil, &n); err != nil {
		t.Fatal(err)
	}
	if n.OutTradeNo != "ORDER-1001" || n.EventType != "TRANSACTION.SUCCESS" {
		t.Errorf("got %s of %s", n.EventType, n.OutTradeNo)
	}
}
