package caddymodule

import (
	"fmt"
	"net/http"
	"net/textproto"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// headerFilter knows which request headers the upstream gets.
type headerFilter map[string]bool

// alwaysKept are the headers that say how a request came here, and nothing about
// what is in it.
var alwaysKept = []string{
	"User-Agent", "Forwarded", "X-Request-Id", "Traceparent", "Tracestate", "Baggage",
}

// neverKept are the headers that would change how the request is transferred or
// read, and those that this handler sets.
var neverKept = []string{
	"Accept-Encoding", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Expect",
	"Host", "Incremental", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
	"Webhook-Id", "Webhook-Signature", "Webhook-Timestamp",
}

func newHeaderFilter(extra []string) (headerFilter, error) {
	filter := headerFilter{}
	for _, name := range alwaysKept {
		filter[name] = true
	}
	for _, name := range extra {
		if !httpguts.ValidHeaderFieldName(name) {
			return nil, fmt.Errorf("keep_header %q is not the name of a header", name)
		}
		canonical := textproto.CanonicalMIMEHeaderKey(name)
		if slices.Contains(neverKept, canonical) {
			return nil, fmt.Errorf("keep_header %s: the upstream gets a body of its own, to which this header cannot apply", name)
		}
		filter[canonical] = true
	}
	return filter, nil
}

// scrub removes all other headers, in place.
func (f headerFilter) scrub(header http.Header) {
	for name := range header {
		if !f[name] && !strings.HasPrefix(name, "X-Forwarded-") {
			delete(header, name)
		}
	}
}
