package sender_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
)

// ackTest is an answer and what WeChat Pay makes of it: want is a part of the reason, or of
// the only warning of what is acked.
type ackTest struct {
	name        string
	status      int
	contentType string
	body        string
	acked       bool
	want        string
}

func (a ackTest) answer() sender.Answer {
	return sender.Answer{Status: a.status, Header: http.Header{"Content-Type": {a.contentType}}, Body: a.body}
}

func (a ackTest) check(t *testing.T, got sender.Ack) {
	t.Helper()
	switch {
	case got.Acked != a.acked:
		t.Errorf("acked is %t: %+v", got.Acked, got)
	case got.Acked && got.Reason != "", !got.Acked && (got.Reason == "" || !strings.Contains(got.Reason, a.want)):
		t.Errorf("the reason is %q, want %q", got.Reason, a.want)
	case got.Acked && a.want == "" && len(got.Warnings) > 0, got.Acked && a.want != "" && (len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], a.want)):
		t.Errorf("the warnings are %q, want %q", got.Warnings, a.want)
	}
	if strings.ContainsAny(got.Reason+strings.Join(got.Warnings, ""), "\x1b\r\n") {
		t.Errorf("a stranger's control characters are in %+v", got)
	}
}

const (
	asXML  = "text/xml; charset=utf-8"
	asJSON = "application/json"
)

// APIv2 wants status 200 and SUCCESS in XML, and nothing else.
func TestAckOfV2(t *testing.T) {
	fail := strings.Replace(xmlYes, "SUCCESS", "FAIL", 1)
	tests := []ackTest{
		{"the ack", 200, asXML, xmlYes, true, ""},
		{"the other media type of XML", 200, "application/xml", xmlYes, true, ""},
		{"without return_msg", 200, asXML, "<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>", true, ""},
		{"line breaks", 200, asXML, strings.Replace(xmlYes, "><return_msg", ">\n  <return_msg", 1), true, "line breaks"},
		{"a line break at the end", 200, asXML, xmlYes + "\n", true, "line breaks"},
		{"blanks at the beginning", 200, asXML, "  " + xmlYes, true, "line breaks"},
		{"blanks in a message", 200, asXML, strings.Replace(xmlYes, "OK", "all is well", 1), true, ""},
		{"no CDATA", 200, asXML, "<xml><return_code>SUCCESS</return_code><return_msg>OK</return_msg></xml>", true, "CDATA"},
		{"another Content-Type", 200, "text/html\x1b", xmlYes, true, `"text/html\x1b", not text/xml`},
		{"no Content-Type", 200, "", xmlYes, true, `"", not text/xml`},

		{"FAIL", 200, asXML, strings.Replace(fail, "OK", "no\x09such order", 1), false, `return_code is FAIL: "no\tsuch order"`},
		{"lower case", 200, asXML, strings.Replace(xmlYes, "SUCCESS", "success", 1), false, `return_code is "success", not SUCCESS`},
		{"a line break in it", 200, asXML, strings.Replace(xmlYes, "<![", "\n<![", 1), false, `return_code is "\nSUCCESS"`},
		{"a blank in it", 200, asXML, strings.Replace(xmlYes, "SUCCESS", "SUCCESS ", 1), false, `return_code is "SUCCESS "`},
		{"no return_code", 200, asXML, "<xml><result_code>SUCCESS</result_code></xml>", false, "there is no return_code"},
		{"201", 201, asXML, xmlYes, false, "the status is 201, not 200"},
		{"204", 204, asXML, "", false, "the status is 204, not 200"},
		{"the edge's no", 401, asXML, strings.Replace(fail, "OK", "notification refused", 1), false, `the status is 401, not 200: "notification refused"`},
		{"a no in JSON", 500, asJSON, `{"code":"FAIL","message":"m\u001b"}`, false, `the status is 500, not 200: "m\x1b"`},
		{"a redirect without a place", 302, asXML, xmlYes, false, "the status is 302"},
		{"nothing", 200, asXML, "", false, "the body is empty"},
		{"blanks", 200, asXML, " \r\n", false, "the body is empty"},
		{"a page", 200, "text/html", "<!DOCTYPE html><html></html>", false, "an HTML page"},
		{"a page in upper case", 200, "text/html", "\n<HTML>", false, "an HTML page"},
		{"a warning of PHP", 200, "text/html", "<br />\n<b>Warning</b>: ..." + xmlYes, false, "an HTML page"},
		{"plain success", 200, "text/plain", "success", false, `the text "success"`},
		{"control characters", 200, "text/plain", "ok\x1b[2J\r\n", false, `the text "ok\x1b[2J"`},
		{"something long", 200, "text/plain", strings.Repeat("x", 5000), false, `the text "xxx`},
		{"JSON", 200, asJSON, jsonYes, false, "JSON, with which APIv3"},
		{"JSON text", 200, asJSON, `"` + "SUCCESS" + `"`, false, "JSON, with which APIv3"},
		{"return-code", 200, asXML, strings.ReplaceAll(xmlYes, "return_code", "return-code"), false, "spelt return-code"},
		{"a byte order mark", 200, asXML, "\uFEFF" + xmlYes, false, "byte order mark"},
		{"another root", 200, asXML, strings.ReplaceAll(xmlYes, "xml>", "root>"), false, "may not read"},
		{"cut off", 200, asXML, xmlYes[:60], false, "may not read"},
		{"twice", 200, asXML, xmlYes + xmlYes, false, "may not read"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, kind := range []string{"payment", "refund", "combined", "contract"} {
				got := sender.JudgeAck(newIssuer(), issue(t, newIssuer(), kind), test.answer())
				test.check(t, got)
				if len(got.Reason) > 600 {
					t.Errorf("the reason is %d bytes long", len(got.Reason))
				}
			}
		})
	}
}

