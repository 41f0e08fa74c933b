package caddymodule

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

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
	r.Header.Set("Content-Type", d.handler.form.contentType)
	r.Header.Set("Content-Length", strconv.Itoa(len(document)))
	r.Header.Set("Accept-Encoding", "identity")
	id := headerID(d.facts.id)
	r.Header.Set("Webhook-Id", id)
	timestamp := strconv.FormatInt(time.Now().Unix(), 10)
	r.Header.Set("Webhook-Timestamp", timestamp)
	if len(d.handler.secrets) > 0 {
		r.Header.Set("Webhook-Signature", d.handler.secrets.sign(id, timestamp, document))
	}
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
