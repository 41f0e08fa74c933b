package verifier_test

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// WeChat Pay reads these, so they are held against literal bytes.
func TestAckBytes(t *testing.T) {
	for _, test := range []struct{ name, got, want string }{
		{"XML success", verifier.XMLAck.Success(), `<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>`},
		{"JSON success", verifier.JSONAck.Success(), `{"code":"SUCCESS","message":"OK"}`},
		{"XML failure", verifier.XMLAck.Fail("sold out"), `<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[sold out]]></return_msg></xml>`},
		{"JSON failure", verifier.JSONAck.Fail("sold out"), `{"code":"FAIL","message":"sold out"}`},
		{"XML failure without a cause", verifier.XMLAck.Fail(""), `<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[]]></return_msg></xml>`},
		{"JSON failure without a cause", verifier.JSONAck.Fail(""), `{"code":"FAIL","message":""}`},
		{"XML type", verifier.XMLAck.ContentType(), "text/xml; charset=utf-8"},
		{"JSON type", verifier.JSONAck.ContentType(), "application/json"},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, test.got, test.want)
		}
	}
}

func TestAckMessages(t *testing.T) {
	long := strings.Repeat("订单", 100)
	tests := []struct {
		name    string
		message string
		xml     string
		json    string
	}{
		{"plain", "order 17 is unknown", "order 17 is unknown", "order 17 is unknown"},
		{"Chinese", "订单不存在", "订单不存在", "订单不存在"},
		{"emoji", "😀", "😀", "😀"},
		{"markup", `<b a="c">&amp;</b>`, `<b a="c">&amp;</b>`, `<b a="c">&amp;</b>`},
		{"end of CDATA", "a]]>b", "a]]>b", "a]]>b"},
		{"ends of CDATA in a row", "]]>]]>]]]>", "]]>]]>]]]>", "]]>]]>]]]>"},
		{"ack inside of a message", verifier.XMLAck.Success(), verifier.XMLAck.Success(), verifier.XMLAck.Success()[:64]},
		{"JSON ack inside of a message", `","code":"SUCCESS`, `","code":"SUCCESS`, `","code":"SUCCESS`},
		{"backslash", `a\b\`, `a\b\`, `a\b\`},
		{"blanks around it", " a ", "a", "a"},
		{"line ends", "a\r\nb", "a  b", "a  b"},
		{"tab", "a\tb", "a b", "a b"},
		{"NUL, escape and DEL", "a\x00b\x1bc\x7fd", "a b c d", "a b c d"},
		{"C1 control characters", "a\u0085b\u009fc", "a b c", "a b c"},
		{"U+FFFE", "a\ufffeb", "a b", "a b"},
		{"only control characters", "\x00\r\n\t", "", ""},
		{"invalid UTF-8", "a\xffb", "a\uFFFDb", "a\uFFFDb"},
		{"GBK", "\xb6\xa9", "\uFFFD", "\uFFFD"},
		{"UTF-8 cut off", "a\xe5\xa4", "a\uFFFD", "a\uFFFD"},
		{"too long", long, long[:128*3], long[:64*3]},
		{"as long as XML allows", long[:128*3], long[:128*3], long[:64*3]},
		{"as long as JSON allows", long[:64*3], long[:64*3], long[:64*3]},
		{"cut in the middle of ]]>", strings.Repeat("a", 127) + "]]>", strings.Repeat("a", 127) + "]", strings.Repeat("a", 64)},
		{"cut behind a blank", strings.Repeat("a", 63) + " " + strings.Repeat("b", 63) + " c", strings.Repeat("a", 63) + " " + strings.Repeat("b", 63), strings.Repeat("a", 63)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code, message := readXMLAck(t, verifier.XMLAck.Fail(test.message))
			if code != "FAIL" || message != test.xml {
				t.Errorf("XML: got %s %q, want %q", code, message, test.xml)
			}
			code, message = readJSONAck(t, verifier.JSONAck.Fail(test.message))
			if code != "FAIL" || message != test.json {
				t.Errorf("JSON: got %s %q, want %q", code, message, test.json)
			}
		})
	}
}

// readXMLAck reads an ack with encoding/xml, and demands that it is one line of
// nothing but the two elements.
func readXMLAck(t testing.TB, ack string) (code, message string) {
	t.Helper()
	fields, err := readIndependently(ack)
	if err != nil {
		t.Fatalf("%v\n%s", err, ack)
	}
	var form struct {
		XMLName xml.Name `xml:"xml"`
		Code    string   `xml:"return_code"`
		Message string   `xml:"return_msg"`
	}
	if err := xml.Unmarshal([]byte(ack), &form); err != nil {
		t.Fatalf("%v\n%s", err, ack)
	}
	delete(fields, "return_code")
	delete(fields, "return_msg")
	if len(fields) > 0 || strings.ContainsAny(ack, "\r\n\t") || !utf8.ValidString(ack) {
		t.Errorf("not a plain ack: %q", ack)
	}
	return form.Code, form.Message
}

func readJSONAck(t testing.TB, ack string) (code, message string) {
	t.Helper()
	var members map[string]string
	if err := json.Unmarshal([]byte(ack), &members); err != nil {
		t.Fatalf("%v\n%s", err, ack)
	}
	if len(members) != 2 || strings.ContainsAny(ack, "\r\n\t") || !utf8.ValidString(ack) {
		t.Errorf("not a plain ack: %q", ack)
	}
	return members["code"], members["message"]
}

// A notification is answered in its own language.
func TestAckFormatFor(t *testing.T) {
	tests := []struct {
		name string
		body string
		want verifier.AckFormat
	}{
		{"v2 notification", payment().XML(), verifier.XMLAck},
		{"declaration", `<?xml version="1.0"?><xml/>`, verifier.XMLAck},
		{"blanks before XML", " \r\n\t<xml/>", verifier.XMLAck},
		{"nothing", "", verifier.XMLAck},
		{"blanks", " \n", verifier.XMLAck},
		{"text", "SUCCESS", verifier.XMLAck},
		{"form", "a=1", verifier.XMLAck},
		{"HTML", "<!DOCTYPE html>", verifier.XMLAck},
		{"BOM before XML", "\uFEFF<xml/>", verifier.XMLAck},
		{"BOM before JSON", "\uFEFF{}", verifier.XMLAck},
		{"v3 notification", `{"id":"1"}`, verifier.JSONAck},
		{"blanks before JSON", " \r\n\t{}", verifier.JSONAck},
		{"cut off object", `{"id":`, verifier.JSONAck},
		{"array", `[{"a":1}]`, verifier.JSONAck},
		{"string", `"a"`, verifier.JSONAck},
		{"null", "null", verifier.JSONAck},
	}
	for _, test := range tests {
		if got := verifier.AckFormatFor(test.body); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got.ContentType(), test.want.ContentType())
		}
	}
}
