// The race detector allocates memory of its own, so that there is nothing to count
// in a build with it.
//go:build !race

package verifier_test

import (
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// A reused Notification makes verification free of heap allocations, so that a
// flood of deliveries costs no garbage collection.
func TestVerifyDoesNotAllocate(t *testing.T) {
	v := newVerifier(t, withMerchant(func(m *verifier.Merchant) { m.Keys = []string{key, previousKey} }))
	for name, body := range map[string]string{
		"payment":                         payment().Sign(key, verifier.MD5),
		"payment, previous key":           payment().Sign(previousKey, verifier.MD5),
		"payment, several elements empty": payment().With("attach", "").With("fee_type", "").Sign(key, verifier.MD5),
		"payment in Chinese":              payment().With("attach", "外科风云").Sign(key, verifier.MD5),
	} {
		var n verifier.Notification
		wantReason(t, v.Verify(body, nil, &n), verifier.OK) // makes room
		allocs := testing.AllocsPerRun(100, func() { _ = v.Verify(body, nil, &n) })
		if allocs != 0 {
			t.Errorf("%s: %v allocations", name, allocs)
		}
	}
}
