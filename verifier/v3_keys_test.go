package verifier_test

import (
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// While WeChat Pay moves from certificates to public keys, and from one certificate to
// the next, it signs with any of them.
func TestV3KeysSideBySide(t *testing.T) {
	platforms := map[string]*wechatpaytest.Platform{
		"public key":         v3PublicKey(),
		"another public key": v3Stranger(),
		"certificate":        v3Certificate(),
		"next certificate":   wechatpaytest.NewCertificate(v3Now.AddDate(5, 0, 0)),
		"ended certificate":  wechatpaytest.NewCertificate(v3Now.AddDate(0, 0, -1)),
	}
	v := newV3Verifier(t, withMerchant(func(m *verifier.Merchant) {
		m.PlatformKeys = nil
		for _, platform := range platforms {
			m.PlatformKeys = append(m.PlatformKeys, platformKeyOf(t, platform))
		}
	}))
	body := v3Payment(v3Transaction().json()).body()
	for name, platform := range platforms {
		t.Run(name, func(t *testing.T) {
			_, err := judgeRequest(t, v, body, platform.Sign(body, v3Now))
			wantReason(t, err, verifier.OK)
		})
		for otherName, other := range platforms {
			if other == platform {
				continue
			}
			t.Run(name+" under the serial of "+otherName, func(t *testing.T) {
				header := platform.Sign(body, v3Now)
				header.Set("Wechatpay-Serial", other.Serial)
				_, err := judgeRequest(t, v, body, header)
				wantReason(t, err, verifier.BadSignature)
			})
		}
	}
}

func TestAPIv3Keys(t *testing.T) {
	v := newV3Verifier(t)
	tests := []struct {
		name string
		key  string
		want verifier.Reason
	}{
		{"the current one", v3Key, verifier.OK},
		{"the previous one", v3PreviousKey, verifier.OK},
		{"another one", v3StrangerKey, verifier.Undecryptable},
		{"the APIv2 key", key, verifier.Undecryptable},
		{"16 characters of it", v3Key[:16], verifier.Undecryptable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := v3Payment(v3Transaction().json())
			e.key = test.key
			_, err := judgeV3(t, v, e)
			wantReason(t, err, test.want)

			// Who can encrypt is not who may sign: a public key is what proves it.
			body := e.body()
			_, err = judgeRequest(t, v, body, v3Stranger().Sign(body, v3Now))
			wantReason(t, err, verifier.UnknownSerial)
			forged := v3Stranger().Sign(body, v3Now)
			forged.Set("Wechatpay-Serial", v3PublicKey().Serial)
			_, err = judgeRequest(t, v, body, forged)
			wantReason(t, err, verifier.BadSignature)
		})
	}
}

// A merchant of APIv2 alone accepts nothing of APIv3, and the other way round.
func TestAPIVersionsAreApart(t *testing.T) {
	onlyV2, onlyV3 := newVerifier(t), newV3Verifier(t, withMerchant(func(m *verifier.Merchant) { m.Keys = nil }))
	v2, v3 := payment().Sign(key, verifier.MD5), v3Payment(v3Transaction().json()).body()
	header := v3PublicKey().Sign(v3, v3Now)

	_, err := judgeRequest(t, onlyV2, v3, header)
	wantReason(t, err, verifier.UnknownSerial)
	_, err = judge(t, onlyV3, v2)
	wantReason(t, err, verifier.UnknownMerchant)
	_, err = judge(t, onlyV3, wechatpaytest.Refund().SealRefund(mchID, key))
	wantReason(t, err, verifier.UnknownMerchant)
	_, err = judgeRequest(t, onlyV3, v3, header)
	wantReason(t, err, verifier.OK)

	// An APIv3 key does not sign for APIv2, whatever it decrypts.
	_, err = judge(t, newV3Verifier(t), payment().Sign(v3Key, verifier.MD5))
	wantReason(t, err, verifier.BadSignature)
	_, err = judge(t, newV3Verifier(t), wechatpaytest.Refund().SealRefund(mchID, v3Key))
	wantReason(t, err, verifier.Undecryptable)
}

// The API version that a body is of follows from the body, not from its headers.
func TestHeadersOfAPIv3OnXML(t *testing.T) {
	v := newV3Verifier(t)
	body := payment().Sign(strangerKey, verifier.MD5)
	_, err := judgeRequest(t, v, body, v3PublicKey().Sign(body, v3Now))
	wantReason(t, err, verifier.BadSignature)

	body = payment().XML()
	_, err = judgeRequest(t, v, body, v3PublicKey().Sign(body, v3Now))
	wantReason(t, err, verifier.Unsigned)

	body = payment().Sign(key, verifier.MD5)
	n, err := judgeRequest(t, v, body, v3PublicKey().Sign("{}", v3Now))
	wantReason(t, err, verifier.OK)
	if n.APIVersion != "v2" || n.Authenticity != "MD5" {
		t.Errorf("got %s, %s", n.APIVersion, n.Authenticity)
	}
}
