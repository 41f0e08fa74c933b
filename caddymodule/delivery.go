package caddymodule

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// delivery is one delivery of a notification on its way through the handler.
type delivery struct {
	handler  *Handler
	request  *http.Request
	response http.ResponseWriter
	format   verifier.AckFormat

	notification verifier.Notification
	merchant     string // as a label: unknown until it is proven
	kind         string

	started       time.Time
	verifyTime    time.Duration
	upstreamTime  time.Duration
	upstreamReply *reply

	answer  sync.Mutex // held to decide; the deadline may be faster than the upstream
	decided bool
	verdict verdict
}

const unknown = "unknown"

func (h *Handler) newDelivery(w http.ResponseWriter, r *http.Request) *delivery {
	return &delivery{
		handler: h, request: r, response: w, started: time.Now(),
		merchant: unknown, kind: unknown,
	}
}

// verified notes what the verifier has proven.
func (d *delivery) verified(err error) {
	d.verifyTime = time.Since(d.started)
	mchID, kind := d.notification.MchID, d.notification.Kind
	if refused, ok := errors.AsType[*verifier.Error](err); ok {
		mchID, kind = refused.MchID, refused.Kind
	}
	if mchID != "" {
		d.merchant = mchID
	}
	if kind != "" {
		d.kind = string(kind)
	}
	if err == nil {
		d.setNotificationPlaceholders()
	}
}

func rejection(err error) verdict {
	refused, ok := errors.AsType[*verifier.Error](err)
	if !ok {
		return verdict{reason: verifier.Malformed}
	}
	return verdict{reason: refused.Reason, detail: refused.Detail}
}

// callUpstream runs the rest of the handler chain and judges its answer. If that
// takes longer than upstream_timeout, WeChat Pay gets its FAIL on time even where a
// handler does not mind the deadline.
func (d *delivery) callUpstream(ctx context.Context, next caddyhttp.Handler) verdict {
	tooLate := verdict{reason: verifier.UpstreamTimeout}
	stop := context.AfterFunc(ctx, func() { d.decide(tooLate) })
	defer stop()

	called := time.Now()
	d.upstreamReply = newReply(ctx)
	err := d.runHandlers(next)
	d.upstreamTime = time.Since(called)

	v := d.handler.judge.verdict(d.upstreamReply, err)
	if v.reason != verifier.OK && ctx.Err() != nil {
		return tooLate
	}
	return v
}

// errPanicked stands for a panic of a handler's. Nothing has been sent by then, so
// WeChat Pay can still get its FAIL.
var errPanicked = errors.New("the handler panicked")

func (d *delivery) runHandlers(next caddyhttp.Handler) (err error) {
	defer func() {
		value := recover()
		if value == nil {
			return
		}
		err = errPanicked
		if value != http.ErrAbortHandler { // which is how reverse_proxy reports a reply cut off
			d.handler.logger.Error("a handler behind wechatpay_notify panicked",
				zap.Any("panic", value), zap.ByteString("stack", debug.Stack()))
		}
	}()
	return next.ServeHTTP(d.upstreamReply, d.request)
}

// finish answers WeChat Pay, unless the deadline has done so already, and reports
// what became of the delivery. The error is for Caddy, not for WeChat Pay: there is
// one only for requests that cannot be notifications.
func (d *delivery) finish(v verdict) error {
	d.decide(v)
	d.report()
	if d.verdict.reason == verifier.Method {
		return caddyhttp.Error(verifier.Method.Status(), verifier.Method)
	}
	return nil
}

// decide answers WeChat Pay. Of two verdicts the first stands.
func (d *delivery) decide(v verdict) {
	d.answer.Lock()
	defer d.answer.Unlock()
	if d.decided {
		return
	}
	d.decided, d.verdict = true, v
	if v.reason == verifier.Method {
		d.response.Header().Set("Allow", http.MethodPost)
		return
	}
	d.writeAck(v)
}

func (d *delivery) writeAck(v verdict) {
	ack := d.format.Success()
	if v.reason != verifier.OK {
		ack = d.format.Fail(ackMessage(v))
	}
	header := d.response.Header()
	header.Set("Content-Type", d.format.ContentType())
	header.Set("Content-Length", strconv.Itoa(len(ack)))
	d.response.WriteHeader(v.reason.Status())
	_, err := d.response.Write([]byte(ack))
	if err == nil && v.reason == verifier.UpstreamTimeout {
		err = http.NewResponseController(d.response).Flush() // the handler may still be busy
	}
	if err != nil {
		d.handler.logger.Debug("WeChat Pay hung up before the ack", zap.Error(err))
	}
}

func ackMessage(v verdict) string {
	if v.message != "" {
		return v.message
	}
	return v.reason.AckMessage()
}

// replacer returns Caddy's replacer for the request.
func (d *delivery) replacer() *caddy.Replacer {
	return d.request.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer)
}
