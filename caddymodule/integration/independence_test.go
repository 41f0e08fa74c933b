package integration

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// circumstances are what a request has besides its body. A signature check that
// could be talked out of its work by one of them has existed elsewhere: one that
// trusted Host: localhost, for one.
func circumstances() map[string][]change {
	all := map[string][]change{
		"nothing special": nil,
		"chunked":         {chunked},
		"a user":          {func(r *http.Request) { r.SetBasicAuth("root", "root") }},
		"everything":      headerBomb(),
	}
	for _, host := range []string{"localhost", "127.0.0.1", "[::1]", "localhost:80", "pay.weixin.qq.com", "internal", "a.b.c.example"} {
		all["Host "+host] = []change{withHost(host)}
	}
	for _, target := range []string{
		"/", "/notify/", "/notify?sandbox=1", "/notify?debug&sign_type=none", "/admin", "/notify.php/x", "/.well-known/x",
	} {
		all["target "+target] = []change{withTarget(target)}
	}
	for _, mediaType := range []string{"", "text/plain", "application/json", "application/xml; charset=gbk", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"} {
		all["Content-Type "+mediaType] = []change{withHeader("Content-Type", mediaType)}
	}
	for _, header := range [][2]string{
		{"X-Forwarded-For", "127.0.0.1"}, {"X-Forwarded-For", "101.226.103.0"}, {"X-Forwarded-Host", "localhost"}, {"X-Forwarded-Proto", "https"},
		{"Forwarded", "for=127.0.0.1;host=localhost;proto=https"}, {"X-Real-Ip", "127.0.0.1"}, {"X-Http-Method-Override", "GET"},
		{"X-Wechatpay-Verified", "true"}, {"Wechatpay-Signature", "x"}, {"Wechatpay-Serial", "x"}, {"Wechatpay-Signature-Type", "none"},
		{"Request-Id", "x"}, {"User-Agent", "Mozilla/4.0"}, {"User-Agent", ""}, {"Referer", "http://localhost/"}, {"Origin", "null"},
		{"Content-Encoding", "identity"}, {"Content-Language", "zh"}, {"Cookie", "debug=1"}, {"Accept", "application/json"},
	} {
		all[header[0]+": "+header[1]] = []change{withHeader(header[0], header[1])}
	}
	return all
}

// The verdict is about the body and the configuration, and about nothing else.
func TestVerdictDependsOnBodyAlone(t *testing.T) {
	e := start(t, reporting+gate()+proxy)
	fields := wechatpaytest.Payment(mchID)
	for _, row := range []struct {
		rule, body, outcome, reason string
		status                      int
		ack                         string
	}{
		{"genuine", sign(fields), "accepted", "ok", 200, successXML},
		{"forged", fields.Sign(someKey, verifier.MD5), "rejected", "bad_signature", 401, failXML(refused)},
		{"unsigned", fields.XML(), "rejected", "unsigned", 401, failXML(refused)},
		{"no XML", "total_fee=1", "rejected", "malformed", 400, failXML("the body is not a well-formed notification")},
	} {
		protocols(t, e, func(t *testing.T, e *edge) {
			for circumstance, changes := range circumstances() {
				t.Run(row.rule+"/"+circumstance, func(t *testing.T) {
					e.t = t
					wantAck(t, e.post(row.body, changes...), row.status, row.ack)
					wantFields(t, e.logs.one(t, accessLogger), map[string]any{"wechatpay_outcome": row.outcome, "wechatpay_reason": row.reason})
					calls := e.upstream.calls()
					if forwarded := len(calls) == 1; forwarded != (row.status == 200) {
						t.Errorf("the upstream was called %d times", len(calls))
					}
				})
			}
		})
	}
}

// The target may also be absolute, and name another host than Host does.
func TestVerdictWithAbsoluteTarget(t *testing.T) {
	e := start(t, gate()+proxy)
	for body, want := range map[string]int{
		payment(): 200,
		wechatpaytest.Payment(mchID).Sign(someKey, verifier.MD5): 401,
	} {
		for _, target := range []string{"http://localhost/notify", "http://127.0.0.1/", "https://pay.weixin.qq.com/x?y"} {
			response, text := e.raw(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: internal\r\nContent-Length: %d\r\n\r\n%s", target, len(body), body))
			if response.StatusCode != want {
				t.Errorf("%s: %d %s, want %d", target, response.StatusCode, text, want)
			}
		}
	}
}

// So it is for HTTP/1.0, too.
func TestVerdictOverHTTP10(t *testing.T) {
	e := start(t, gate()+proxy)
	body := payment()
	response, text := e.raw(fmt.Sprintf("POST /notify HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
	if response.StatusCode != 200 || text != successXML {
		t.Errorf("%d %s, want 200 and SUCCESS", response.StatusCode, text)
	}
}
