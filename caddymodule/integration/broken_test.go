package integration

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// An answer that is not whole is none, even where what is there reads like a yes.
func TestCutOffAnswers(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\n"
	e := start(t, gate()+proxy)
	protocols(t, e, func(t *testing.T, e *edge) {
		for rule, answer := range map[string]string{
			"Content-Length longer than the body":       head + "Content-Length: 20\r\n\r\nSUCCESS",
			"Content-Length and no body":                head + "Content-Length: 2\r\n\r\n",
			"a chunk cut off":                           head + "Transfer-Encoding: chunked\r\n\r\n14\r\nSUCCESS",
			"the last chunk missing":                    head + "Transfer-Encoding: chunked\r\n\r\n7\r\nSUCCESS\r\n",
			"no chunk at all":                           head + "Transfer-Encoding: chunked\r\n\r\n",
			"a chunk of broken size":                    head + "Transfer-Encoding: chunked\r\n\r\n7\r\nSUCCESS\r\nzz\r\n",
			"JSON cut off where Content-Length ends it": head + "Content-Length: 17\r\n\r\n{\"code\":\"SUCCESS\"}",
			"JSON cut off where the connection ends it": head + "\r\n{\"code\":\"SUCCESS\"",
		} {
			t.Run(rule, func(t *testing.T) {
				e.t = t
				wantVerdict(t, e, hijacked(answer), neither)
			})
		}
	})
}

// Without a length, the end of the connection is the end of the answer.
func TestAnswerUntilEndOfConnection(t *testing.T) {
	e := start(t, gate()+proxy)
	wantVerdict(t, e, hijacked("HTTP/1.0 200 OK\r\n\r\nSUCCESS"), yes)
	wantVerdict(t, e, hijacked("HTTP/1.0 200 OK\r\n\r\n"), yes)
	wantVerdict(t, e, hijacked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nSUC\r\n4\r\nCESS\r\n0\r\n\r\n"), yes)
}

// accept status trusts the status, but not that of an answer that broke off.
func TestCutOffAnswersByStatus(t *testing.T) {
	e := start(t, gate("accept status")+proxy)
	wantVerdict(t, e, hijacked("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nSUCCESS"), neither)
	wantVerdict(t, e, hijacked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nSUCCESS\r\n"), neither)
}

// A head that breaks off is no answer at all.
func TestCutOffHead(t *testing.T) {
	e := start(t, gate()+proxy)
	for _, answer := range []string{
		"HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Len", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nSUCCESS",
	} {
		wantVerdict(t, e, hijacked(answer), verdict{"upstream_unreachable", 502, unreachable})
	}
}

// php-fpm that dies leaves a FastCGI stream without its end.
func TestCutOffFastCGI(t *testing.T) {
	const output = "Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nSUCCESS"
	for _, row := range []struct {
		rule   string
		stream []byte
		want   verdict
	}{
		{"whole", append(stdout(output), endRequest...), yes},
		{"in two records", append(append(stdout(output[:48]), stdout(output[48:])...), endRequest...), yes},
		{"cut in a record", stdout(output)[:len(stdout(output))-3], neither},
		{"shorter than its Content-Length", append(stdout("Content-Length: 20\r\n\r\nSUCCESS"), endRequest...), neither},
		{"nothing", nil, verdict{"upstream_unreachable", 502, unreachable}},
		{"an end and nothing before", endRequest, verdict{"upstream_unreachable", 502, unreachable}},
		{"a head cut off after a line", append(stdout("Content-Type: text/plain\r\n"), endRequest...), verdict{"upstream_unreachable", 502, unreachable}},
		{"a head cut off in a line", append(stdout("Status: 200 OK\r\nContent-Ty"), endRequest...), verdict{"upstream_unreachable", 502, unreachable}},
	} {
		t.Run(row.rule, func(t *testing.T) {
			e := start(t, gate()+"reverse_proxy "+rawFastCGI(t, row.stream)+" {\n\ttransport fastcgi\n}\n")
			got := e.post(payment())
			wantAck(t, got, row.want.status, row.want.ack)
			wantFields(t, e.logs.one(t, ownLogger), map[string]any{"reason": row.want.reason})
		})
	}
}

// rawFastCGI answers every connection with stream and hangs up.
func rawFastCGI(t *testing.T, stream []byte) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return // closed
			}
			request := make([]byte, 64<<10)
			_, _ = connection.Read(request)
			_, _ = connection.Write(stream)
			_ = connection.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, connection)
			_ = connection.Close()
		}
	}()
	return listener.Addr().String()
}

// stdout is a FastCGI record of type STDOUT.
func stdout(text string) []byte {
	record := []byte{1, 6, 0, 1, 0, 0, 0, 0}
	binary.BigEndian.PutUint16(record[4:], uint16(len(text)))
	return append(record, text...)
}

