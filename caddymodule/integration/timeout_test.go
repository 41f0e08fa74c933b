package integration

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

const (
	limit     = 300 * time.Millisecond
	limitOpt  = "upstream_timeout 300ms"
	latest    = limit + 1500*time.Millisecond // by when the ack must be there
	slow      = 2 * time.Second               // what handlers take that do not mind the limit
	lateReply = "SUCCESS"
)

// WeChat Pay gets its FAIL on time, whether the handler minds its deadline or not.
func TestTimeout(t *testing.T) {
	inProcessHandlers["sleeps"] = func(w http.ResponseWriter, _ *http.Request, _ caddyhttp.Handler) error {
		time.Sleep(slow)
		return write(w, 200, lateReply)
	}
	inProcessHandlers["waits"] = func(_ http.ResponseWriter, r *http.Request, _ caddyhttp.Handler) error {
		<-r.Context().Done()
		return r.Context().Err()
	}
	inProcessHandlers["waits, then says yes"] = func(w http.ResponseWriter, r *http.Request, _ caddyhttp.Handler) error {
		<-r.Context().Done()
		time.Sleep(50 * time.Millisecond)
		_ = write(w, 200, lateReply)
		return nil
	}
	for rule, site := range map[string]string{
		"an upstream over HTTP":               gate(limitOpt) + proxy,
		"php-fpm, which knows of no deadline": gate(limitOpt) + php,
		"behind encode":                       "encode gzip\n" + gate(limitOpt) + php,
		"a handler that sleeps":               behind("sleeps", limitOpt),
		"a handler that waits":                behind("waits", limitOpt),
		"a handler that says yes too late":    behind(`"waits, then says yes"`, limitOpt),
	} {
		t.Run(rule, func(t *testing.T) {
			e := start(t, site)
			e.upstream.answers(sleeps(slow))
			protocols(t, e, func(t *testing.T, e *edge) {
				e.logs.clear()
				asked := time.Now()
				response, err := e.send.client.Do(e.send.request(t.Context(), payment(), withHeader("Accept-Encoding", "gzip")))
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close()
				// Over HTTP/2 the stream ends when the handler does, but every byte is
				// there before.
				ack := make([]byte, response.ContentLength)
				if _, err := io.ReadFull(response.Body, ack); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(asked); took < limit || took > latest {
					t.Errorf("took %v, want between %v and %v", took, limit, latest)
				}
				response.Header.Del("Date")
				wantAck(t, answer{response.StatusCode, response.Header, string(ack)}, 504, tooLate)
				wantFields(t, e.logs.one(t, ownLogger), map[string]any{"outcome": "failed", "reason": "upstream_timeout"})
			})
		})
	}
}

// Whether the deadline or a handler that minds it comes first, the reason is the
// timeout, and there is one ack.
func TestTimeoutRace(t *testing.T) {
	inProcessHandlers["gives up"] = func(_ http.ResponseWriter, r *http.Request, _ caddyhttp.Handler) error {
		<-r.Context().Done()
		return errors.New("gave up")
	}
	e := start(t, behind(`"gives up"`, "upstream_timeout 50ms"))
	atOnce(400, 40, func(int) {
		if got, err := e.send.try(payment()); err != nil || got.status != 504 || got.body != tooLate {
			t.Errorf("%v %v, want 504", got, err)
		}
	})
}

// After the FAIL nothing more comes, though the upstream says yes in the end.
func TestNothingAfterTimeout(t *testing.T) {
	e := start(t, gate(limitOpt)+php)
	e.upstream.answers(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(slow)
		_, _ = io.WriteString(w, lateReply)
	})
	body := payment()
	connection, err := net.Dial("tcp", e.listen)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	_, _ = io.WriteString(connection, "POST /notify HTTP/1.1\r\nHost: pay\r\nConnection: close\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body)
	all, err := io.ReadAll(connection)
	if err != nil {
		t.Fatal(err)
	}
	head, text, _ := strings.Cut(string(all), "\r\n\r\n")
	if !strings.HasPrefix(head, "HTTP/1.1 504 ") || text != tooLate {
		t.Errorf("on the wire: %s", all)
	}
}

