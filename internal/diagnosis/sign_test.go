package diagnosis_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// withSign returns a body whose right sign is changed.
func withSign(signType verifier.SignType, change func(sign string) string) string {
	signed := payment().Signed(key, signType)
	return signed.With("sign", change(signed["sign"])).XML()
}

// withZero returns a body with a digest whose hex has a zero at a place, or not.
func withZero(at int, zero bool) wechatpaytest.Fields {
	for {
		signed := payment().Signed(key, verifier.MD5)
		if (signed["sign"][at] == '0') == zero && signed["sign"][0] == '0' {
			return signed
		}
	}
}

func bytesOf(sign string) []byte {
	sum, err := hex.DecodeString(sign)
	if err != nil {
		panic(err) // it is hex
	}
	return sum
}

// shortHex is hex without the leading zero of each byte.
func shortHex(sign string) string {
	var text strings.Builder
	for _, b := range bytesOf(sign) {
		fmt.Fprintf(&text, "%X", b)
	}
	return text.String()
}

var oneZero = withZero(1, false)

var signRows = []row{
	{"no sign", given(payment().XML()), "sign_missing", false, []string{"no sign element"}},
	{"empty sign", given(payment().With("sign", "").XML()), "sign_empty", false, []string{"sign", "empty"}},
	{"sign spelt sgin", given(strings.ReplaceAll(genuine(), "sign>", "sgin>")), "sign_misspelt", true, []string{"sgin", "not called sign"}},
	{"sign spelt Sign", given(strings.ReplaceAll(genuine(), "sign>", "Sign>")), "sign_misspelt", true, []string{"Sign", "case-sensitive"}},
	{"sign spelt paySign, with another key", given(strings.ReplaceAll(signedWith(other), "sign>", "paySign>")), "sign_misspelt", false, []string{"paySign"}},
	{"sign in lower case", given(withSign(verifier.MD5, strings.ToLower)), "sign_lower_case", true, []string{"lower case"}},
	{"HMAC-SHA256 in lower case", given(withSign(verifier.HMACSHA256, strings.ToLower)), "sign_lower_case", true, []string{"upper-case hex"}},
	{"sign with a line break", given(withSign(verifier.MD5, func(sign string) string { return "\n" + sign + "\n" })), "sign_blank", true, []string{"line breaks inside sign"}},
	{"sign with blanks", given(withSign(verifier.MD5, func(sign string) string { return sign[:8] + " " + sign[8:] })), "sign_blank", true, []string{"blanks"}},
	{"HMAC-SHA256 cut to 32 characters", given(withSign(verifier.HMACSHA256, func(sign string) string { return sign[:32] })), "sign_truncated", true, []string{"truncated", "HMAC-SHA256"}},
	{"sign without its end", given(withSign(verifier.MD5, func(sign string) string { return sign[:30] })), "sign_truncated", true, []string{"truncated"}},
	{"sign without its leading zero", given(oneZero.With("sign", oneZero["sign"][1:]).XML()), "sign_zero_lost", true, []string{"leading zero", "BigInteger"}},
	{"bytes without their leading zeros", given(oneZero.With("sign", shortHex(oneZero["sign"])).XML()), "sign_zero_lost", true, []string{"toHexString"}},
	{"sign in base64", given(withSign(verifier.MD5, func(sign string) string { return base64.StdEncoding.EncodeToString(bytesOf(sign)) })), "sign_base64", true, []string{"base64"}},
	{"base64 of the hex", given(withSign(verifier.MD5, func(sign string) string { return base64.StdEncoding.EncodeToString([]byte(sign)) })), "sign_base64", true, []string{"base64"}},
	{"one digit of sign changed", given(withSign(verifier.MD5, func(sign string) string {
		if sign[5] == 'A' {
			return sign[:5] + "B" + sign[6:]
		}
		return sign[:5] + "A" + sign[6:]
	})), "sign_changed", true, []string{"sign itself was changed"}},
	{"sign is a word", given(withSign(verifier.MD5, func(string) string { return "to be signed" })), "sign_unreadable", false, []string{"12 characters", "64"}},

	{"HMAC-SHA256 where MD5 is pinned", given(payment().Sign(key, verifier.HMACSHA256), signType(verifier.MD5)), "hmac_not_allowed", true, []string{"HMAC-SHA256", "MD5 is expected"}},
	{"MD5 where HMAC-SHA256 is pinned", given(genuine(), signType(verifier.HMACSHA256)), "md5_not_allowed", true, []string{"MD5", "HMAC-SHA256 is expected"}},
	{"pinned, and another key", given(signedWith(other), signType(verifier.HMACSHA256)), "md5_not_allowed", false, []string{"HMAC-SHA256 is expected"}},
	{"sign_type MD5 over HMAC-SHA256", given(payment().With("sign_type", "MD5").Sign(key, verifier.HMACSHA256)), "sign_type_disagrees", true, []string{"sign_type", "another digest"}},
	{"sign_type HMAC-SHA256 over MD5", given(payment().With("sign_type", "HMAC-SHA256").Sign(key, verifier.MD5)), "sign_type_disagrees", true, []string{"MD5", "HMAC-SHA256"}},
	{"sign_type spelt otherwise", given(payment().With("sign_type", "HMAC_SHA256").Sign(key, verifier.HMACSHA256)), "sign_type_disagrees", true, []string{"spelt"}},
	{"PayScore with MD5", given(payScore().Sign(key, verifier.MD5), apiV3Keys(apiV3Key)), "sign_type_disagrees", true, []string{"algorithm"}},
	{"PayScore with MD5, and no algorithm", given(payScore().Without("algorithm").Sign(key, verifier.MD5), apiV3Keys(apiV3Key)), "payscore_md5", true, []string{"PayScore", "HMAC-SHA256 only"}},
}

func payScore() wechatpaytest.Fields { return wechatpaytest.PayScoreOrder().PayScore(mchID, apiV3Key) }
