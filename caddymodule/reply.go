package caddymodule

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// maxReply bounds how much of the upstream's reply is kept. What answers yes or no
// is far shorter; the rest is counted and thrown away.
const maxReply = 16 << 10

// reply records what the upstream answers. It shares nothing with the response to
// WeChat Pay: no header of the upstream's may get there, and nothing may be sent
// before the whole answer is known. That is why it does not unwrap to the real
// ResponseWriter either: a flush would commit status 200.
type reply struct {
	header http.Header
	status int // 0 until a handler has answered
	body   strings.Builder
	size   int
	ctx    context.Context
}

func newReply(ctx context.Context) *reply {
	return &reply{header: make(http.Header), ctx: ctx}
}

// Header returns the header of the reply.
func (r *reply) Header() http.Header { return r.header }

// WriteHeader notes the first final status; 1xx may come any number of times.
func (r *reply) WriteHeader(status int) {
	if r.status == 0 && (status < 100 || status > 199 || status == http.StatusSwitchingProtocols) {
		r.status = status
	}
}

// Write keeps the beginning of the body, also once the time is up: a late answer is an
// answer, of which the next delivery is to learn. What is too long for one is none, and
// then failing is the only way to end a handler that writes for ever.
func (r *reply) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	r.size += len(p)
	r.body.Write(p[:min(len(p), maxReply-r.body.Len())])
	if err := r.ctx.Err(); err != nil && r.size > maxReply {
		return 0, err
	}
	return len(p), nil
}

// FlushError does nothing: there is nobody to flush to.
func (r *reply) FlushError() error { return nil }

// unhandled reports whether the handler chain ran to its end without an answer.
// Middleware such as templates writes a status 200 all the same.
func (r *reply) unhandled() bool { return caddyhttp.GetVar(r.ctx, "unhandled") == true }

// complete reports whether the whole body is here.
func (r *reply) complete() bool {
	announced, err := strconv.Atoi(r.header.Get("Content-Length"))
	return r.size <= maxReply && (err != nil || announced == r.size)
}
