package bench

import (
	"github.com/caddy-wechatpay/caddy-wechatpay/bench/sample"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// The names by which the bars are looked up.
const (
	Verify     = "verifier: verify"
	VerifyJSON = "verifier: verify+json"
)

// Ours returns the verifier, up to the verified value and up to the JSON body that goes to the upstream.
func Ours() []Candidate {
	return []Candidate{
		{Name: Verify, Route: "Verify into a reused Notification", Prepare: verifyOnly},
		{Name: VerifyJSON, Route: "Verify, AppendJSON into a reused buffer", Prepare: verifyJSON},
	}
}

func verifyOnly(body []byte) func() error {
	v, text := newVerifier(), string(body)
	var n verifier.Notification
	return func() error { return v.Verify(text, nil, &n) }
}

func verifyJSON(body []byte) func() error {
	v, text := newVerifier(), string(body)
	var n verifier.Notification
	var buf []byte
	return func() error {
		if err := v.Verify(text, nil, &n); err != nil {
			return err
		}
		buf = n.AppendJSON(buf[:0])
		return nil
	}
}

func newVerifier() *verifier.Verifier {
	v, err := verifier.New(verifier.Config{
		Merchants: []verifier.Merchant{{MchID: sample.MchID, Keys: []string{sample.Key}}},
	})
	if err != nil {
		panic(err)
	}
	return v
}
