package integration

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// WeChat Pay waits five seconds. An upstream that takes longer is not cut off in
// the middle of its work, and its answer is noted.
func TestHangUp(t *testing.T) {
	inProcessHandlers["works on"] = func(w http.ResponseWriter, r *http.Request, _ caddyhttp.Handler) error {
		select {
		case <-time.After(2 * limit):
			return write(w, 200, "SUCCESS")
		case <-r.Context().Done():
			return r.Context().Err()
		}
	}
	for name, site := range map[string]string{
		"proxy": gate() + proxy, "fastcgi": gate() + php, "in process": behind(`"works on"`),
	} {
		t.Run(name, func(t *testing.T) {
			e := start(t, site)
			cut := make(chan bool, 2)
			e.upstream.answers(func(w http.ResponseWriter, r *http.Request) {
				select {
				case <-time.After(2 * limit):
					cut <- false
				case <-r.Context().Done():
					cut <- true
				}
				_, _ = io.WriteString(w, "SUCCESS")
			})
			protocols(t, e, func(t *testing.T, e *edge) {
				e.logs.clear()
				hungUp, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				if response, err := e.send.client.Do(e.send.request(hungUp, payment())); err == nil {
					_ = response.Body.Close()
					t.Fatalf("answered with %d before the upstream did", response.StatusCode)
				}
				line := e.logs.one(t, ownLogger)
				wantFields(t, line, map[string]any{"outcome": "accepted", "reason": "ok"})
				if took, _ := line["upstream_duration"].(float64); took < (2 * limit).Seconds() {
					t.Errorf("the upstream's answer is noted after %v s, before it came", took)
				}
				if name != "in process" && <-cut {
					t.Error("the upstream was cut off")
				}
			})
		})
	}
}

// A hang-up before the body is there brings nothing about.
func TestHangUpInTheBody(t *testing.T) {
	e := start(t, gate()+proxy)
	protocols(t, e, func(t *testing.T, e *edge) {
		e.logs.clear()
		e.upstream.clear()
		body := payment()
		ends, hangUp := io.Pipe()
		request := e.send.request(t.Context(), "")
		request.Body, request.ContentLength, request.GetBody = ends, int64(len(body))+1, nil
		go func() {
			_, _ = io.WriteString(hangUp, body)
			_ = hangUp.CloseWithError(io.ErrUnexpectedEOF)
		}()
		if response, err := e.send.client.Do(request); err == nil {
			_ = response.Body.Close()
			if response.StatusCode == 200 {
				t.Error("accepted")
			}
		}
		wantFields(t, e.logs.one(t, ownLogger), map[string]any{"outcome": "rejected", "reason": "malformed"})
		if calls := e.upstream.calls(); len(calls) != 0 {
			t.Errorf("the upstream was called: %v", calls)
		}
	})
}

// A yes that comes after upstream_timeout has passed is not lost to the log, since
// WeChat Pay will come again for it.
func TestLateYesIsLogged(t *testing.T) {
	inProcessHandlers["late yes"] = func(w http.ResponseWriter, _ *http.Request, _ caddyhttp.Handler) error {
		time.Sleep(2 * limit)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	e := start(t, behind(`"late yes"`, limitOpt))
	wantAck(t, e.post(payment()), 504, tooLate)
	const message = "the upstream said yes after upstream_timeout; WeChat Pay's next delivery finds the work done"
	eventually(t, "no line about the late yes", func() bool { return len(e.logs.saying(message)) == 1 })
	wantFields(t, e.logs.one(t, ownLogger), map[string]any{"outcome": "failed", "reason": "upstream_timeout"})
}
