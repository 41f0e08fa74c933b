package integration

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// whatHandlersDo are the ways in which a handler chain can end.
var whatHandlersDo = []struct {
	name string
	do   func(http.ResponseWriter) error
	verdict
}{
	{"says yes", func(w http.ResponseWriter) error { return write(w, 200, "SUCCESS") }, yes},
	{"writes without a status", func(w http.ResponseWriter) error { _, err := io.WriteString(w, "ok"); return err }, yes},
	{"writes nothing, but flushes", func(w http.ResponseWriter) error { return http.NewResponseController(w).Flush() }, verdict{"no_upstream", 502, noUpstream}},
	{"sets headers alone", func(w http.ResponseWriter) error { w.Header().Set("X-Ok", "1"); return nil }, verdict{"no_upstream", 502, noUpstream}},
	{"writes an empty body", func(w http.ResponseWriter) error { _, err := w.Write(nil); return err }, yes},
	{"flushes early, then says yes", func(w http.ResponseWriter) error {
		_ = http.NewResponseController(w).Flush()
		return write(w, 200, "SUCCESS")
	}, yes},
	{"flushes early, then says no", func(w http.ResponseWriter) error {
		w.WriteHeader(200)
		_ = http.NewResponseController(w).Flush()
		return write(w, 0, "FAIL")
	}, no("FAIL")},
	{"flushes a yes, then goes on", func(w http.ResponseWriter) error {
		_ = write(w, 200, "SUCCESS")
		_ = http.NewResponseController(w).Flush()
		return write(w, 0, " or not")
	}, neither},
	{"announces more than it writes", func(w http.ResponseWriter) error {
		w.Header().Set("Content-Length", "20")
		return write(w, 200, "SUCCESS")
	}, neither},
	{"announces less than it writes", func(w http.ResponseWriter) error {
		w.Header().Set("Content-Length", "2")
		return write(w, 200, "ok, but no")
	}, neither},
	{"says yes and returns an error", func(w http.ResponseWriter) error { _ = write(w, 200, "SUCCESS"); return errors.New("broken") }, verdict{"upstream_unreachable", 502, unreachable}},
	{"returns an error", func(http.ResponseWriter) error { return errors.New("broken") }, verdict{"upstream_unreachable", 502, unreachable}},
	{"returns a status", func(http.ResponseWriter) error { return caddyhttp.Error(403, errors.New("no")) }, status},
	{"returns a good status as an error", func(http.ResponseWriter) error { return caddyhttp.Error(200, errors.New("odd")) }, status},
	{"returns 503", func(http.ResponseWriter) error { return caddyhttp.Error(503, errors.New("none left")) }, verdict{"upstream_unreachable", 502, unreachable}},
	{"returns 504", func(http.ResponseWriter) error { return caddyhttp.Error(504, errors.New("late")) }, verdict{"upstream_timeout", 504, tooLate}},
	{"returns a wrapped 404", func(http.ResponseWriter) error { return fmt.Errorf("outer: %w", caddyhttp.Error(404, nil)) }, status},
	{"panics", func(http.ResponseWriter) error { panic("out of order") }, neither},
	{"panics with an error", func(http.ResponseWriter) error { panic(errors.New("out of order")) }, neither},
	{"panics after a yes", func(w http.ResponseWriter) error { _ = write(w, 200, "SUCCESS"); panic("out of order") }, neither},
	{"aborts", func(http.ResponseWriter) error { panic(http.ErrAbortHandler) }, neither},
	{"aborts after a yes", func(w http.ResponseWriter) error { _ = write(w, 200, "SUCCESS"); panic(http.ErrAbortHandler) }, neither},
	{"answers twice, yes first", func(w http.ResponseWriter) error { _ = write(w, 200, ""); return write(w, 500, "") }, yes},
	{"answers twice, no first", func(w http.ResponseWriter) error { _ = write(w, 500, ""); return write(w, 200, "SUCCESS") }, status},
	{"switches protocols", func(w http.ResponseWriter) error { return write(w, 101, "") }, status},
	{"hijacks", func(w http.ResponseWriter) error {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\n\r\n"+successXML)
			_ = connection.Close()
		}
		return err
	}, verdict{"upstream_unreachable", 502, unreachable}},
	{"only hints", func(w http.ResponseWriter) error { w.WriteHeader(103); return nil }, verdict{"no_upstream", 502, noUpstream}},
}

func write(w http.ResponseWriter, status int, body string) error {
	if status != 0 {
		w.WriteHeader(status)
	}
	_, err := io.WriteString(w, body)
	return err
}

// However a handler ends, WeChat Pay gets one whole ack, and SUCCESS only for a yes.
func TestHandlers(t *testing.T) {
	called := 0
	inProcessHandlers["row"] = func(w http.ResponseWriter, r *http.Request, _ caddyhttp.Handler) error {
		called++
		body, err := io.ReadAll(r.Body)
		if err != nil || int64(len(body)) != r.ContentLength {
			t.Errorf("body of %d bytes, length %d: %v", len(body), r.ContentLength, err)
		}
		for _, row := range whatHandlersDo {
			if row.name == r.Header.Get("X-Row") {
				return row.do(w)
			}
		}
		panic("no such row: " + r.Header.Get("X-Row"))
	}
	e := start(t, behind("row", "keep_header X-Row"))
	protocols(t, e, func(t *testing.T, e *edge) {
		for _, row := range whatHandlersDo {
			t.Run(row.name, func(t *testing.T) {
				e.t, called = t, 0
				got := e.post(payment(), withHeader("X-Row", row.name))
				wantAck(t, got, row.verdict.status, row.ack)
				wantFields(t, e.logs.one(t, ownLogger), map[string]any{"reason": row.reason})
				wantFields(t, e.logs.one(t, accessLogger), map[string]any{"status": float64(row.verdict.status)})
				if called != 1 {
					t.Errorf("called %d times, want once", called)
				}
			})
		}
	})
}

// A panic must be found in the log, with its place; an abort is no panic.
func TestPanicIsLogged(t *testing.T) {
	inProcessHandlers["panics"] = func(http.ResponseWriter, *http.Request, caddyhttp.Handler) error { panic("out of order") }
	e := start(t, behind("panics"))
	e.post(payment())
	e.logs.one(t, ownLogger)
	found := e.logs.with("panic")
	if len(found) != 1 || found[0]["panic"] != "out of order" || found[0]["level"] != "error" || found[0]["stack"] == nil {
		t.Errorf("the log says %v, want one error with the panic and its stack", found)
	}

	e = start(t, gate()+"abort")
	e.post(payment())
	e.logs.one(t, ownLogger)
	if found := e.logs.with("panic"); len(found) != 0 {
		t.Errorf("an abort is logged as a panic: %v", found)
	}
}

// A handler behind may put an error page of the site's own in place of the
// upstream's: that is the site's word, and judged as such.
func TestErrorPagesOfTheSite(t *testing.T) {
	e := start(t, gate()+`
handle {
	reverse_proxy 127.0.0.1:1
}
intercept {
	@bad status 5xx
	handle_response @bad {
		respond "sorry" 500
	}
}`)
	wantAck(t, e.post(payment()), 502, unreachable)
	e = start(t, gate()+"intercept {\n\t@bad status 5xx\n\thandle_response @bad {\n\t\trespond SUCCESS 500\n\t}\n}\n"+proxy)
	e.upstream.answers(says(503, ""))
	wantAck(t, e.post(payment()), 502, badStatus)
}
