package caddymodule

import (
	"context"
	"net/http"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// shadow reports what enforce mode would have done, and passes request and reply
// through untouched.
func (h *Handler) shadow(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	d := h.newDelivery(w, r)
	defer d.countInFlight()()
	v := unreadable("a handler panicked")
	defer func() {
		d.verdict.Store(&v)
		d.report(v)
		d.reportAccess()
	}()
	if _, err := d.verify(peekBody(r, h.MaxBodySize)); err != nil {
		v = rejection(err)
		return next.ServeHTTP(w, r)
	}

	compared := d.compareAside(r.Context())
	observed := &observedReply{ResponseWriter: w, reply: newReply(r.Context(), 0)}
	called := time.Now()
	err := next.ServeHTTP(observed, r)
	took := time.Since(called)
	metrics.upstream.Observe(took.Seconds())
	if refused := <-compared; refused.reason != verifier.OK {
		v = refused
		return err
	}
	v = h.judge.verdict(d.answer, observed.reply, err)
	if took > time.Duration(h.UpstreamTimeout) {
		v = verdict{reason: verifier.UpstreamTimeout}
	}
	v.reply, v.took = observed.reply, took
	return err
}

// shadowLookup bounds what the amount guard can add to the time that a reply takes.
const shadowLookup = 2 * time.Second

// compareAside compares the amount while the upstream is at work.
func (d *delivery) compareAside(ctx context.Context) <-chan verdict {
	compared := make(chan verdict, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shadowLookup)
		defer cancel()
		compared <- d.handler.AmountGuard.lookUp(ctx, d)
	}()
	return compared
}

// observedReply passes a reply on and records it on the way.
type observedReply struct {
	http.ResponseWriter
	reply *reply
}

// WriteHeader implements http.ResponseWriter. Handlers around this one, such as
// encode, may change the header once they see it.
func (o *observedReply) WriteHeader(status int) {
	if o.reply.status == 0 {
		o.reply.header = o.Header().Clone()
	}
	o.reply.WriteHeader(status)
	o.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (o *observedReply) Write(p []byte) (int, error) {
	if o.reply.status == 0 {
		o.WriteHeader(http.StatusOK)
	}
	_, _ = o.reply.Write(p) // what cannot be recorded is passed on all the same
	return o.ResponseWriter.Write(p)
}

// Unwrap lets handlers flush and hijack.
func (o *observedReply) Unwrap() http.ResponseWriter { return o.ResponseWriter }
