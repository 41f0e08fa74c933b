package verifier_test

import (
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// returnCodes are what a body can say about itself, and what becomes of it when the
// signature holds. Well-known SDKs looked at the signature only for some of them.
var returnCodes = []struct {
	value  string
	absent bool
	signed verifier.Reason
}{
	{value: "SUCCESS", signed: verifier.OK},
	{absent: true, signed: verifier.MissingField},
	{value: "", signed: verifier.MissingField},
	{value: "success", signed: verifier.BadField},
	{value: "FAIL", signed: verifier.BadField},
}

// brokenSigns make a sign element out of the right signature.
var brokenSigns = []struct {
	name   string
	broken func(right string) string
	want   verifier.Reason
}{
	{"absent", func(string) string { return "" }, verifier.Unsigned},
	{"empty", func(string) string { return "<sign></sign>" }, verifier.Unsigned},
	{"empty tag", func(string) string { return "<sign/>" }, verifier.Unsigned},
	{"empty CDATA", func(string) string { return "<sign><![CDATA[]]></sign>" }, verifier.Unsigned},
	{"a blank", func(string) string { return "<sign> </sign>" }, verifier.BadSignature},
	{"blanks of the right length", func(s string) string { return sign(strings.Repeat(" ", len(s))) }, verifier.BadSignature},
	{"zeros", func(s string) string { return sign(strings.Repeat("0", len(s))) }, verifier.BadSignature},
	{"twice", func(s string) string { return sign(s) + sign(s) }, verifier.Malformed},
	{"twice, then empty", func(s string) string { return sign(s) + "<sign/>" }, verifier.Malformed},
	{"twice, first wrong", func(s string) string { return sign(strings.Repeat("0", len(s))) + sign(s) }, verifier.Malformed},
	{"lower case", func(s string) string { return sign(strings.ToLower(s)) }, verifier.BadSignature},
	{"one letter in lower case", func(s string) string { return sign(lowerFirstLetter(s)) }, verifier.BadSignature},
	{"one shorter", func(s string) string { return sign(s[1:]) }, verifier.BadSignature},
	{"one longer", func(s string) string { return sign(s + "0") }, verifier.BadSignature},
	{"doubled", func(s string) string { return sign(s + s + s) }, verifier.BadSignature},
	{"blank before it", func(s string) string { return sign(" " + s) }, verifier.BadSignature},
	{"line end after it", func(s string) string { return sign(s + "\n") }, verifier.BadSignature},
	{"last character wrong", func(s string) string { return sign(s[:len(s)-1] + next(s[len(s)-1])) }, verifier.BadSignature},
	{"first character wrong", func(s string) string { return sign(next(s[0]) + s[1:]) }, verifier.BadSignature},
	{"not hexadecimal", func(s string) string { return sign(strings.Repeat("G", len(s))) }, verifier.BadSignature},
	{"full-width digits", func(string) string { return sign(strings.Repeat("０", 10) + "00") }, verifier.BadSignature},
	{"in an element Sign", func(s string) string { return "<Sign>" + s + "</Sign>" }, verifier.Unsigned},
	{"in an element paySign", func(s string) string { return "<paySign>" + s + "</paySign>" }, verifier.Unsigned},
}

func sign(value string) string { return "<sign>" + value + "</sign>" }

// next returns another upper-case hexadecimal digit.
func next(digit byte) string {
	const digits = "0123456789ABCDEF0"
	return digits[strings.IndexByte(digits, digit)+1:][:1]
}

func lowerFirstLetter(s string) string {
	at := strings.IndexAny(s, "ABCDEF")
	return s[:at] + strings.ToLower(s[at:at+1]) + s[at+1:]
}

// eachReturnCode calls f with a payment of every return code and signature type.
func eachReturnCode(t *testing.T, f func(t *testing.T, fields wechatpaytest.Fields, signType verifier.SignType, signed verifier.Reason)) {
	for _, code := range returnCodes {
		fields, name := payment().With("return_code", code.value), code.value
		if code.absent {
			fields, name = fields.Without("return_code"), "absent"
		}
		for _, signType := range []verifier.SignType{verifier.MD5, verifier.HMACSHA256} {
			t.Run("return_code "+name+"/"+string(signType), func(t *testing.T) {
				f(t, fields, signType, code.signed)
			})
		}
	}
}

// No return_code makes a body without a valid signature acceptable.
func TestSignatureMatrix(t *testing.T) {
	v := newVerifier(t)
	eachReturnCode(t, func(t *testing.T, fields wechatpaytest.Fields, signType verifier.SignType, signed verifier.Reason) {
		_, err := judge(t, v, fields.Sign(key, signType))
		wantReason(t, err, signed)

		right := wechatpaytest.Signature(fields, key, signType)
		for _, test := range brokenSigns {
			t.Run(test.name, func(t *testing.T) {
				_, err := judge(t, v, strings.Replace(fields.XML(), "</xml>", test.broken(right)+"</xml>", 1))
				wantReason(t, err, test.want)
			})
		}
		for length := 1; length < len(right); length++ {
			_, err := judge(t, v, fields.With("sign", right[:length]).XML())
			wantReason(t, err, verifier.BadSignature)
		}
	})
}

// A 64 character signature whose first half is the right MD5, and the other way
// round, must not pass for either type.
func TestSignatureOfTheOtherLength(t *testing.T) {
	short := wechatpaytest.Signature(payment(), key, verifier.MD5)
	long := wechatpaytest.Signature(payment(), key, verifier.HMACSHA256)
	for _, wrong := range []string{short + short, short + strings.Repeat("0", 32), long[:32], long[32:]} {
		_, err := judge(t, newVerifier(t), payment().With("sign", wrong).XML())
		wantReason(t, err, verifier.BadSignature)
	}
}

// The body of WeChat Pay's own failures carries nothing but the failure.
func TestUnsignedFailure(t *testing.T) {
	fields := wechatpaytest.Fields{"return_code": "FAIL", "return_msg": "签名失败"}
	_, err := judge(t, newVerifier(t), fields.XML())
	wantReason(t, err, verifier.Unsigned)
}

func TestKeys(t *testing.T) {
	twoKeys := withMerchant(func(m *verifier.Merchant) { m.Keys = []string{key, previousKey} })
	twoMerchants := func(config *verifier.Config) {
		config.Merchants = append(config.Merchants, verifier.Merchant{MchID: "1900000110", Keys: []string{strangerKey}})
	}
	tests := []struct {
		name   string
		fields wechatpaytest.Fields
		key    string
		change func(*verifier.Config)
		want   verifier.Reason
	}{
		{"the current key", payment(), key, twoKeys, verifier.OK},
		{"the previous key", payment(), previousKey, twoKeys, verifier.OK},
		{"neither key", payment(), strangerKey, twoKeys, verifier.BadSignature},
		{"a previous key that is no longer configured", payment(), previousKey, twoMerchants, verifier.BadSignature},
		{"the key in lower case", payment(), strings.ToLower(key), twoKeys, verifier.BadSignature},
		{"no key", payment(), "", twoKeys, verifier.BadSignature},
		{"the other merchant's own notification", payment().With("mch_id", "1900000110"), strangerKey, twoMerchants, verifier.OK},
		{"the other merchant's key", payment(), strangerKey, twoMerchants, verifier.BadSignature},
		{"own key under the other merchant", payment().With("mch_id", "1900000110"), key, twoMerchants, verifier.BadSignature},
		{"a merchant that is not configured", payment().With("mch_id", "1900000111"), key, twoMerchants, verifier.UnknownMerchant},
		{"no merchant", payment().Without("mch_id"), key, twoMerchants, verifier.UnknownMerchant},
		{"an empty merchant", payment().With("mch_id", ""), key, twoMerchants, verifier.UnknownMerchant},
		{"the merchant with a blank", payment().With("mch_id", mchID+" "), key, twoMerchants, verifier.UnknownMerchant},
		{"the merchant in sub_mch_id", payment().Without("mch_id").With("sub_mch_id", mchID), key, twoMerchants, verifier.UnknownMerchant},
	}
	for _, test := range tests {
		for _, signType := range []verifier.SignType{verifier.MD5, verifier.HMACSHA256} {
			t.Run(test.name+"/"+string(signType), func(t *testing.T) {
				n, err := judge(t, newVerifier(t, test.change), test.fields.Sign(test.key, signType))
				wantReason(t, err, test.want)
				if err == nil && (n.Authenticity != string(signType) || n.MchID != test.fields["mch_id"]) {
					t.Errorf("merchant %s by %s, want %s by %s", n.MchID, n.Authenticity, test.fields["mch_id"], signType)
				}
			})
		}
	}
}