// endRequest ends the STDOUT stream and the request.
var endRequest = []byte{
	1, 6, 0, 1, 0, 0, 0, 0,
	1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
}

// Nobody asked for compression, and nobody can read it.
func TestCompressedAnswers(t *testing.T) {
	var compressed bytes.Buffer
	writer := gzip.NewWriter(&compressed)
	_, _ = io.WriteString(writer, `{"code":"SUCCESS"}`)
	_ = writer.Close()
	for name, next := range map[string]string{"proxy": proxy, "fastcgi": php} {
		t.Run(name, func(t *testing.T) {
			e := start(t, gate()+next)
			wantVerdict(t, e, says(200, compressed.String(), "Content-Encoding", "gzip"), neither)
			wantVerdict(t, e, says(200, compressed.String()), neither)
			wantVerdict(t, e, says(200, "SUCCESS", "Content-Encoding", "br"), neither)
			wantVerdict(t, e, says(200, "SUCCESS", "Content-Encoding", "identity"), yes)
			e.post(payment(), withHeader("Accept-Encoding", "gzip"))
			if got := e.upstream.one(t).header.Get("Accept-Encoding"); got != "identity" {
				t.Errorf("Accept-Encoding: %s, want identity", got)
			}
		})
	}
}

// What answers yes or no is short. Of a long answer the rest is thrown away, so it
// cannot be read.
func TestLongAnswers(t *testing.T) {
	const limit = 16 << 10
	e := start(t, gate()+proxy)
	padded := func(size int) string { return "SUCCESS" + strings.Repeat("\n", size-len("SUCCESS")) }
	wantVerdict(t, e, says(200, padded(limit)), yes)
	wantVerdict(t, e, says(200, padded(limit+1)), neither)
	wantVerdict(t, e, says(200, padded(limit+1), "Content-Length", "16385"), neither)
	wantVerdict(t, e, says(200, strings.Repeat("x", 17<<10)), neither)
	wantVerdict(t, e, says(200, strings.Repeat(" ", 1<<20)), neither)
	wantVerdict(t, e, says(200, `{"code":"SUCCESS","page":"`+strings.Repeat("x", 17<<10)+`"}`), neither)
}

// 1xx may come any number of times before the answer, and does not reach WeChat Pay.
func TestInformationalFirst(t *testing.T) {
	hints := func(then http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", "</style.css>; rel=preload")
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusProcessing)
			w.WriteHeader(http.StatusEarlyHints)
			then(w, r)
		}
	}
	e := start(t, gate()+proxy)
	protocols(t, e, func(t *testing.T, e *edge) {
		wantVerdict(t, e, hints(says(200, "SUCCESS")), yes)
		wantVerdict(t, e, hints(noContent), yes)
		wantVerdict(t, e, hints(says(500, "SUCCESS")), status)
		wantVerdict(t, e, hints(says(200, "FAIL")), no("FAIL"))
		wantVerdict(t, e, hijacked("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\n\r\nSUCCESS"), yes)
	})
}

// A switch of protocols that nobody asked for is no answer, whatever follows.
func TestSwitchingProtocols(t *testing.T) {
	e := start(t, gate()+proxy)
	for _, upgrade := range []string{"websocket", "h2c"} {
		e.upstream.answers(hijacked("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + upgrade + "\r\n\r\nHTTP/1.1 200 OK\r\n\r\nSUCCESS"))
		got := e.post(payment())
		wantAck(t, got, 502, noUpstream)
	}
}

// Nothing of the upstream's header gets to WeChat Pay.
func TestAnswerHeadersStay(t *testing.T) {
	for name, next := range map[string]string{"proxy": proxy, "fastcgi": php} {
		t.Run(name, func(t *testing.T) {
			e := start(t, gate()+next)
			for _, answer := range []said{{"", says(200, "SUCCESS", bomb...), yes}, {"", says(200, "FAIL", bomb...), no("FAIL")}, {"", says(302, "", bomb...), status}} {
				wantVerdict(t, e, answer.answer, answer.verdict)
			}
		})
	}
}

var bomb = []string{
	"Set-Cookie", "PHPSESSID=1", "Set-Cookie", "XSRF=2", "Location", "/login", "Etag", `"1"`, "X-Powered-By", "PHP/5.4",
	"Content-Type", "text/html; charset=GBK", "Cache-Control", "max-age=60", "Trailer", "X-Later", "Allow", "GET",
	"Content-Disposition", "attachment", "Strict-Transport-Security", "max-age=1", "Alt-Svc", `h3=":443"`,
	"Www-Authenticate", "Basic", "Retry-After", "9", "Connection", "close", "Server", "nginx", "Vary", "*",
}