// Of an answer to APIv3 the status alone counts.
func TestAckOfV3(t *testing.T) {
	tests := []ackTest{
		{"the ack", 200, asJSON, jsonYes, true, ""},
		{"nothing", 200, "", "", true, ""},
		{"204", 204, "", "", true, ""},
		{"FAIL with 200 is lost", 200, asJSON, `{"code":"FAIL","message":"m"}`, true, `code is "FAIL", but the status says yes: WeChat Pay will not come again`},
		{"no code", 200, asJSON, `{}`, true, `code is ""`},
		{"a page", 200, "text/html", "<html>login</html>", true, "an HTML page"},
		{"text", 200, "text/plain", "success", true, "not JSON"},
		{"XML", 200, asXML, xmlYes, true, "XML, with which APIv2 is answered"},
		{"201", 201, asJSON, jsonYes, false, "the status is 201, not 200 or 204"},
		{"202", 202, asJSON, jsonYes, false, "the status is 202"},
		{"a redirect", 302, asJSON, "", false, "the status is 302"},
		{"4xx", 401, asJSON, `{"code":"FAIL","message":"notification refused"}`, false, `not 200 or 204: "notification refused"`},
		{"5xx with SUCCESS", 500, asJSON, jsonYes, false, "the status is 500"},
	}
	m, i := v3(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.check(t, sender.JudgeAck(i, m, test.answer())) })
	}
}

// The documents name the code of an answer to PayScore in two ways.
func TestAckOfPayScore(t *testing.T) {
	m := issue(t, newIssuer(), "payscore")
	for _, test := range []ackTest{
		{"return_code", 200, asXML, xmlYes, true, ""},
		{"code", 200, asXML, "<xml><code><![CDATA[SUCCESS]]></code><message><![CDATA[OK]]></message></xml>", true, ""},
		{"code FAIL", 200, asXML, "<xml><code>FAIL</code><message>m</message></xml>", false, `code is FAIL: "m"`},
		{"return_code decides", 200, asXML, "<xml><code>SUCCESS</code><return_code>FAIL</return_code></xml>", false, "return_code is FAIL"},
		{"neither", 200, asXML, "<xml><message>m</message></xml>", false, "there is no code"},
	} {
		t.Run(test.name, func(t *testing.T) { test.check(t, sender.JudgeAck(newIssuer(), m, test.answer())) })
	}
	code := ackTest{"code", 200, asXML, "<xml><code><![CDATA[SUCCESS]]></code></xml>", false, "there is no return_code"}
	code.check(t, sender.JudgeAck(newIssuer(), issue(t, newIssuer(), "payment"), code.answer()))
}

// A Caddy without a route for the URL answers with nothing at all, which looks like an app's.
func TestEmptyAnswerOfCaddy(t *testing.T) {
	answer := sender.Answer{Status: 200, Header: http.Header{"Server": {"Caddy"}}}
	got := sender.JudgeAck(newIssuer(), issue(t, newIssuer(), "payment"), answer)
	if got.Acked || !strings.Contains(got.Reason, "no site or route takes this host and path") {
		t.Errorf("got %+v", got)
	}
}
