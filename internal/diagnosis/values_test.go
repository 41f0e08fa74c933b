package diagnosis_test

import (
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/unicode/norm"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/diagnosis"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// changed returns a body that was signed with one value of an element and has another.
func changed(name, signed, now string) diagnosis.Input {
	return given(payment().With(name, signed).Signed(key, verifier.MD5).With(name, now).XML())
}

// reread returns UTF-8 as it looks when it is read in another character set.
func reread(text string, as encoding.Encoding) string {
	read, err := as.NewDecoder().String(text)
	if err != nil {
		panic(err) // every byte is a character
	}
	return read
}

const detail = `{"promotion_detail":[{"promotion_id":"109519","name":"单品惠/6","amount":1}]}`

const slashed = `{"promotion_detail":[{"promotion_id":"109519","name":"\u5355\u54c1\u60e0\/6","amount":1}]}`

var valueRows = []row{
	{"blank at the end trimmed", changed("attach", "pay ", "pay"), "value_trimmed", true, []string{"attach", "trimmed", "blank"}},
	{"blank at the beginning trimmed", changed("attach", " pay", "pay"), "value_trimmed", true, []string{"attach", "trimmed"}},
	{"line break at the end trimmed", changed("attach", "pay\n", "pay"), "value_trimmed", true, []string{"line break"}},
	{"value indented", changed("attach", "pay", "\n    pay\n  "), "value_padded", true, []string{"attach", "pretty-printed"}},
	{"all values indented", given(indented()), "value_padded", true, []string{"attach", "total_fee", "indented"}},
	{"two blanks made one", changed("attach", "a  b", "a b"), "blank_lost", true, []string{"attach", "blank"}},
	{"line break inside lost", changed("attach", "ab\ncd", "abcd"), "blank_lost", true, []string{"line break"}},
	{"CRLF made LF", given(payment().With("attach", "a\r\nb").Signed(key, verifier.MD5).With("attach", "a\nb").XML()), "line_ends_changed", true, []string{"CRLF", "LF"}},
	{"line breaks made blanks", changed("attach", "a\nb\nc", "a b c"), "line_ends_changed", true, []string{"line breaks"}},

	{"read as GBK, with a byte lost", changed("attach", "支付成功", reread("支付成功", simplifiedchinese.GB18030)), "mojibake_gbk", true, []string{"attach", "GBK"}},
	{"read as GBK, with two bytes lost", changed("attach", "支付", strings.ReplaceAll(reread("支付", simplifiedchinese.GB18030), "粯", "?")), "characters_replaced", false, []string{"attach", "GBK"}},
	{"read as GBK", changed("attach", "测试订单", reread("测试订单", simplifiedchinese.GB18030)), "mojibake_gbk", true, []string{"attach", "GBK", "re-encoded", "mojibake"}},
	{"read as Latin-1", changed("attach", "外科", reread("外科", charmap.ISO8859_1)), "mojibake_latin1", true, []string{"Latin-1", "re-encoded"}},
	{"read as Windows-1252", changed("attach", "支付", reread("支付", charmap.Windows1252)), "mojibake_latin1", true, []string{"Windows-1252"}},
	{"GBK read as Latin-1", changed("attach", "外科", reread(inGBK("外科"), charmap.ISO8859_1)), "mojibake_latin1", true, []string{"Latin-1"}},
	{"two values read as GBK", given(payment().With("attach", "测试订单").With("return_msg", "会员").Signed(key, verifier.MD5).
		With("attach", reread("测试订单", simplifiedchinese.GB18030)).With("return_msg", reread("会员", simplifiedchinese.GB18030)).XML()),
		"mojibake_gbk", true, []string{"attach, return_msg"}},
	{"characters replaced by ?", changed("attach", "外科风云", "????"), "characters_replaced", false, []string{"attach", "replaced by ?", "U+FFFD"}},
	{"characters replaced by U+FFFD", changed("attach", "外科", "\uFFFD\uFFFD"), "characters_replaced", false, []string{"U+FFFD", "character set"}},
	{"province of a plate replaced", changed("plate_number", "粤B12345", "?B12345"), "characters_replaced", true, []string{"plate_number"}},
	{"normalized", changed("attach", norm.NFD.String("é"), "é"), "value_normalized", true, []string{"normal form"}},

	{"fen made yuan", changed("total_fee", "1234", "12.34"), "amount_in_yuan", true, []string{"total_fee", "yuan", "fen"}},
	{"all amounts made yuan", given(payment().With("total_fee", "100").With("cash_fee", "90").Signed(key, verifier.MD5).
		With("total_fee", "1.00").With("cash_fee", "0.90").XML()), "amount_in_yuan", true, []string{"cash_fee, total_fee", "yuan"}},
	{"whole yuan", changed("total_fee", "100", "1"), "amount_in_yuan", true, []string{"yuan"}},
	{"1.0 for 1", changed("total_fee", "1", "1.0"), "number_reformatted", true, []string{"total_fee", "1.0"}},
	{"01 for 1", changed("total_fee", "1", "01"), "number_reformatted", true, []string{"01"}},
	{"thousands separated", changed("total_fee", "1000", "1,000"), "number_reformatted", true, []string{"1,000"}},
	{"amount in scientific form", changed("total_fee", "12000", "1.2E+4"), "number_scientific", true, []string{"total_fee", "scientific"}},
	{"transaction_id in scientific form", changed("transaction_id", "4200000171201808221550954201", "4.20000017120181E+27"), "number_scientific", false, []string{"transaction_id", "float"}},
	{"leading zeros lost", changed("out_trade_no", "000123", "123"), "leading_zeros_lost", true, []string{"out_trade_no", "Leading zeros"}},

	{"in lower case", changed("trade_type", "JSAPI", "jsapi"), "value_case", true, []string{"trade_type", "case"}},
	{"time written for people", changed("time_end", "20180822205606", "2018-08-22 20:56:06"), "time_reformatted", true, []string{"time_end", "re-formatted"}},
	{"time in RFC 3339", changed("time_end", "20180822205606", "2018-08-22T20:56:06+08:00"), "time_reformatted", true, []string{"time_end"}},
	{"Y made true", changed("is_subscribe", "Y", "true"), "boolean_changed", true, []string{"is_subscribe", "true"}},
	{"JSON written with blanks", changed("promotion_detail", detail, strings.ReplaceAll(strings.ReplaceAll(detail, ",", ", "), ":", ": ")), "json_reserialized", true, []string{"promotion_detail", "re-serialised"}},
	{"JSON written by PHP", changed("promotion_detail", detail, slashed), "json_reserialized", true, []string{"escaped slashes", `\u`}},
	{"JSON unescaped", changed("promotion_detail", slashed, strings.Replace(detail, "/6", "/6", 1)+" "), "json_reserialized", true, []string{"byte for byte"}},
	{"empty made null", changed("device_info", "", "null"), "value_null", true, []string{"device_info", "null"}},
	{"JSON cut off", changed("promotion_detail", detail, detail[:40]), "value_truncated", false, []string{"promotion_detail", "truncated"}},
	{"end of JSON cut off", changed("promotion_detail", detail, strings.TrimSuffix(detail, "]}")), "value_truncated", true, []string{"column"}},
	{"attach cut to 128", changed("attach", strings.Repeat("0123456789", 20), strings.Repeat("0123456789", 20)[:128]), "value_truncated", false, []string{"attach"}},
	{"sign_type cut off", changed("trade_type", "NATIVE", "NAT"), "value_truncated", true, []string{"trade_type"}},

	{"another amount", changed("total_fee", "7315", "1"), "value_changed", true, []string{"total_fee", "changed after it was signed"}},
	{"another result", changed("result_code", "FAIL", "SUCCESS"), "value_changed", true, []string{"result_code"}},
	{"one character of a number", changed("out_trade_no", "ORDER-1001", "ORDER-1002"), "value_changed", true, []string{"out_trade_no"}},
	{"one character missing", changed("openid", "onhwF1hiutUySKCsrV21A6MCtT5Q", "onhwF1hiutUySKCsrV21A6MCT5Q"), "value_changed", true, []string{"openid"}},
	{"mch_id changed", given(payment().Signed(key, verifier.MD5).With("mch_id", "1900009851").XML()), "value_changed", true, []string{"mch_id"}},
}

// indented is a body that a program has indented inside of its elements.
func indented() string {
	fields := payment().Signed(key, verifier.MD5)
	for name, value := range fields {
		if name != "sign" {
			fields[name] = "\n    " + value + "\n  "
		}
	}
	return fields.XML()
}
