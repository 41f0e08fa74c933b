package verifier_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"slices"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// fingerprint is what sha256sum begins with.
func fingerprint(data []byte) string {
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:])[:8]
}

// Whoever dropped the key that a notification names would have refused it.
func TestKeyFingerprints(t *testing.T) {
	der, _ := pem.Decode(v3PublicKey().PEM)
	v := newV3Verifier(t, withMerchant(func(m *verifier.Merchant) { m.Keys = []string{key, previousKey} }))
	v3 := func(apiV3Key string) func(*testing.T) verifier.Notification {
		return func(t *testing.T) verifier.Notification {
			body := wechatpaytest.V3Transaction(mchID).Body(apiV3Key)
			n, err := judgeRequest(t, v, body, v3PublicKey().Sign(body, v3Now))
			wantReason(t, err, verifier.OK)
			return n
		}
	}
	v2 := func(body string) func(*testing.T) verifier.Notification {
		return func(t *testing.T) verifier.Notification {
			n, err := judge(t, v, body)
			wantReason(t, err, verifier.OK)
			return n
		}
	}
	for name, row := range map[string]struct {
		verify func(*testing.T) verifier.Notification
		want   []string
	}{
		"MD5 with the current key": {v2(payment().Sign(key, verifier.MD5)), []string{fingerprint([]byte(key))}},
		"HMAC with the previous":   {v2(payment().Sign(previousKey, verifier.HMACSHA256)), []string{fingerprint([]byte(previousKey))}},
		"a refund":                 {v2(wechatpaytest.Refund().SealRefund(mchID, previousKey)), []string{fingerprint([]byte(previousKey))}},
		"PayScore, which takes two": {
			v2(wechatpaytest.PayScoreOrder().PayScore(mchID, v3PreviousKey).Sign(key, verifier.HMACSHA256)),
			[]string{fingerprint([]byte(key)), fingerprint([]byte(v3PreviousKey))},
		},
		"APIv3, which takes WeChat Pay's and the merchant's": {v3(v3Key), []string{fingerprint(der.Bytes), fingerprint([]byte(v3Key))}},
		"APIv3 with the previous APIv3 key":                  {v3(v3PreviousKey), []string{fingerprint(der.Bytes), fingerprint([]byte(v3PreviousKey))}},
	} {
		t.Run(name, func(t *testing.T) {
			if n := row.verify(t); !slices.Equal(n.KeyFingerprints, row.want) {
				t.Errorf("got %q, want %q", n.KeyFingerprints, row.want)
			}
		})
	}
}

// A refusal leaves none behind, so that nobody can keep an old key in use.
func TestNoKeyFingerprintOfARefusal(t *testing.T) {
	v := newVerifier(t, withMerchant(func(m *verifier.Merchant) { m.AppIDs = []string{"wx0000000000000000"} }))
	_, err := judge(t, v, payment().Sign(key, verifier.MD5)) // which looks that nothing is left
	wantReason(t, err, verifier.WrongAppID)
}

// Every key of a merchant has a fingerprint, whether it was ever used or not.
func TestFingerprintsOfMerchant(t *testing.T) {
	platform := platformKeyOf(t, v3PublicKey())
	merchant := verifier.Merchant{Keys: []string{key, previousKey}, APIv3Keys: []string{v3Key}, PlatformKeys: []verifier.PlatformKey{platform}}
	der, _ := pem.Decode(v3PublicKey().PEM)
	want := []string{fingerprint([]byte(key)), fingerprint([]byte(previousKey)), fingerprint([]byte(v3Key)), fingerprint(der.Bytes)}
	if got := merchant.Fingerprints(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
