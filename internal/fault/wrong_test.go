package fault_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/fault"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// rawEdge answers each connection by itself, with as little HTTP as it takes.
func rawEdge(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

// afterHeader says what it has to say as soon as the header is there, and hangs up when the
// other side does.
func afterHeader(answer string) func(net.Conn) {
	return func(c net.Conn) {
		lines := bufio.NewScanner(c)
		for lines.Scan() && lines.Text() != "" {
		}
		_, _ = io.WriteString(c, answer)
		_ = c.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, c)
	}
}

func response(status int, body string) string {
	return fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: text/xml\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		status, http.StatusText(status), len(body), body)
}

// handlerEdge is one of a handler.
func handlerEdge(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// An edge that acks everything is found out by every fault.
func TestOpenDoor(t *testing.T) {
	url := rawEdge(t, afterHeader(response(http.StatusOK, verifier.XMLAck.Success())))
	for _, f := range fault.All() {
		target := targetAt(t, url)
		target.Sender.Issuer.SignType = verifier.HMACSHA256
		want := fault.LetThrough
		if genuine[f.Name] { // of which it cannot be told
			want = fault.Taken
		}
		if r := play(t, f.Name, target); r.State != want || r.Bad() == genuine[f.Name] || r.Status != http.StatusOK {
			t.Errorf("%s: got %+v, want %s", f.Name, r, want)
		}
	}
}

// So is one that puts everything to its app, which says no.
func TestUnlockedDoor(t *testing.T) {
	for _, status := range []int{404, 500, 502, 503, 504} {
		url := rawEdge(t, afterHeader(response(status, verifier.XMLAck.Fail("no such order"))))
		for _, f := range fault.All() {
			if delivers[f.Name] && f.Name != "stale" {
				continue
			}
			target := targetAt(t, url)
			target.Sender.Issuer.SignType = verifier.HMACSHA256
			if r := play(t, f.Name, target); r.State != fault.LetThrough || !r.Bad() || r.Status != status || r.Code != "FAIL" {
				t.Errorf("%s with %d: got %+v", f.Name, status, r)
			}
		}
	}
}

// Where nobody takes notifications, nothing is proven by a refusal.
func TestOtherAnswers(t *testing.T) {
	for name, answer := range map[string]string{
		"not found":   response(http.StatusNotFound, "404 page not found"),
		"an error":    response(http.StatusBadGateway, "<html>Bad Gateway</html>"),
		"a login":     response(http.StatusFound, ""),
		"no ack":      response(http.StatusOK, "<html>"),
		"200 and no":  response(http.StatusOK, verifier.XMLAck.Fail("no")),
		"a teapot":    response(http.StatusTeapot, verifier.XMLAck.Fail("no")),
		"odd content": response(http.StatusTeapot, "<xml><return_code>\x1b[2J</return_code></xml>"),
	} {
		url := rawEdge(t, afterHeader(answer))
		for _, f := range fault.All() {
			want := fault.Unexpected
			switch {
			case f.Name == "downgrade", strings.HasPrefix(f.Name, "v3-") && strings.Contains(answer, "200 OK"): // which is an ack in APIv3
				continue
			case f.Name == "spoofed-host" && !strings.Contains(answer, "FAIL"): // which is as good as refused
				want = fault.Refused
			}
			if r := play(t, f.Name, targetAt(t, url)); r.State != want || r.Bad() != (want == fault.Unexpected) || r.Code != "" && r.Code != "FAIL" {
				t.Errorf("%s: %s: got %+v, want %s", name, f.Name, r, want)
			}
		}
	}
}

// A door that is always closed refuses all faults, but not the genuine ones unnoticed.
func TestClosedDoor(t *testing.T) {
	url := rawEdge(t, afterHeader(response(http.StatusUnauthorized, verifier.XMLAck.Fail("notification refused"))))
	for _, f := range fault.All() {
		if !delivers[f.Name] {
			continue
		}
		if r := play(t, f.Name, targetAt(t, url)); r.State != fault.Unexpected || !r.Bad() || r.Status != http.StatusUnauthorized {
			t.Errorf("%s: got %+v", f.Name, r)
		}
	}
}

// Where there is no answer, none is made up, and nobody waits for ever.
func TestNoAnswer(t *testing.T) {
	silent := rawEdge(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	hangingUp := rawEdge(t, afterHeader(""))
	gone := httptest.NewServer(nil)
	gone.Close()
	refusable := map[string]bool{"slow-body": true, "cut-off": true, "two-lengths": true, "length-and-chunks": true}
	for _, f := range fault.All() {
		if f.Name == "downgrade" {
			continue
		}
		target := targetAt(t, silent)
		target.Limit = 40 * time.Millisecond
		if r := play(t, f.Name, target); !r.Bad() && f.Name != "cut-off" || r.Status != 0 || r.Took > 5*time.Second {
			t.Errorf("%s: of silence, got %+v", f.Name, r)
		}
		target = targetAt(t, hangingUp)
		target.Limit = 5 * time.Second
		if r := play(t, f.Name, target); r.State != fault.Failed && (r.State != fault.Refused || !refusable[f.Name]) || r.Status != 0 {
			t.Errorf("%s: of a hang-up, got %+v", f.Name, r)
		}
		if r := play(t, f.Name, targetAt(t, gone.URL)); r.State != fault.Failed || !strings.Contains(r.Detail, "the connection was refused") {
			t.Errorf("%s: of nobody, got %+v", f.Name, r)
		}
	}
}

// Each way of failing at what is genuine is found out.
func TestWrongWithGenuineOnes(t *testing.T) {
	ack := func(w http.ResponseWriter, status int, body string) {
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
	success, fail := verifier.XMLAck.Success(), verifier.XMLAck.Fail("m")
	// firstThen acks the first delivery, and answers all others in some way.
	firstThen := func(status int, body string) func() http.HandlerFunc {
		return func() http.HandlerFunc {
			var calls atomic.Int64
			return func(w http.ResponseWriter, _ *http.Request) {
				if calls.Add(1) == 1 {
					ack(w, http.StatusOK, success)
					return
				}
				ack(w, status, body)
			}
		}
	}
	always := func(status int, body string) func() http.HandlerFunc {
		return func() http.HandlerFunc { return func(w http.ResponseWriter, _ *http.Request) { ack(w, status, body) } }
	}
	tests := []struct {
		name, fault string
		edge        func() http.HandlerFunc
		want        string
	}{
		{"an acked one is refused", "replay", firstThen(409, fail), "it was acked, and then it was not"},
		{"an acked one is put to the app again, which says no", "replay", firstThen(500, fail), "it was acked, and then it was not"},
		{"a conflict goes unnoticed, but is not acked", "conflict", firstThen(200, fail), "the status is 200, not 409"},
		{"copies end in an error page", "two-copies", firstThen(500, "<html>"), "a copy was refused"},
		{"copies are refused", "ten-copies", firstThen(401, fail), "a copy was refused"},
		{"the app is asked for each copy", "ten-copies", firstThen(500, fail), "a copy was acked, and another one declined"},
		{"all copies are to come again", "ten-copies", always(503, fail), "none of 10 copies was acked"},
		{"it never ends", "hang-up", always(503, fail), "it was still told to come again after 700ms"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			target := targetAt(t, handlerEdge(t, test.edge()))
			target.Limit = 700 * time.Millisecond
			if r := play(t, test.fault, target); r.State != fault.Unexpected || !strings.Contains(r.Detail, test.want) {
				t.Errorf("got %+v, want %s", r, test.want)
			}
		})
	}
}
