package caddymodule

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// ask puts the document to the upstream, unless the amount is wrong.
func (d *delivery) ask(next caddyhttp.Handler, document string) verdict {
	ctx, cancel := d.handler.detach(d.request)
	defer cancel()
	if v := d.handler.AmountGuard.lookUp(ctx, d); v.reason != verifier.OK {
		return v
	}
	d.prepareRequest(ctx, document)
	return d.callUpstream(ctx, next)
}

// detach returns a context that keeps the values of r's, on which other handlers
// rely, but not its end: WeChat Pay hangs up after 5 seconds, and an upstream cut
// off in the middle may have done half of its work.
func (h *Handler) detach(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(r.Context()), time.Duration(h.UpstreamTimeout))
}

// callUpstream runs the rest of the handler chain and judges its answer. If that
// takes longer than upstream_timeout, WeChat Pay gets its FAIL on time even where a
// handler does not mind the deadline.
func (d *delivery) callUpstream(ctx context.Context, next caddyhttp.Handler) verdict {
	stop := context.AfterFunc(ctx, d.runOut)
	defer stop()
	called := time.Now()
	reply := newReply(ctx, time.Duration(d.handler.UpstreamTimeout))
	err := d.runHandlers(next, reply)
	return d.judge(reply, err, time.Since(called))
}

var tooLate = verdict{reason: verifier.UpstreamTimeout}

// runOut tells WeChat Pay that the time is up.
func (d *delivery) runOut() { d.decide(tooLate) }

// judge judges what the handler chain wrote and returned.
func (d *delivery) judge(reply *reply, err error, took time.Duration) verdict {
	v := d.handler.judge.verdict(d.answer, reply, err)
	if v.reason != verifier.OK && reply.ctx.Err() != nil {
		v = tooLate
	}
	v.reply, v.took = reply, took
	metrics.upstream.Observe(took.Seconds())
	return v
}

var (
	errPanicked = errors.New("the handler panicked")
	errCutOff   = fmt.Errorf("the reply was cut off: %w", http.ErrAbortHandler)
)

// runHandlers turns a panic of a handler's into an error: nothing has been sent by
// then, so WeChat Pay can still get its FAIL.
func (d *delivery) runHandlers(next caddyhttp.Handler, reply *reply) (err error) {
	defer func() {
		switch value := recover(); value {
		case nil:
		case http.ErrAbortHandler: // reverse_proxy's word for an upstream that hung up
			err = errCutOff
		default:
			err = errPanicked
			d.handler.logger.Error("a handler behind wechatpay_notify panicked",
				zap.Any("panic", value), zap.ByteString("stack", debug.Stack()))
		}
	}()
	return next.ServeHTTP(reply, d.request)
}
