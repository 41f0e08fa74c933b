package diagnosis_test

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/diagnosis"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

const sampleKey = "192006250b4c09247ec02edce69f6a2d"

func signedWith(key string) string { return payment().Sign(key, verifier.MD5) }

func md5Of(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

var keyRows = []row{
	{"no APIv2 key for an APIv2 body", given(genuine(), keys()), "apiv2_key_missing", false, []string{"APIv2"}},
	{"APIv2 body with APIv3 options only", given(genuine(), keys(), apiV3Keys(apiV3Key), platform(publicKey)), "apiv2_key_missing", false, []string{"APIv2 key", "XML"}},
	{"empty key", given(genuine(), keys("")), "key_empty", false, []string{"empty"}},
	{"blank key", given(genuine(), keys(" \n")), "key_empty", false, []string{"empty"}},
	{"leading blank", given(genuine(), keys(" "+key)), "key_blank", true, []string{"APIv2 key 1", "at its beginning", "blank"}},
	{"trailing blank", given(genuine(), keys(key+" ")), "key_blank", true, []string{"at its end", "blank"}},
	{"inner blank", given(genuine(), keys(key[:8]+" "+key[8:])), "key_blank", true, []string{"blank"}},
	{"trailing newline", given(genuine(), keys(key+"\n")), "key_line_break", true, []string{"newline", "at its end"}},
	{"trailing CRLF", given(genuine(), keys(key+"\r\n")), "key_line_break", true, []string{`\r\n`}},
	{"BOM before the key", given(genuine(), keys("\uFEFF"+key)), "key_bom", true, []string{"BOM"}},
	{"quotes around the key", given(genuine(), keys(`"`+key+`"`)), "key_quoted", true, []string{"quotes"}},
	{"quotes and a newline", given(genuine(), keys("'"+key+"'\n")), "key_quoted", true, []string{"quotes"}},
	{"KEY=value", given(genuine(), keys("WECHAT_KEY="+key)), "key_assignment", true, []string{"NAME=value"}},
	{"export KEY=value", given(genuine(), keys("export WECHAT_KEY='"+key+"'\n")), "key_assignment", true, []string{"NAME=value"}},
	{"key: value", given(genuine(), keys("key: "+key)), "key_assignment", true, []string{"NAME=value"}},
	{"two keys on two lines", given(genuine(), keys(other+"\n"+key)), "key_two_in_one", true, []string{"two keys"}},
	{"two keys without anything between", given(genuine(), keys(other+key)), "key_two_in_one", true, []string{"two keys"}},
	{"zero-width space in the key", given(genuine(), keys(key[:4]+"\u200b"+key[4:])), "key_foreign_character", true, []string{"invisible"}},
	{"full-width letter in the key", given(genuine(), keys("Ｋ"+key[1:])), "key_foreign_character", true, []string{"full-width"}},
	{"base64 of the key", given(genuine(), keys(base64.StdEncoding.EncodeToString([]byte(key+"\n")))), "key_base64", true, []string{"base64"}},
	{"placeholder in place of the key", given(genuine(), keys("${WECHAT_KEY}")), "key_placeholder", false, []string{"placeholder"}},
	{"private key in place of the key", given(genuine(), keys("-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----\n")), "key_is_certificate", false, []string{"certificate", "apiclient_key.pem"}},
	{"appid in place of the key", given(genuine(), keys("wx2421b1c4370ec43b")), "key_is_other_number", false, []string{"appid"}},
	{"serial number in place of the key", given(genuine(), keys(strings.Repeat("5A", 20))), "key_is_other_number", false, []string{"serial number"}},
	{"key too short", given(genuine(), keys(key[:31])), "key_length", false, []string{"31 characters", "32"}},
	{"key too short that did make it", given(signedWith("foo-merchant-key"), keys("foo-merchant-key")), "key_length", true, []string{"16 characters"}},
	{"made with the key in lower case", given(signedWith(strings.ToLower(key))), "key_case", true, []string{"case"}},
	{"made with the key in upper case", given(signedWith(strings.ToUpper(key))), "key_case", true, []string{"case"}},
	{"made with the MD5 of the key", given(signedWith(md5Of(key))), "key_hashed", true, []string{"MD5 of the key"}},
	{"made with the key and a newline", given(signedWith(key + "\n")), "key_of_maker_blank", true, []string{"newline"}},
	{"made with the documentation's sample key", given(signedWith(sampleKey)), "key_sample", true, []string{"sample key"}},
	{"made with the APIv3 key", given(signedWith(apiV3Key), apiV3Keys(apiV3Key)), "signed_with_apiv3_key", true, []string{"APIv3 key"}},
	{"made with the APIv3 key, which has a newline here", given(signedWith(apiV3Key), apiV3Keys(apiV3Key+"\n")), "signed_with_apiv3_key", true, []string{"APIv3 key"}},
	{"sandbox", given(payment().With("attach", "sandbox_attach").With("err_code_des", "SUCCESS").Sign(other, verifier.MD5)), "sandbox", false, []string{"sandbox", "getsignkey"}},
	{"another key", given(signedWith(other)), "key_wrong", false, []string{"No key given made this signature", "sandbox", "another merchant", "reset", "APIv3 key", "AppSecret"}},
	{"another key, HMAC-SHA256", given(payment().Sign(other, verifier.HMACSHA256)), "key_wrong", false, []string{"undoing the usual changes of a body did not help"}},
	{"body of another merchant, with its key", given(wechatpaytest.Payment("1900009851").Sign(key, verifier.MD5)), "other_merchant", true, []string{"1900009851", mchID}},
	{"body of another merchant, with another key", given(wechatpaytest.Payment("1900009851").Sign(other, verifier.MD5)), "other_merchant", false, []string{"1900009851", mchID}},
	{"combined payment of another merchant", given(wechatpaytest.Combined("1900009851").Sign(key, verifier.HMACSHA256)), "other_merchant", true, []string{"1900009851", mchID}},
	{"mch_id in the body is no number", given(payment().With("mch_id", "A Shop").Sign(key, verifier.MD5)), "other_merchant", true, []string{"A Shop", mchID}},
	{"the given mch_id is an appid", given(genuine(), func(in *diagnosis.Input) { in.MchID = "wx 1" }), "mch_id_malformed", true, []string{"8 to 10 digits", mchID}},
	{"no mch_id in the body", given(payment().Without("mch_id").Sign(key, verifier.MD5)), "mch_id_missing", true, []string{"no mch_id"}},
}
