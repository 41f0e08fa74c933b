package integration

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// What the upstream flushes reaches the other side at once.
func TestShadowStreams(t *testing.T) {
	e := start(t, gate("mode shadow")+proxy)
	protocols(t, e, func(t *testing.T, e *edge) {
		for rule, body := range map[string]string{"genuine": payment(), "forged": "hello"} {
			goOn := make(chan struct{})
			e.upstream.answers(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.WriteString(w, "first")
				_ = http.NewResponseController(w).Flush()
				select {
				case <-goOn:
				case <-r.Context().Done():
				}
				_, _ = io.WriteString(w, "second")
			})
			response, err := e.send.client.Do(e.send.request(t.Context(), body))
			if err != nil {
				t.Fatal(err)
			}
			first := make([]byte, len("first"))
			_, err = io.ReadFull(response.Body, first)
			close(goOn)
			rest, _ := io.ReadAll(response.Body)
			_ = response.Body.Close()
			if err != nil || string(first) != "first" || string(rest) != "second" {
				t.Errorf("%s: %s, then %s: %v", rule, first, rest, err)
			}
		}
	})
}

// A connection that switches protocols belongs to both sides alone.
func TestShadowUpgrade(t *testing.T) {
	e := start(t, gate("mode shadow")+proxy)
	e.upstream.answers(func(w http.ResponseWriter, _ *http.Request) {
		connection, both, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer connection.Close()
		_, _ = io.WriteString(connection, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		line, _ := both.ReadString('\n')
		_, _ = io.WriteString(connection, "echo "+line)
	})
	connection, err := net.Dial("tcp", e.listen)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(10 * time.Second))
	_, _ = io.WriteString(connection, "GET /notify HTTP/1.1\r\nHost: pay\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	reader := bufio.NewReader(connection)
	response, err := http.ReadResponse(reader, nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v %v, want 101", response, err)
	}
	_, _ = io.WriteString(connection, "hello\n")
	if line, err := reader.ReadString('\n'); line != "echo hello\n" {
		t.Errorf("%q %v, want the echo", line, err)
	}
}

// The verdict on an upstream that takes longer than upstream_timeout is the one of
// enforce mode; its answer is passed on all the same.
func TestShadowOfALateAnswer(t *testing.T) {
	e := start(t, gate("mode shadow", limitOpt)+proxy)
	e.upstream.answers(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(2 * limit)
		_, _ = io.WriteString(w, "SUCCESS")
	})
	got := e.post(payment())
	if got.status != 200 || got.body != "SUCCESS" {
		t.Errorf("%v, want the upstream's answer", got)
	}
	wantFields(t, e.logs.one(t, ownLogger), map[string]any{"outcome": "failed", "reason": "upstream_timeout", "mode": "shadow"})
}

// encode around the directive compresses the answer, but not what is judged of it.
func TestShadowInsideEncode(t *testing.T) {
	e := start(t, "encode gzip {\n\tminimum_length 1\n}\n"+gate("mode shadow")+proxy)
	e.upstream.answers(says(200, `{"code":"SUCCESS","page":"`+strings.Repeat("x", 4096)+`"}`, "Content-Type", "text/html"))
	got := e.post(payment(), withHeader("Accept-Encoding", "gzip"))
	if got.status != 200 || got.header.Get("Content-Encoding") != "gzip" {
		t.Errorf("%d %v, want gzip", got.status, got.header)
	}
	wantFields(t, e.logs.one(t, ownLogger), map[string]any{"outcome": "accepted", "reason": "ok"})
}

// Errors and panics of handlers behind go their usual way.
func TestShadowOfErrors(t *testing.T) {
	inProcessHandlers["aborts"] = func(http.ResponseWriter, *http.Request, caddyhttp.Handler) error { panic(http.ErrAbortHandler) }
	for _, body := range []string{payment(), wechatpaytest.Payment(mchID).Sign(someKey, verifier.MD5)} {
		e := start(t, gate("mode shadow")+"reverse_proxy 127.0.0.1:1\nhandle_errors {\n\trespond \"sorry {err.status_code}\" 418\n}\n")
		if got := e.post(body); got.status != 418 || got.body != "sorry 502" {
			t.Errorf("%v, want the site's error page", got)
		}
		e.logs.one(t, ownLogger)

		e = start(t, behind("aborts", "mode shadow"))
		if got, err := e.send.try(body); err == nil {
			t.Errorf("%v, want the connection cut", got)
		}
		wantFields(t, e.logs.one(t, ownLogger), map[string]any{"mode": "shadow"})
	}
}

// The placeholders are those of enforce mode.
func TestShadowPlaceholders(t *testing.T) {
	e := start(t, reporting+gate("mode shadow", "max_age 1000000h")+proxy)
	e.upstream.answers(says(500, ""))
	if got := e.post(sign(fixedPayment)); got.status != 500 {
		t.Errorf("%v, want the upstream's 500", got)
	}
	wantReport(t, e, "failed", "upstream_status", mchID, "payment")
	wantFields(t, e.logs.one(t, accessLogger), map[string]any{"id": "transaction:1900000109:4200000171201808221550954201:SUCCESS"})
}
