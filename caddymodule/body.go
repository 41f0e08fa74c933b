package caddymodule

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

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

// peekBody reads the body as readBody does, and puts back what it has read.
func peekBody(r *http.Request, limit int64) (string, error) {
	original := r.Body
	var seen bytes.Buffer
	r.Body = io.NopCloser(io.TeeReader(original, &seen))
	body, err := readBody(r, limit)
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(&seen, original), original}
	return body, err
}
