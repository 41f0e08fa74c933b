package diagnosis_test

import (
	"crypto/aes"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/diagnosis"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// refund returns the elements around a refund's req_info.
func refund() wechatpaytest.Fields { return wechatpaytest.Refund().RefundEnvelope(mchID, key) }

// reqInfo returns a refund whose req_info is changed.
func reqInfo(change func(string) string, changes ...func(*diagnosis.Input)) diagnosis.Input {
	r := refundWithPlus()
	return given(r.With("req_info", change(r["req_info"])).XML(), changes...)
}

// refundWithPlus is a refund whose base64 has all of the characters that get lost.
func refundWithPlus() wechatpaytest.Fields {
	for {
		text := refund()["req_info"]
		if strings.Contains(text, "+") && strings.Contains(text, "/") && strings.HasSuffix(text, "=") {
			return refund().With("req_info", text)
		}
	}
}

// encrypted is a req_info of a text, with any key for AES.
func encrypted(plaintext, cipherKey string) string {
	block, err := aes.NewCipher([]byte(cipherKey))
	if err != nil {
		panic(err) // the key has the length of one
	}
	size := aes.BlockSize - len(plaintext)%aes.BlockSize
	data := []byte(plaintext + strings.Repeat(string(rune(size)), size))
	for at := 0; at < len(data); at += aes.BlockSize {
		block.Encrypt(data[at:], data[at:])
	}
	return base64.StdEncoding.EncodeToString(data)
}

// plaintext is what a refund is before encryption.
func plaintext() string {
	return "<root>" + strings.TrimSuffix(strings.TrimPrefix(wechatpaytest.Refund().XML(), "<xml>"), "</xml>") + "</root>"
}

// sealed is a refund of a text that is encrypted with any key for AES.
func sealed(plaintext, cipherKey string) diagnosis.Input {
	return given(refund().With("req_info", encrypted(plaintext, cipherKey)).XML())
}

// inLines breaks base64 into lines.
func inLines(text string) string {
	var lines strings.Builder
	for ; len(text) > 76; text = text[76:] {
		lines.WriteString(text[:76] + "\n")
	}
	return lines.String() + text
}

// swapped moves a block of 16 bytes to the front.
func swapped(text string) string {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		panic(err) // it is base64
	}
	moved := append(append([]byte{}, data[32:48]...), append(data[:32:32], data[48:]...)...)
	return base64.StdEncoding.EncodeToString(moved)
}

// cut keeps the first blocks.
func cut(text string) string { return text[:400] }

var refundRows = []row{
	{"refund without req_info", given(refund().Without("req_info").XML()), "req_info_missing", false, []string{"req_info", "refund"}},
	{"refund that is decrypted already", given(wechatpaytest.Refund().XML()), "refund_decrypted", false, []string{"req_info", "decrypted already"}},
	{"refund of another key", given(wechatpaytest.Refund().SealRefund(mchID, other)), "refund_key", false, []string{"req_info", "APIv2 key", "another merchant", "reset", "sandbox", "APIv3 key"}},
	{"refund without a key", given(wechatpaytest.Refund().SealRefund(mchID, key), keys()), "apiv2_key_missing", false, []string{"APIv2"}},
	{"refund encrypted with the APIv3 key", given(wechatpaytest.Refund().SealRefund(mchID, apiV3Key), apiV3Keys(apiV3Key)), "refund_apiv3_key", true, []string{"req_info", "APIv3 key"}},
	{"refund, and a newline at the key", given(wechatpaytest.Refund().SealRefund(mchID, key), keys(key+"\n")), "key_line_break", true, []string{"newline"}},
	{"refund with the key in another case", given(wechatpaytest.Refund().SealRefund(mchID, strings.ToLower(key))), "key_case", true, []string{"case"}},
	{"refund of another merchant, with its key", given(wechatpaytest.Refund().SealRefund("1900009851", key)), "other_merchant", true, []string{"1900009851"}},
	{"refund without mch_id", given(refund().Without("mch_id").XML()), "mch_id_missing", true, []string{"no mch_id"}},
	{"encrypted with the key itself", sealed(plaintext(), key), "refund_raw_key", true, []string{"instead of its MD5"}},
	{"encrypted with the MD5 in upper case", sealed(plaintext(), strings.ToUpper(md5Of(key))), "refund_upper_case_md5", true, []string{"upper-case", "MD5"}},
	{"encrypted with the bytes of the MD5", sealed(plaintext(), string(bytesOf(md5Of(key)))), "refund_binary_md5", true, []string{"16 bytes", "MD5"}},
	{"+ made a blank", reqInfo(func(text string) string { return strings.ReplaceAll(text, "+", " ") }), "refund_plus_to_blank", true, []string{"+", "blank", "req_info"}},
	{"base64 indented", reqInfo(func(text string) string { return "\n  " + inLines(text) + "\n" }), "refund_line_breaks", true, []string{"line breaks", "base64"}},
	{"URL-safe base64", reqInfo(func(text string) string { return strings.NewReplacer("+", "-", "/", "_").Replace(text) }), "refund_url_safe_base64", true, []string{"URL-safe"}},
	{"percent-encoded", reqInfo(url.QueryEscape), "refund_percent_encoded", true, []string{"percent-encoded", "%2B"}},
	{"= at the end lost", reqInfo(func(text string) string { return strings.TrimRight(text, "=") }), "refund_base64_padding", true, []string{"="}},
	{"base64 twice", reqInfo(func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }), "refund_base64_twice", true, []string{"base64 of base64"}},
	{"not base64", reqInfo(func(string) string { return "{encrypted}" }), "refund_not_base64", false, []string{"not base64"}},
	{"cut off within a block", reqInfo(cut), "refund_truncated", true, []string{"truncated", "key is right"}},
	{"cut off after a block", reqInfo(func(text string) string { return text[:512] }), "refund_truncated", true, []string{"beginning of a refund"}},
	{"cut off, with another key", reqInfo(cut, keys(other)), "refund_not_base64", false, []string{"truncated"}},
	{"blocks moved", reqInfo(swapped), "refund_blocks_moved", true, []string{"wrong order", "ECB"}},
	{"root in a root", sealed("<root>"+plaintext()+"</root>", md5Of(key)), "refund_nested", true, []string{"nested", "<root>"}},
	{"element twice inside", sealed(strings.Replace(plaintext(), "<root>", "<root><total_fee>9</total_fee>", 1), md5Of(key)), "refund_not_flat", true, []string{"not flat XML"}},
	{"another text inside", sealed(strings.Repeat("nothing that is XML ", 8), md5Of(key)), "refund_blocks_moved", true, []string{"<root>"}},
}
