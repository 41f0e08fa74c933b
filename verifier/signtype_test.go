package verifier_test

import (
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// The length of the signature tells its type; sign_type must agree where it is
// present, and the merchant may allow one type only.
func TestSignType(t *testing.T) {
	const (
		anyType = verifier.AnySignType
		md5     = verifier.MD5
		hmac    = verifier.HMACSHA256
	)
	tests := []struct {
		name     string
		allowed  verifier.SignType
		signed   verifier.SignType
		declared string
		want     verifier.Reason
	}{
		{"MD5, any allowed", anyType, md5, "", verifier.OK},
		{"HMAC, any allowed", anyType, hmac, "", verifier.OK},
		{"MD5 declared", anyType, md5, "MD5", verifier.OK},
		{"HMAC declared", anyType, hmac, "HMAC-SHA256", verifier.OK},
		{"MD5 allowed", md5, md5, "", verifier.OK},
		{"MD5 allowed and declared", md5, md5, "MD5", verifier.OK},
		{"HMAC allowed", hmac, hmac, "", verifier.OK},
		{"HMAC allowed and declared", hmac, hmac, "HMAC-SHA256", verifier.OK},

		{"MD5 where HMAC is allowed: no downgrade", hmac, md5, "", verifier.WrongSignType},
		{"MD5 declared where HMAC is allowed", hmac, md5, "MD5", verifier.WrongSignType},
		{"MD5 that calls itself HMAC, where HMAC is allowed", hmac, md5, "HMAC-SHA256", verifier.WrongSignType},
		{"HMAC where MD5 is allowed", md5, hmac, "", verifier.WrongSignType},
		{"HMAC declared where MD5 is allowed", md5, hmac, "HMAC-SHA256", verifier.WrongSignType},
		{"HMAC that calls itself MD5, where MD5 is allowed", md5, hmac, "MD5", verifier.WrongSignType},

		{"MD5 that calls itself HMAC", anyType, md5, "HMAC-SHA256", verifier.WrongSignType},
		{"HMAC that calls itself MD5", anyType, hmac, "MD5", verifier.WrongSignType},
		{"unknown sign_type is not taken for MD5", anyType, md5, "SHA1", verifier.WrongSignType},
		{"unknown sign_type is not taken for HMAC", anyType, hmac, "SHA256", verifier.WrongSignType},
		{"sign_type RSA", anyType, md5, "RSA", verifier.WrongSignType},
		{"sign_type NONE", anyType, md5, "NONE", verifier.WrongSignType},
		{"sign_type in lower case", anyType, md5, "md5", verifier.WrongSignType},
		{"sign_type of HMAC in lower case", anyType, hmac, "hmac-sha256", verifier.WrongSignType},
		{"sign_type of HMAC without a hyphen", anyType, hmac, "HMACSHA256", verifier.WrongSignType},
		{"sign_type with a blank", anyType, md5, "MD5 ", verifier.WrongSignType},
		{"sign_type of a blank", anyType, md5, " ", verifier.WrongSignType},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := newVerifier(t, withMerchant(func(m *verifier.Merchant) { m.SignType = test.allowed }))
			// An empty sign_type is as good as none.
			n, err := judge(t, v, payment().With("sign_type", test.declared).Sign(key, test.signed))
			wantReason(t, err, test.want)
			if err == nil && n.Authenticity != string(test.signed) {
				t.Errorf("authenticity %s, want %s", n.Authenticity, test.signed)
			}
		})
	}
}

// sign_type is signed like any other field: it cannot be added or taken away.
func TestSignTypeIsSigned(t *testing.T) {
	v := newVerifier(t)
	_, err := judge(t, v, payment().Signed(key, verifier.MD5).With("sign_type", "MD5").XML())
	wantReason(t, err, verifier.BadSignature)
	_, err = judge(t, v, payment().With("sign_type", "MD5").Signed(key, verifier.MD5).Without("sign_type").XML())
	wantReason(t, err, verifier.BadSignature)
}
