package caddymodule

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

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
	facts    facts

	started    time.Time
	verifyTime time.Duration

	answering sync.Mutex // the deadline may be faster than the upstream
	verdict   atomic.Pointer[verdict]
}

func (h *Handler) newDelivery(w http.ResponseWriter, r *http.Request) *delivery {
	d := &delivery{
		handler: h, request: r, response: w, started: time.Now(),
		facts: facts{merchant: unknown, kind: unknown},
	}
	if strings.Contains(r.Header.Get("Content-Type"), "json") {
		d.format = verifier.JSONAck // until the body itself tells, if it is ever read
	}
	r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer).Map(d.placeholder)
	return d
}

// verify returns what the upstream gets for body. err is what went wrong before.
func (d *delivery) verify(body string, err error) (document string, _ error) {
	if err == nil {
		d.format = verifier.AckFormatFor(body)
		document, err = d.handler.verify(body, d)
	}
	if refused, ok := errors.AsType[*verifier.Error](err); ok {
		d.facts = factsOfRefused(refused)
	}
	d.verifyTime = time.Since(d.started)
	return document, err
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
	reply := newReply(ctx)
	err := d.runHandlers(next, reply)

	v := d.handler.judge.verdict(reply, err)
	if v.reason != verifier.OK && ctx.Err() != nil {
		v = tooLate
	}
	v.reply, v.took = reply, time.Since(called)
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

// finish answers WeChat Pay, unless the deadline has done so already, and tells the
// access log. The error is for Caddy, not for WeChat Pay: there is one only for
// requests that cannot be notifications.
func (d *delivery) finish(v verdict) error {
	d.decide(v)
	d.reportAccess()
	if v.reason == verifier.Method {
		return caddyhttp.Error(verifier.Method.Status(), verifier.Method)
	}
	return nil
}

// decide answers WeChat Pay and logs the delivery. Of two verdicts the first stands.
func (d *delivery) decide(v verdict) {
	d.answering.Lock()
	defer d.answering.Unlock()
	if d.verdict.Load() != nil {
		if v.reason == verifier.OK {
			d.handler.logger.Warn("the upstream said yes after upstream_timeout; WeChat Pay's next delivery finds the work done",
				zap.String("id", d.facts.id), zap.Duration("upstream_duration", v.took))
		}
		return
	}
	d.verdict.Store(&v) // before anything is written: a header may show a placeholder
	if v.reason == verifier.Method {
		d.response.Header().Set("Allow", http.MethodPost)
	} else {
		d.writeAck(v)
	}
	d.log(v)
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

// ackMessage is the upstream's own message, if there is anything to read in it.
func ackMessage(v verdict) string {
	legible := func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }
	if strings.ContainsFunc(v.message, legible) {
		return v.message
	}
	return v.reason.AckMessage()
}

// decision returns the labels of what has been decided, both empty before.
func (d *delivery) decision() (outcome, reason string) {
	v := d.verdict.Load()
	if v == nil {
		return "", ""
	}
	return string(v.reason.Outcome()), v.reason.String()
}
