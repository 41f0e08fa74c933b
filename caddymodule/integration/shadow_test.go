package integration

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// exchange is all that both sides of the edge see of one delivery.
type exchange struct {
	heads    []http.Header // of 1xx and the answer
	statuses []int
	trailer  http.Header
	body     string
	err      string
	seen     []seenRequest
}

// exchange sends request as it is and notes what both sides see.
func (e *edge) exchange(request string) exchange {
	e.t.Helper()
	e.logs.clear()
	e.upstream.clear()
	connection, err := net.Dial("tcp", e.listen)
	if err != nil {
		e.t.Fatal(err)
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(15 * time.Second))
	if _, err := io.WriteString(connection, request); err != nil {
		e.t.Fatal(err)
	}
	var seen exchange
	for reader := bufio.NewReader(connection); ; {
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			seen.err = err.Error()
			break
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		response.Header.Del("Date")
		seen.statuses, seen.heads = append(seen.statuses, response.StatusCode), append(seen.heads, response.Header)
		if response.StatusCode >= 200 || response.StatusCode == http.StatusSwitchingProtocols {
			seen.trailer, seen.body = response.Trailer, string(body)
			if err != nil {
				seen.err = err.Error()
			}
			break
		}
	}
	for _, call := range e.upstream.calls() {
		// Go asks again by itself when a connection in use turns out to be closed.
		if len(seen.seen) == 0 || !reflect.DeepEqual(call, seen.seen[len(seen.seen)-1]) {
			seen.seen = append(seen.seen, call)
		}
	}
	return seen
}

func httpRequest(method, target, header, body string) string {
	return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: pay.example\r\nConnection: close\r\n%sContent-Length: %d\r\n\r\n%s", method, target, header, len(body), body)
}

// shadowRequests are requests of every sort.
func shadowRequests() map[string]string {
	fields := wechatpaytest.Payment(mchID)
	forged := fields.Sign(someKey, verifier.MD5)
	return map[string]string{
		"genuine":          httpRequest("POST", "/notify?a=1&b", "", payment()),
		"genuine, chunked": chunkedHead + chunks(payment(), 100, "Content-Md5: x\r\n"),
		"with a long tail": httpRequest("POST", "/notify", "", payment()+strings.Repeat("\n", 60<<10)),
		"forged":           httpRequest("POST", "/notify", "Cookie: a=b\r\nAuthorization: Basic eDp5\r\nX-Wechatpay-Total: 1\r\n", forged),
		"stale":            httpRequest("POST", "/notify", "", sign(fixedPayment)),
		"empty":            httpRequest("POST", "/notify", "", ""),
		"text":             httpRequest("POST", "/notify", "Content-Type: text/plain\r\n", "hello"),
		"JSON":             httpRequest("POST", "/notify", "Content-Type: application/json\r\n", `{"id":"1"}`),
		"compressed":       httpRequest("POST", "/notify", "Content-Encoding: gzip\r\n", "\x1f\x8b"),
		"huge":             httpRequest("POST", "/notify", "", strings.Repeat("x", 300<<10)),
		"huge, chunked":    chunkedHead + chunks(strings.Repeat("x", 300<<10), 7000, "Content-Md5: x\r\n"),
		"GET":              "GET /notify?a=1 HTTP/1.1\r\nHost: pay.example\r\nConnection: close\r\n\r\n",
		"HEAD":             "HEAD /notify HTTP/1.1\r\nHost: pay.example\r\nConnection: close\r\n\r\n",
		"PUT":              httpRequest("PUT", "/notify", "", "something"),
		"upgrade":          "GET /notify HTTP/1.1\r\nHost: pay.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
	}
}

// shadowAnswers are answers of every sort.
func shadowAnswers() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"204":         noContent,
		"SUCCESS":     says(200, "SUCCESS", bomb[:8]...),
		"FAIL":        says(200, `{"code":"FAIL","message":"no"}`),
		"redirect":    says(302, "", "Location", "/login"),
		"500":         says(500, "<h1>oops</h1>", "Content-Type", "text/html"),
		"long":        says(200, strings.Repeat("page ", 20<<10), "Etag", `"1"`),
		"hints first": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(103); noContent(w, r) },
		"cut off": func(w http.ResponseWriter, r *http.Request) {
			unhurried()
			says(200, "SUCCESS", "Content-Length", "20")(w, r)
		},
		"hangs up":     hijacked(""),
		"with trailer": trailing,
	}
}

// unhurried gives Caddy the time to be done with the request before the answer
// breaks off: otherwise its own access log races with its own proxy for the number
// of bytes read, without the directive as well.
func unhurried() { time.Sleep(10 * time.Millisecond) }

func trailing(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Trailer", "X-Sum")
	_, _ = io.WriteString(w, "SUCCESS")
	w.Header().Set("X-Sum", "7")
}

// In shadow mode, both sides see what they would see without the directive; the log
// tells what it would have done.
func TestShadowIsInvisible(t *testing.T) {
	requests, answers := shadowRequests(), shadowAnswers()
	each := func(site string, check func(name string, e *edge, seen exchange)) {
		e := start(t, site)
		for answer, with := range answers {
			e.upstream.answers(with)
			for name, request := range requests {
				check(name+", answered "+answer, e, e.exchange(request))
			}
		}
	}
	without, enforced := map[string]exchange{}, map[string]logLine{}
	each(proxy, func(name string, _ *edge, seen exchange) { without[name] = seen })
	each(gate()+proxy, func(name string, e *edge, _ exchange) { enforced[name] = e.logs.one(t, ownLogger) })
	each(gate("mode shadow")+proxy, func(name string, e *edge, seen exchange) {
		if want := without[name]; !reflect.DeepEqual(seen, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, seen, want)
		}
		line := e.logs.one(t, ownLogger)
		wantFields(t, line, map[string]any{"mode": "shadow"})
		for _, field := range []string{"outcome", "reason", "kind", "merchant", "id", "out_trade_no", "total"} {
			if line[field] != enforced[name][field] {
				t.Errorf("%s: shadow logs %s %v, enforce %v", name, field, line[field], enforced[name][field])
			}
		}
	})
}
