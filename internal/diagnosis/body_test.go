package diagnosis_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

func utf16Of(text string, order func(uint16) []byte) string {
	var encoded []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		encoded = append(encoded, order(unit)...)
	}
	return string(encoded)
}

func little(unit uint16) []byte { return []byte{byte(unit), byte(unit >> 8)} }

func big(unit uint16) []byte { return []byte{byte(unit >> 8), byte(unit)} }

func gzipped(text string) string {
	var compressed bytes.Buffer
	writer := gzip.NewWriter(&compressed)
	_, _ = writer.Write([]byte(text)) // into memory
	_ = writer.Close()
	return compressed.String()
}

func jsonOf(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // the values are texts
	}
	return string(text)
}

// dumped writes fields in a form, sorted.
func dumped(form, separator string) string {
	fields := payment().Signed(key, verifier.MD5)
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		lines = append(lines, fmt.Sprintf(form, name, fields[name]))
	}
	return strings.Join(lines, separator)
}

// inTwoChunks is a body as it goes over the wire with Transfer-Encoding: chunked.
func inTwoChunks(body string) string {
	return fmt.Sprintf("%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", 100, body[:100], len(body)-100, body[100:])
}

const request = "POST /notify HTTP/1.1\r\nHost: shop.example\r\nContent-Type: text/xml\r\nUser-Agent: Mozilla/4.0\r\n\r\n"

// chinese is a body with text that is not ASCII.
func chinese() string { return payment().With("attach", "外科风云").Sign(key, verifier.MD5) }

