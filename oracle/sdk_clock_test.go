package oracle

import (
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// The SDK takes its time from the machine, so these stay away from the border where a
// second more would matter; but for the last of them, whose clock is ours.
func TestClockSkewAsTheSDKJudgesIt(t *testing.T) {
	for _, test := range []struct {
		name   string
		signed time.Duration
		want   string
	}{
		{"now", 0, both},
		{"four minutes ago", -4 * time.Minute, both},
		{"four minutes ahead", 4 * time.Minute, both},
		{"six minutes ago", -6 * time.Minute, neither},
		{"six minutes ahead", 6 * time.Minute, neither},
		{"a day ago", -24 * time.Hour, neither},
	} {
		t.Run(test.name, func(t *testing.T) {
			body := wechatpaytest.V3Transaction(mchID).Body(apiV3Key)
			compare(t, ourVerifier(t), delivery{publicKey().Sign(body, time.Now().Add(test.signed)), body}, test.want, "")
		})
	}
	t.Run("five minutes ago to the second", func(t *testing.T) {
		at := time.Now().Add(-5 * time.Minute).Truncate(time.Second)
		body := wechatpaytest.V3Transaction(mchID).Body(apiV3Key)
		v := ourVerifier(t, func(config *verifier.Config) { config.Now = func() time.Time { return at.Add(5 * time.Minute) } })
		compare(t, v, delivery{publicKey().Sign(body, at), body}, onlyWe, "the SDK refuses 300 s, the official PHP library accepts them")
	})
}
