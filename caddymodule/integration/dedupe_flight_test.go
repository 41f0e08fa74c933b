package integration

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// held makes the app work on each request until it is let go. arrived tells of each.
func held(t *testing.T, e *edge, then http.HandlerFunc) (arrived <-chan struct{}, letGo func()) {
	came, gone := make(chan struct{}, 100), make(chan struct{})
	e.upstream.answers(func(w http.ResponseWriter, r *http.Request) {
		came <- struct{}{}
		<-gone
		then(w, r)
	})
	letGo = sync.OnceFunc(func() { close(gone) })
	t.Cleanup(letGo)
	return came, letGo
}

// wantArrival waits for the app to be called.
func wantArrival(t *testing.T, arrived <-chan struct{}) {
	t.Helper()
	select {
	case <-arrived:
	case <-time.After(10 * time.Second):
		t.Fatal("the upstream is not called")
	}
}

// While the app is at work, a copy is told to come again, whatever is in it.
func oneAtATime(t *testing.T, store string) {
	for name, next := range upstreams {
		t.Run(name, func(t *testing.T) {
			e := start(t, gate(store)+next)
			arrived, letGo := held(t, e, noContent)
			fields := wechatpaytest.Payment(mchID)
			first := posted(t, e, sign(fields))
			wantArrival(t, arrived)
			protocols(t, e, func(t *testing.T, e *edge) {
				wantDelivery(t, e, sign(fields), inFlight, 0)
				wantDelivery(t, e, sign(fields.With("nonce_str", "another")), inFlight, 0)
				wantDelivery(t, e, sign(fields.With("total_fee", "2")), inFlight, 0)
				wantFields(t, e.logs.one(t, ownLogger), map[string]any{"outcome": "failed", "level": "warn"})
			})
			letGo()
			wantAck(t, <-first, 200, successXML)
			wantDelivery(t, e, sign(fields), duplicate, 0)
			wantDelivery(t, e, sign(fields.With("total_fee", "2")), conflict, 0)
		})
	}
}

// copiesAtOnce delivers the same notification many times at once, and counts the
// answers. Any but the allowed ones is an error.
func copiesAtOnce(t *testing.T, e *edge, body string, allowed ...verdict) (counts []int) {
	t.Helper()
	const copies = 50
	senders := []sender{e.over("HTTP/1.1").send, e.over("HTTP/2.0").send}
	tallies := make([]atomic.Int64, len(allowed))
	atOnce(copies, copies, func(i int) {
		got, err := senders[i%2].try(body)
		for j, want := range allowed {
			if err == nil && got.status == want.status && got.body == want.ack {
				tallies[j].Add(1)
				return
			}
		}
		t.Errorf("%v %v, want one of %v", got, err, allowed)
	})
	for i := range tallies {
		counts = append(counts, int(tallies[i].Load()))
	}
	return counts
}

func manyCopies(t *testing.T, store string) {
	for name, next := range upstreams {
		t.Run(name, func(t *testing.T) {
			e := start(t, gate(store)+next)
			e.upstream.answers(sleeps(50 * time.Millisecond))
			body := payment()
			if counts := copiesAtOnce(t, e, body, yes, inFlight); counts[0] == 0 {
				t.Error("none was answered with SUCCESS")
			}
			wantCalls(t, e, 1)
			if counts := copiesAtOnce(t, e, body, yes); counts[0] == 0 {
				t.Error("later copies were not answered with SUCCESS")
			}
			wantCalls(t, e, 1)
			wantDelivery(t, e, body, duplicate, 0)
		})
	}
}

// An app that fails at first is called again, but never twice at once, and never again
// after its yes.
func manyCopiesOfWhichSomeFail(t *testing.T, store string) {
	e := start(t, gate(store)+proxy)
	var calls, atWork, accepted atomic.Int64
	e.upstream.answers(func(w http.ResponseWriter, r *http.Request) {
		if atWork.Add(1) != 1 {
			t.Error("called while at work on the same notification")
		}
		defer atWork.Add(-1)
		time.Sleep(5 * time.Millisecond)
		if calls.Add(1) <= 3 {
			says(500, "")(w, r)
			return
		}
		accepted.Add(1)
		noContent(w, r)
	})
	body := payment()
	for range 100 {
		if counts := copiesAtOnce(t, e, body, yes, inFlight, status); counts[0] > 0 {
			break
		}
	}
	settled(t, e, body, yes)
	if accepted.Load() != 1 || calls.Load() != 4 {
		t.Errorf("called %d times and accepted %d times, want 4 and once", calls.Load(), accepted.Load())
	}
}
