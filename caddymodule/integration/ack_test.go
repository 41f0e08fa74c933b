package integration

import (
	"net/http"
	"reflect"
	"strconv"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// The acks, spelled out: the tests must not learn them from the code under test.
const successXML = "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>"

func failXML(message string) string {
	return "<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[" + message + "]]></return_msg></xml>"
}

func failJSON(message string) string { return `{"code":"FAIL","message":"` + message + `"}` }

// wantAck compares status, body and the whole header.
func wantAck(t *testing.T, got answer, status int, body string) {
	t.Helper()
	mediaType := "text/xml; charset=utf-8"
	if body[0] == '{' {
		mediaType = "application/json"
	}
	if got.status != status || got.body != body {
		t.Errorf("answer: %d %s\n  want: %d %s", got.status, got.body, status, body)
	}
	want := http.Header{
		"Content-Type":   {mediaType},
		"Content-Length": {strconv.Itoa(len(body))},
		"Server":         {"Caddy"},
	}
	if !reflect.DeepEqual(got.header, want) {
		t.Errorf("header: %v\n  want: %v", got.header, want)
	}
}

// payment returns the body of a genuine notification.
func payment() string { return sign(wechatpaytest.Payment(mchID)) }

func sign(fields wechatpaytest.Fields) string { return fields.Sign(apiKey, verifier.MD5) }