// The upstream's request ends with the limit; it is not left running.
func TestTimeoutCancelsUpstream(t *testing.T) {
	e := start(t, gate(limitOpt)+proxy)
	ended := make(chan time.Duration, 1)
	e.upstream.answers(func(_ http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		<-r.Context().Done()
		ended <- time.Since(begin)
	})
	e.post(payment())
	select {
	case took := <-ended:
		if took > latest {
			t.Errorf("cancelled after %v", took)
		}
	case <-time.After(10 * time.Second):
		t.Error("the upstream's request goes on for ever")
	}
}

// An upstream that is just in time is in time.
func TestJustInTime(t *testing.T) {
	e := start(t, gate("upstream_timeout 10s")+proxy)
	wantVerdict(t, e, sleeps(limit), yes)
	e = start(t, gate("upstream_timeout 10s")+php)
	wantVerdict(t, e, sleeps(limit), yes)
}

// An answer without end neither fills the memory nor outlives the limit.
func TestEndlessAnswer(t *testing.T) {
	flood := func(text string, pause time.Duration) http.HandlerFunc {
		piece := []byte(text)
		return func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(piece); err != nil {
					return
				}
				if pause > 0 {
					_ = http.NewResponseController(w).Flush()
					time.Sleep(pause)
				}
			}
		}
	}
	var running atomic.Bool
	piece := []byte(strings.Repeat("x", 32<<10))
	inProcessHandlers["floods"] = func(w http.ResponseWriter, r *http.Request, _ caddyhttp.Handler) error {
		running.Store(true)
		defer running.Store(false)
		for {
			if _, err := w.Write(piece); err != nil {
				return err
			}
		}
	}
	for rule, row := range map[string]struct {
		site   string
		answer http.HandlerFunc
	}{
		"as fast as it goes":   {gate(limitOpt) + proxy, flood(strings.Repeat("x", 32<<10), 0)},
		"blanks after a yes":   {gate(limitOpt) + proxy, flood("SUCCESS ", 10*time.Millisecond)},
		"a byte now and then":  {gate(limitOpt) + proxy, flood(" ", 20*time.Millisecond)},
		"php, now and then":    {gate(limitOpt) + php, flood(" ", 20*time.Millisecond)},
		"php, as fast":         {gate(limitOpt) + php, flood(strings.Repeat("x", 32<<10), 0)},
		"an in-process flood":  {behind("floods", limitOpt), noContent},
		"with accept status":   {gate(limitOpt, "accept status") + proxy, flood("x", time.Millisecond)},
		"events, for a stream": {gate(limitOpt) + proxy, sse(flood("data: SUCCESS\n\n", 20*time.Millisecond))},
	} {
		t.Run(rule, func(t *testing.T) {
			e := start(t, row.site)
			e.upstream.answers(row.answer)
			peak := watchMemory()
			asked := time.Now()
			wantAck(t, e.post(payment()), 504, tooLate)
			if took := time.Since(asked); took > latest+time.Second {
				t.Errorf("took %v, want %v at most", took, latest)
			}
			e.logs.one(t, ownLogger) // written once the handler has ended
			if grown := peak(); grown > 16<<20 {
				t.Errorf("the heap grew by %d MiB", grown>>20)
			}
		})
	}
	eventually(t, "the in-process flood goes on", func() bool { return !running.Load() })
}

func sse(then http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		then(w, r)
	}
}

// A connection on which the ack of a late upstream came stays in order: the next
// delivery on it is answered in its turn.
func TestConnectionAfterTimeout(t *testing.T) {
	e := start(t, gate("upstream_timeout 1s")+php)
	e.upstream.answers(sleeps(slow))
	connection, err := net.Dial("tcp", e.listen)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	reader := bufio.NewReader(connection)
	for i, want := range []string{tooLate, successXML} {
		body := payment()
		_, _ = io.WriteString(connection, "POST /notify HTTP/1.1\r\nHost: pay\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body)
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || string(text) != want {
			t.Errorf("answer %d: %s %v, want %s", i+1, text, err, want)
		}
		e.upstream.answers(noContent)
	}
}
