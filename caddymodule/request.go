package caddymodule

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"golang.org/x/net/http/httpguts"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// buffers grow as a body arrives: Content-Length is a stranger's word.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// readBody reads a POST body of at most limit bytes.
func readBody(r *http.Request, limit int64) (string, error) {
	if r.Method != http.MethodPost {
		return "", &verifier.Error{Reason: verifier.Method}
	}
	if isEncoded(r.Header) {
		return "", &verifier.Error{Reason: verifier.Encoding}
	}
	if r.ContentLength > limit {
		return "", &verifier.Error{Reason: verifier.TooLarge}
	}
	body := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(body)
	body.Reset()
	if _, err := body.ReadFrom(io.LimitReader(r.Body, limit+1)); err != nil {
		return "", readError(err)
	}
	if int64(body.Len()) > limit {
		return "", &verifier.Error{Reason: verifier.TooLarge}
	}
	return body.String(), nil
}

// isEncoded reports whether a body with this header cannot be read as it is.
func isEncoded(header http.Header) bool {
	return slices.ContainsFunc(header.Values("Content-Encoding"), func(coding string) bool {
		return coding != "" && !strings.EqualFold(coding, "identity")
	})
}

// readError tells a limit set by another handler from a body that ended early.
func readError(err error) error {
	if handlerErr, ok := errors.AsType[caddyhttp.HandlerError](err); ok && handlerErr.StatusCode == http.StatusRequestEntityTooLarge {
		return &verifier.Error{Reason: verifier.TooLarge, Detail: "request_body max_size is exceeded"}
	}
	return &verifier.Error{Reason: verifier.Malformed, Detail: "the body could not be read to its end"}
}

// prepareRequest turns the request into the one that the upstream gets. It changes
// the request itself, not a copy, because placeholders and handlers before this one
// hold on to it. Everything unsigned goes, but for the path and a few headers.
func (d *delivery) prepareRequest(ctx context.Context, document string) {
	r := d.request
	*r = *r.WithContext(withoutOriginalQuery(ctx))
	r.URL.RawQuery, r.URL.ForceQuery = "", false
	r.RequestURI = r.URL.RequestURI()

	// fastcgi takes the length from ContentLength or the header, whichever it finds
	// first; all of the request must agree on it, and nothing must speak of chunks.
	r.Body = io.NopCloser(strings.NewReader(document))
	r.ContentLength = int64(len(document))
	r.TransferEncoding, r.Trailer = nil, nil

	d.handler.headers.scrub(r.Header)
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("Content-Length", strconv.Itoa(len(document)))
	r.Header.Set("Accept-Encoding", "identity")
	r.Header.Set("Webhook-Id", d.facts.id)
	r.Header.Set("Webhook-Timestamp", strconv.FormatInt(time.Now().Unix(), 10))
}

// withoutOriginalQuery replaces the copy of the original request from which
// fastcgi makes REQUEST_URI, and placeholders their value, so that an unsigned query
// does not get through there.
func withoutOriginalQuery(ctx context.Context) context.Context {
	original, ok := ctx.Value(caddyhttp.OriginalRequestCtxKey).(http.Request)
	if !ok || original.URL.RawQuery == "" && !original.URL.ForceQuery {
		return ctx
	}
	stripped := *original.URL
	stripped.RawQuery, stripped.ForceQuery = "", false
	original.URL, original.RequestURI = &stripped, stripped.RequestURI()
	if repl, ok := ctx.Value(caddy.ReplacerCtxKey).(*caddy.Replacer); ok {
		// A handler before this one may have passed on a copy of the request, and then
		// placeholders still look at the one with the query.
		repl.Set("http.request.orig_uri", original.RequestURI)
		repl.Set("http.request.orig_uri.query", "")
		repl.Set("http.request.orig_uri.prefixed_query", "")
	}
	return context.WithValue(ctx, caddyhttp.OriginalRequestCtxKey, original)
}

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
