package caddymodule

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

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
	cut    bool
	ctx    context.Context
	// patience is how long a body may take that is not there when ctx ends.
	patience time.Duration
	began    time.Time
}

func newReply(ctx context.Context, patience time.Duration) *reply {
	return &reply{header: make(http.Header), ctx: ctx, patience: patience}
}

// Header returns the header of the reply.
func (r *reply) Header() http.Header { return r.header }

// WriteHeader notes the first final status; 1xx may come any number of times.
func (r *reply) WriteHeader(status int) {
	if r.status == 0 && (status < 100 || status > 199 || status == http.StatusSwitchingProtocols) {
		r.status, r.began = status, time.Now()
	}
}

// Write keeps the beginning of the body, also once the time is up: a late answer is an
// answer, of which the next delivery is to learn. What is too long for one, or does not
// come to its end, is none, and failing is the only way to end a handler that writes for
// ever.
func (r *reply) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	r.size += len(p)
	r.body.Write(p[:min(len(p), maxReply-r.body.Len())])
	if err := r.ctx.Err(); err != nil && (r.size > maxReply || r.isEndless()) {
		r.cut = true
		return 0, err
	}
	return len(p), nil
}

func (r *reply) isEndless() bool {
	deadline, ok := r.ctx.Deadline()
	return ok && time.Since(deadline) > r.patience && time.Since(r.began) > r.patience
}

// FlushError does nothing: there is nobody to flush to.
func (r *reply) FlushError() error { return nil }

// unhandled reports whether the handler chain ran to its end without an answer.
// Middleware such as templates writes a status 200 all the same.
func (r *reply) unhandled() bool { return caddyhttp.GetVar(r.ctx, "unhandled") == true }

// complete reports whether the whole body is here.
func (r *reply) complete() bool {
	announced, err := strconv.Atoi(r.header.Get("Content-Length"))
	return r.size <= maxReply && !r.cut && (err != nil || announced == r.size)
}
