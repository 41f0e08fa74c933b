package integration

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// hangUp delivers body and hangs up once the app is at work on it.
func hangUp(t *testing.T, e *edge, body string, arrived <-chan struct{}) {
	t.Helper()
	patient, hang := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		response, err := e.send.client.Do(e.send.request(patient, body))
		if err == nil {
			_ = response.Body.Close()
		}
		ended <- err
	}()
	wantArrival(t, arrived)
	hang()
	if err := <-ended; err == nil {
		t.Error("answered before the upstream was")
	}
}

// The app is slower than WeChat Pay is patient. It is called once all the same.
func answerAfterHangUp(t *testing.T, store string) {
	inProcessHandlers["forwards"] = func(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
		return next.ServeHTTP(w, r)
	}
	for name, site := range map[string]string{
		"proxy": gate(store) + proxy, "fastcgi": gate(store) + php,
		"another handler between": "route {\n" + gate(store) + "in_process forwards\n" + proxy + "}\n",
	} {
		t.Run(name, func(t *testing.T) {
			e := start(t, site)
			protocols(t, e, func(t *testing.T, e *edge) {
				e.upstream.clear()
				e.logs.clear()
				arrived, letGo := held(t, e, noContent)
				body := payment()
				hangUp(t, e, body, arrived)
				for range 2 { // the next deliveries find it still at work
					if got, err := e.send.try(body); err != nil || got.status != inFlight.status {
						t.Errorf("%v %v, want %v", got, err, inFlight)
					}
				}
				letGo()
				settled(t, e, body, yes)
				wantCalls(t, e, 1)
				eventually(t, "the answer is not logged", func() bool {
					return len(e.logs.which(func(line logLine) bool { return line["logger"] == ownLogger && line["outcome"] == "accepted" })) == 1
				})
				wantAnswer(t, e, body, duplicate, 0)
			})
		})
	}
	t.Run("and then a no", func(t *testing.T) {
		e := start(t, gate(store)+proxy)
		arrived, letGo := held(t, e, says(200, "FAIL"))
		body := payment()
		hangUp(t, e, body, arrived)
		e.upstream.answers(noContent)
		letGo()
		settled(t, e, body, yes)
		wantCalls(t, e, 2)
	})
}

// lateSite has a handler that does not mind its deadline. It answers when it is let go.
func lateSite(store, name string, calls *atomic.Int64, letGo <-chan struct{}, then func(http.ResponseWriter) error) string {
	inProcessHandlers[name] = func(w http.ResponseWriter, _ *http.Request, _ caddyhttp.Handler) error {
		calls.Add(1)
		<-letGo
		return then(w)
	}
	return behind(name, store, limitOpt)
}

// WeChat Pay gets its FAIL in time. The yes is not lost: the next delivery is a
// duplicate.
func lateYesIsKept(t *testing.T, store string) {
	var calls atomic.Int64
	letGo := make(chan struct{})
	release := sync.OnceFunc(func() { close(letGo) })
	defer release()
	e := start(t, lateSite(store, "late_yes", &calls, letGo, func(w http.ResponseWriter) error {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}))
	body := payment()
	asked := time.Now()
	wantAck(t, e.post(body), timedOut.status, timedOut.ack)
	if took := time.Since(asked); took < limit {
		t.Errorf("took %v, want no less than %v", took, limit)
	}
	wantAck(t, <-posted(t, e, body), inFlight.status, inFlight.ack) // on a connection that is free
	release()
	settled(t, e, body, yes)
	wantAnswer(t, e, body, duplicate, 0)
	if calls.Load() != 1 {
		t.Errorf("the handler was called %d times, want once", calls.Load())
	}
}

func lateNoComesAgain(t *testing.T, store string) {
	var calls atomic.Int64
	letGo := make(chan struct{})
	e := start(t, lateSite(store, "late_no", &calls, letGo, func(w http.ResponseWriter) error { return write(w, 500, "") }))
	body := payment()
	wantAck(t, e.post(body), timedOut.status, timedOut.ack)
	close(letGo)
	settled(t, e, body, status)
	if calls.Load() != 2 {
		t.Errorf("the handler was called %d times, want twice", calls.Load())
	}
}
