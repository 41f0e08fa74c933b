package integration

import (
	"strconv"
	"testing"
)

// How a request came here may be known to the upstream, and so may what
// keep_header names.
func TestAllowedHeaders(t *testing.T) {
	const trusted = "trusted_proxies static 127.0.0.1"
	kept := map[string]string{
		"Baggage":            "a=b",
		"Forwarded":          "for=192.0.2.1",
		"Traceparent":        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		"Tracestate":         "c=d",
		"User-Agent":         "WeChat Pay",
		"X-Forwarded-Prefix": "/pay",
		"X-Forwarded-Proto":  "https",
		"X-Request-Id":       "r-1",
		"X-Shop":             "kept by name",
		"X-Tenant":           "kept by name",
	}
	for name, next := range map[string]string{"proxy": proxy, "fastcgi": php} {
		t.Run(name, func(t *testing.T) {
			e := start(t, gate("keep_header x-shop X-TENANT")+next, trusted)
			var changes []change
			for header, value := range kept {
				changes = append(changes, withHeader(header, value))
			}
			e.post(payment(), changes...)
			got := e.upstream.one(t).header
			for header, value := range kept {
				if got.Get(header) != value {
					t.Errorf("%s: %q, want %q", header, got[header], value)
				}
			}
		})
	}
}

// A header that is kept keeps all of its values.
func TestAllowedHeaderTwice(t *testing.T) {
	e := start(t, gate("keep_header X-Shop")+proxy)
	e.post(payment(), withHeader("X-Shop", "a", "b"))
	if got := e.upstream.one(t).header["X-Shop"]; len(got) != 2 || got[0] != "a" || got[1] != "b" {
		t.Errorf("X-Shop: %q, want a and b", got)
	}
}

// No User-Agent is invented for a request without one.
func TestNoUserAgent(t *testing.T) {
	e := start(t, gate()+proxy)
	body := payment()
	e.raw("POST /notify HTTP/1.1\r\nHost: pay\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
	if got, there := e.upstream.one(t).header["User-Agent"]; there {
		t.Errorf("User-Agent: %q, want none", got)
	}
}