var bodyRows = []row{
	{"no body", given(""), "body_empty", false, []string{"empty"}},
	{"nothing but blanks", given(" \r\n"), "body_empty", false, []string{"empty"}},
	{"BOM", given("\uFEFF" + genuine()), "body_bom", true, []string{"BOM"}},
	{"BOM read as Latin-1", given("ï»¿" + genuine()), "body_bom", true, []string{"BOM"}},
	{"UTF-16LE with BOM", given(utf16Of("\uFEFF"+chinese(), little)), "body_utf16", true, []string{"UTF-16", "UTF-8"}},
	{"UTF-16BE", given(utf16Of(chinese(), big)), "body_utf16", true, []string{"UTF-16"}},
	{"GBK", given(inGBK(chinese())), "body_gbk", true, []string{"GBK", "UTF-8", "re-encoded"}},
	{"GBK, and said so", given(`<?xml version="1.0" encoding="GBK"?>` + inGBK(chinese())), "body_gbk", true, []string{"GBK"}},
	{"GBK that is UTF-8 by chance", changed("attach", "通知", inGBK("通知")), "body_gbk", true, []string{"GBK"}},
	{"UTF-8, but said to be GBK", given(`<?xml version="1.0" encoding="GBK"?>` + chinese()), "body_declared_encoding", true, []string{"encoding", "GBK"}},
	{"NUL at the end", given(genuine() + "\x00\x00\x00"), "body_control_character", true, []string{"NUL"}},
	{"gzip", given(gzipped(genuine())), "body_gzip", true, []string{"gzip"}},
	{"base64", given(base64.StdEncoding.EncodeToString([]byte(genuine()))), "body_base64", true, []string{"base64"}},
	{"base64 in lines", given(strings.ReplaceAll(base64.StdEncoding.EncodeToString([]byte(genuine())), "P", "P\n")), "body_base64", true, []string{"base64"}},
	{"base64 of gzip", given(base64.StdEncoding.EncodeToString([]byte(gzipped(genuine())))), "body_gzip", true, []string{"gzip"}},
	{"form field", given("xml=" + url.QueryEscape(genuine())), "body_form_encoded", true, []string{"form field", "xml=%3Cxml%3E"}},
	{"form without a name", given(url.QueryEscape(genuine()) + "="), "body_form_encoded", true, []string{"percent-encoded"}},
	{"percent-encoded", given(url.PathEscape(payment().With("attach", "a=b").Sign(key, verifier.MD5))), "body_percent_encoded", true, []string{"URL-encoded"}},
	{"HTML-escaped", given(html.EscapeString(genuine())), "body_html_escaped", true, []string{"&lt;xml&gt;"}},
	{"JSON string", given(jsonOf(genuine())), "body_quoted", true, []string{"JSON string"}},
	{"quotes of a shell", given("'" + genuine() + "'"), "body_quoted", true, []string{"quotes"}},
	{"\\n for line breaks", given(strings.ReplaceAll(genuine(), "\n", `\n`)), "body_log_escapes", true, []string{`\n`, "log"}},
	{"\\x22 for quotes", given(strings.ReplaceAll(strings.ReplaceAll(payment().With("attach", `"a"`).Sign(key, verifier.MD5), "\n", `\x0A`), `"`, `\x22`)), "body_log_escapes", true, []string{`\x22`}},
	{"HTTP request", given(request + genuine()), "body_http_message", true, []string{"HTTP request", "headers"}},
	{"headers without a request line", given("Content-Type: text/xml\nContent-Length: 1\n\n" + genuine()), "body_http_message", true, []string{"headers"}},
	{"chunks", given(inTwoChunks(genuine())), "body_chunked", true, []string{"chunk sizes"}},
	{"HTTP request in chunks", given(request + inTwoChunks(genuine())), "body_chunked", true, []string{"chunked"}},
	{"JSON of the XML", given(jsonOf(payment().Signed(key, verifier.MD5))), "body_json_of_xml", true, []string{"converted to JSON"}},
	{"JSON of PHP, with an empty element", given(jsonOf(map[string]any{"xml": jsonWithEmpty()})), "body_json_of_xml", true, []string{"JSON"}},
	{"JSON of the XML, with another key", given(jsonOf(payment().Signed(other, verifier.MD5))), "body_json_of_xml", false, []string{"JSON"}},
	{"string to sign", given(dumped("%s=%s", "&") + "&key=" + key), "body_query_string", true, []string{"name=value"}},
	{"print_r", given("Array\n(\n" + dumped("    [%s] => %s", "\n") + "\n)\n"), "body_dump", true, []string{"PHP array"}},
	{"var_export", given("array (\n" + dumped("  '%s' => '%s',", "\n") + "\n)"), "body_dump", true, []string{"var_export"}},
	{"Map.toString", given("{" + dumped("%s=%s", ", ") + "}"), "body_dump", true, []string{"Map.toString"}},
	{"dict of Python", given("{" + dumped("'%s': '%s'", ", ") + "}"), "body_dump", true, []string{"map"}},
	{"more than 1 MiB", given(strings.Repeat(" ", 1<<20) + signedWith(other)), "body_too_large", false, []string{"1 MiB"}},
	{"HTML page", given("<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body></body></html>"), "body_html_page", false, []string{"HTML page"}},
	{"something else", given("order paid"), "body_not_xml", false, []string{"neither the XML nor the JSON"}},
	{"FAIL", given(wechatpaytest.Fields{"return_code": "FAIL", "return_msg": "系统错误"}.XML()), "body_return_code_fail", false, []string{"return_code is FAIL", "never signed"}},
	{"the merchant's ack", given(wechatpaytest.Fields{"return_code": "SUCCESS", "return_msg": "OK"}.XML()), "body_ack", false, []string{"ack"}},
	{"own request", given(payment().Without("transaction_id", "time_end").With("notify_url", "https://shop.example").Sign(key, verifier.MD5)), "body_own_request", true, []string{"unifiedorder", "not a notification"}},
	{"own request with another key", given(payment().Without("transaction_id").With("spbill_create_ip", "127.0.0.1").Sign(other, verifier.MD5)), "body_own_request", false, []string{"request"}},
	{"own request without sign", given(wechatpaytest.Fields{"mch_id": mchID, "notify_url": "https://shop.example"}.XML()), "body_own_request", false, []string{"request"}},
	{"reply to unifiedorder", given(wechatpaytest.Fields{"return_code": "SUCCESS", "result_code": "SUCCESS", "mch_id": mchID, "prepay_id": "wx2018"}.Sign(key, verifier.MD5)), "body_reply", true, []string{"reply", "prepay_id"}},
	{"reply to orderquery", given(payment().Without("transaction_id", "total_fee").With("trade_state", "CLOSED").With("trade_state_desc", "订单已关闭").Sign(key, verifier.MD5)), "body_reply", true, []string{"orderquery"}},
}

// jsonWithEmpty is what PHP makes of a body with an empty element.
func jsonWithEmpty() map[string]any {
	object := map[string]any{"device_info": []string{}}
	for name, value := range payment().Signed(key, verifier.MD5) {
		object[name] = value
	}
	return object
}
