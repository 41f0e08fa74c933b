package integration

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// The upstream gets exactly this document, whatever way the body took.
func TestForwardedDocument(t *testing.T) {
	e := start(t, gate("max_age 1000000h")+proxy)
	protocols(t, e, func(t *testing.T, e *edge) {
		for name, changes := range map[string][]change{
			"with a length":       nil,
			"chunked":             {chunked},
			"named as JSON":       {withHeader("Content-Type", "application/json")},
			"without a type":      {withHeader("Content-Type")},
			"with a user's login": {withHeader("Authorization", "Basic dTpw")},
		} {
			t.Run(name, func(t *testing.T) {
				e.t = t
				wantAck(t, e.post(sign(fixedPayment), changes...), 200, successXML)
				got := e.upstream.one(t)
				if got.body != fixedDocument {
					t.Errorf("document:\n%s\nwant:\n%s", got.body, fixedDocument)
				}
				if got.method != "POST" || got.uri != "/notify" {
					t.Errorf("%s %s, want POST /notify", got.method, got.uri)
				}
				wantFraming(t, got)
			})
		}
	})
}

// Text arrives as it was signed, whatever is in it.
func TestForwardedText(t *testing.T) {
	e := start(t, gate()+proxy)
	for _, text := range []string{
		`"quoted" \ & <b>1</b> ]]> '`, "tab\tand\nline", "a+b%20c", "  blanks  ", "\u2028\u00a0é支付😀", `{"json":1}`,
	} {
		e.post(sign(wechatpaytest.Payment(mchID).With("attach", text)))
		var got struct {
			Resource struct{ Attach string }
			Fields   struct{ Attach string }
		}
		if err := json.Unmarshal([]byte(e.upstream.one(t).body), &got); err != nil {
			t.Fatal(err)
		}
		if got.Resource.Attach != text || got.Fields.Attach != text {
			t.Errorf("attach %q arrived as %q and %q", text, got.Resource.Attach, got.Fields.Attach)
		}
	}
}

// wantFraming checks that everything that speaks of the length of the body agrees.
func wantFraming(t *testing.T, got seenRequest) {
	t.Helper()
	length := strconv.Itoa(len(got.body))
	if header := got.header.Get("Content-Length"); got.length != int64(len(got.body)) || header != length {
		t.Errorf("length %d, Content-Length %s, body of %s bytes", got.length, header, length)
	}
	if len(got.codings) != 0 || len(got.trailer) != 0 || got.header.Get("Trailer") != "" {
		t.Errorf("transfer codings %v, trailer %v %v; want none", got.codings, got.trailer, got.header["Trailer"])
	}
}

// The path is the upstream's to read, and stays as it is; the query is not
// signed, and goes.
func TestForwardedTarget(t *testing.T) {
	e := start(t, gate()+proxy)
	for target, want := range map[string]string{
		"/notify?total_fee=0&x":          "/notify",
		"/notify?":                       "/notify",
		"/":                              "/",
		"/pay/%E9%80%9A%E7%9F%A5?a":      "/pay/%E9%80%9A%E7%9F%A5",
		"/a%2Fb;c=1/%7Ed?e=%2F":          "/a%2Fb;c=1/%7Ed",
		"/notify.php/1900000109?a?b#c":   "/notify.php/1900000109",
		"//double/slash?host=//evil.com": "//double/slash",
	} {
		t.Run(target, func(t *testing.T) {
			e.t = t
			e.post(payment(), withTarget(target))
			got := e.upstream.one(t)
			if got.uri != want {
				t.Errorf("target %s, want %s", got.uri, want)
			}
		})
	}
}

// Every placeholder that speaks of the query is empty of it, too.
func TestQueryPlaceholders(t *testing.T) {
	e := start(t, gate()+`
reverse_proxy {$UPSTREAM} {
	header_up X-Seen "{http.request.uri} {http.request.orig_uri} {http.request.uri.query}{http.request.orig_uri.query}{query} {http.request.uri.path}"
}`)
	e.post(payment(), withTarget("/notify?total_fee=0"))
	if got := e.upstream.one(t).header.Get("X-Seen"); got != "/notify /notify  /notify" {
		t.Errorf("placeholders: %q", got)
	}
}

// A rewrite before the directive may add to path and query; of that, too, only the
// path goes on.
func TestRewriteBefore(t *testing.T) {
	e := start(t, "rewrite * /app{path}?token=1\n"+gate()+proxy)
	e.post(payment(), withTarget("/notify?total_fee=0"))
	if got := e.upstream.one(t).uri; got != "/app/notify" {
		t.Errorf("target %s, want /app/notify", got)
	}
}

// A rewrite after it is the site's own word, query and all.
func TestRewriteAfter(t *testing.T) {
	e := start(t, "route {\n"+gate()+"rewrite * /app{path}?route=notify\n"+proxy+"\n}")
	e.post(payment(), withTarget("/notify?total_fee=0"))
	if got := e.upstream.one(t).uri; got != "/app/notify?route=notify" {
		t.Errorf("target %s, want /app/notify?route=notify", got)
	}
}

// The headers of the forwarded request are these and no others.
func TestForwardedHeaders(t *testing.T) {
	e := start(t, gate("max_age 1000000h")+proxy)
	before := time.Now().Unix()
	e.post(sign(fixedPayment))
	got := e.upstream.one(t).header
	stamp, err := strconv.ParseInt(got.Get("Webhook-Timestamp"), 10, 64)
	if err != nil || stamp < before || stamp > time.Now().Unix() {
		t.Errorf("Webhook-Timestamp %s, want Unix seconds of now", got.Get("Webhook-Timestamp"))
	}
	wantHeader(t, got, map[string]string{
		"Accept-Encoding":   "identity",
		"Content-Length":    strconv.Itoa(len(fixedDocument)),
		"Content-Type":      "application/json; charset=utf-8",
		"User-Agent":        "Mozilla/4.0",
		"Via":               "1.1 Caddy", // of reverse_proxy, as is the rest
		"Webhook-Id":        "transaction:1900000109:4200000171201808221550954201:SUCCESS",
		"Webhook-Timestamp": got.Get("Webhook-Timestamp"),
		"X-Forwarded-For":   "127.0.0.1",
		"X-Forwarded-Host":  e.listen,
		"X-Forwarded-Proto": "http",
	})
}

func wantHeader(t *testing.T, got map[string][]string, want map[string]string) {
	t.Helper()
	for name, values := range got {
		if expected, ok := want[name]; !ok || strings.Join(values, ", ") != expected {
			t.Errorf("header %s: %q, want %q", name, values, expected)
		}
	}
	for name := range want {
		if got[name] == nil {
			t.Errorf("header %s is missing", name)
		}
	}
}
