package simulation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// reaction is what the app does with one call.
type reaction struct {
	after    time.Duration
	stubborn bool // it goes on after its deadline
	answer   func(http.ResponseWriter) error
	yes      bool // with the answer, the app has accepted
}

// slowly is the same after a while.
func (r reaction) slowly(after time.Duration) reaction {
	r.after = after
	return r
}

// stubbornly is the same, with no regard to the deadline.
func (r reaction) stubbornly() reaction {
	r.stubborn = true
	return r
}

// work does it, and reports whether the app has accepted.
func (r reaction) work(ctx context.Context) (yes bool, err error) {
	if r.after == 0 {
		return r.yes, nil
	}
	deadline := ctx.Done()
	if r.stubborn {
		deadline = nil
	}
	select {
	case <-time.After(r.after):
		return r.yes, nil
	case <-deadline:
		return false, caddyhttp.Error(http.StatusGatewayTimeout, ctx.Err())
	}
}

// says is an answer with a body.
func says(status int, body string) func(http.ResponseWriter) error {
	return func(w http.ResponseWriter) error {
		w.WriteHeader(status)
		_, err := io.WriteString(w, body)
		return err
	}
}

// mutters is an answer with a body, given without a look at whether it gets through.
func mutters(status int, body string) func(http.ResponseWriter) error {
	return func(w http.ResponseWriter) error {
		_ = says(status, body)(w)
		return nil
	}
}

// The app's yes, in all its forms.
var yes = []reaction{
	{yes: true, answer: says(204, "")},
	{yes: true, answer: says(200, "")},
	{yes: true, answer: says(200, "success\n")},
	{yes: true, answer: mutters(200, "success")},
	{yes: true, answer: says(200, `{"code":"SUCCESS"}`)},
	{yes: true, answer: says(201, `{"code":"ok","message":"stored"}`)},
	{yes: true, answer: says(200, successAck)},
}

// What is no answer at all.
var down = []reaction{
	{answer: says(500, "SUCCESS")},
	{answer: says(503, "")},
	{answer: says(404, "success")},
	{answer: says(302, "")},
	{answer: func(http.ResponseWriter) error {
		return caddyhttp.Error(http.StatusBadGateway, errors.New("connection refused"))
	}},
}

// What only looks like a yes.
var lies = []reaction{
	{answer: says(200, "<!DOCTYPE html><html><body>Please log in</body></html>")},
	{answer: says(200, `{"code":0}`)},
	{answer: mutters(200, `{"code":1}`)},
	{answer: says(200, `{"code":"FAIL","message":"success"}`)},
	{answer: says(200, "Warning: Undefined index in pay.php on line 8\nsuccess")},
	{answer: says(200, `{"status":"SUCCESS"}`)},
	{answer: func(http.ResponseWriter) error { return nil }},
	{answer: func(w http.ResponseWriter) error { return errors.Join(says(200, "SUCCESS")(w), io.ErrUnexpectedEOF) }},
}

var panics = []reaction{
	{answer: func(http.ResponseWriter) error { panic("out of luck") }},
	{answer: func(http.ResponseWriter) error { panic(http.ErrAbortHandler) }},
	{answer: func(w http.ResponseWriter) error { panic(says(200, "SUCCESS")(w)) }},
}

var declines = []reaction{
	{answer: says(200, `{"code":"FAIL","message":"no such order yet"}`)},
	{answer: says(200, "fail: no such order yet")},
	{answer: mutters(200, "FAIL")},
	{answer: says(200, failAck+"no such order yet"+ackEnd)},
}

// oneOf draws a reaction.
func oneOf(random *rand.Rand, reactions []reaction) reaction {
	return reactions[random.IntN(len(reactions))]
}

// behaviour is what the app does the nth time that it is called for a fact, the first
// being 1, so long after the beginning.
type behaviour func(f *fact, nth int, since time.Duration) reaction

// app is the merchant's app. It has no idempotency of its own.
type app struct {
	t      testing.TB
	facts  map[string]*fact // by order
	behave behaviour
	began  time.Time
}

// ServeHTTP implements caddyhttp.Handler.
func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) error {
	order, total, err := read(r)
	f := a.facts[order]
	if err != nil || f == nil || f.total != total {
		a.t.Errorf("the app got order %q over %d: %v", order, total, err)
		return caddyhttp.Error(http.StatusBadRequest, err)
	}
	c := f.began()
	f.mutex.Lock()
	does := a.behave(f, len(f.calls), time.Since(a.began))
	f.mutex.Unlock()
	accepted, err := does.work(r.Context())
	f.ended(c, accepted)
	if err != nil {
		return err
	}
	return does.answer(w)
}

// read returns what the edge has forwarded.
func read(r *http.Request) (order string, total int, err error) {
	var document struct {
		ID       string
		Resource struct {
			OutTradeNo string `json:"out_trade_no"`
			Amount     struct{ Total int }
		}
	}
	err = json.NewDecoder(r.Body).Decode(&document)
	if err == nil && (document.ID == "" || document.ID != r.Header.Get("Webhook-Id")) {
		err = fmt.Errorf("id %q, Webhook-Id %q", document.ID, r.Header.Get("Webhook-Id"))
	}
	return document.Resource.OutTradeNo, document.Resource.Amount.Total, err
}
