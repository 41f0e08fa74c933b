package caddymodule

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/inspector"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// delivery is one delivery of a notification on its way through the handler.
type delivery struct {
	handler  *Handler
	request  *http.Request
	response http.ResponseWriter
	format   verifier.AckFormat
	facts    facts
	claim    dedupe.Claim
	ledger   *dedupe.Ledger // while it has claimed the fact
	answer   verifier.Answer
	native   *verifier.NativeReply // where WeChat Pay wants an order
	traceID  string
	seen     *inspector.Delivery // while there is an inspector

	started    time.Time
	verifyTime time.Duration
	lookupTime time.Duration
	storeTime  atomic.Int64 // a time.Duration; the deadline may come while the store is at work

	answering sync.Mutex // the deadline may be faster than the upstream
	verdict   atomic.Pointer[verdict]
}

func (h *Handler) newDelivery(w http.ResponseWriter, r *http.Request) *delivery {
	d := &delivery{
		handler: h, request: r, response: w, started: time.Now(),
		facts: facts{merchant: unknown, kind: unknown},
	}
	d.watch(r.Context())
	d.traceID, _ = caddyhttp.GetVar(r.Context(), "trace_id").(string) // of the tracing handler
	if strings.Contains(r.Header.Get("Content-Type"), "json") {
		d.format = verifier.JSONAck // until the body itself tells, if it is ever read
	}
	r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer).Map(d.placeholder)
	return d
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

// decide answers WeChat Pay and reports the delivery. Of two verdicts the first stands.
func (d *delivery) decide(v verdict) {
	d.answering.Lock()
	defer d.answering.Unlock()
	if d.verdict.Load() != nil {
		d.logLateYes(v)
		return
	}
	d.verdict.Store(&v) // before anything is written: a header may show a placeholder
	if v.reason == verifier.Method {
		d.response.Header().Set("Allow", http.MethodPost)
	} else {
		d.writeAck(v)
	}
	d.report(v)
}

// decision returns the labels of what has been decided, both empty before.
func (d *delivery) decision() (outcome, reason string) {
	v := d.verdict.Load()
	if v == nil {
		return "", ""
	}
	return string(v.reason.Outcome()), v.reason.String()
}
