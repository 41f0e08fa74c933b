package integration

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// chunks frames body in pieces of size, with trailers.
func chunks(body string, size int, trailer string) string {
	var framed strings.Builder
	for len(body) > 0 {
		piece := body[:min(size, len(body))]
		body = body[len(piece):]
		fmt.Fprintf(&framed, "%x;extension=1\r\n%s\r\n", len(piece), piece)
	}
	return framed.String() + "0\r\n" + trailer + "\r\n"
}

const chunkedHead = "POST /notify HTTP/1.1\r\nHost: pay\r\nTransfer-Encoding: chunked\r\nTrailer: X-Wechatpay-Total, Content-Md5\r\n\r\n"

// Trailers are as unsigned as headers. They must neither get through nor bring
// chunks back.
func TestTrailers(t *testing.T) {
	for name, next := range map[string]string{"proxy": proxy, "fastcgi": php} {
		t.Run(name, func(t *testing.T) {
			e := start(t, gate("keep_header X-Shop")+next)
			response, text := e.raw(chunkedHead + chunks(payment(), 7, "X-Wechatpay-Total: 1\r\nContent-Md5: poison\r\nX-Shop: poison\r\n"))
			if response.StatusCode != 200 || text != successXML {
				t.Errorf("%d %s, want 200 and SUCCESS", response.StatusCode, text)
			}
			got := e.upstream.one(t)
			wantFraming(t, got)
			if got.header.Get("X-Wechatpay-Total")+got.header.Get("Content-Md5")+got.header.Get("X-Shop") != "" {
				t.Errorf("a trailer became a header: %v", got.header)
			}
		})
	}
}

// php-fpm takes the length from CONTENT_LENGTH and waits for ever if it is wrong.
// A document larger than a FastCGI buffer must get there whole.
func TestFastCGIFraming(t *testing.T) {
	e := start(t, gate()+php)
	fields := wechatpaytest.Payment(mchID).With("attach", strings.Repeat("附加数据", 512))
	for _, row := range []struct {
		rule    string
		body    string
		changes []change
	}{
		{"small", payment(), nil},
		{"small, chunked", payment(), []change{chunked}},
		{"beyond 12 KiB", sign(fields), nil},
		{"beyond 12 KiB, chunked", sign(fields), []change{chunked}},
	} {
		t.Run(row.rule, func(t *testing.T) {
			protocols(t, e, func(t *testing.T, e *edge) {
				wantAck(t, e.post(row.body, row.changes...), 200, successXML)
				got := e.upstream.php(t)
				length := strconv.Itoa(len(got.stdin))
				if got.variables["CONTENT_LENGTH"] != length || got.variables["HTTP_CONTENT_LENGTH"] != length {
					t.Errorf("CONTENT_LENGTH %s, HTTP_CONTENT_LENGTH %s, body of %s bytes",
						got.variables["CONTENT_LENGTH"], got.variables["HTTP_CONTENT_LENGTH"], length)
				}
				if got.stdin != e.upstream.one(t).body || len(got.stdin) < len(row.body) {
					t.Errorf("the document did not get there whole: %s", got.stdin)
				}
			})
		})
	}
}

// What PHP sees in $_SERVER: no query, wherever it looks, and our content type.
func TestFastCGIVariables(t *testing.T) {
	e := start(t, gate("max_age 1000000h")+php)
	wantAck(t, e.post(sign(fixedPayment), withTarget("/pay/notify.php/more?total_fee=0&a[]=b")), 200, successXML)
	got := e.upstream.php(t).variables
	for name, want := range map[string]string{
		"REQUEST_METHOD":         "POST",
		"REQUEST_URI":            "/pay/notify.php/more",
		"QUERY_STRING":           "",
		"SCRIPT_NAME":            "/pay/notify.php",
		"PATH_INFO":              "/more",
		"CONTENT_TYPE":           "application/json; charset=utf-8",
		"HTTP_WEBHOOK_ID":        "transaction:1900000109:4200000171201808221550954201:SUCCESS",
		"HTTP_TRANSFER_ENCODING": "",
	} {
		if got[name] != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	for name, value := range got {
		if strings.Contains(value, "total_fee=0") {
			t.Errorf("the query got through in %s: %s", name, value)
		}
	}
}

// A client that asks for 100 Continue gets it and sends the body then.
func TestExpectContinue(t *testing.T) {
	e := start(t, gate()+proxy)
	connection, err := net.Dial("tcp", e.listen)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	body := payment()
	reader := bufio.NewReader(connection)
	_, _ = io.WriteString(connection, "POST /notify HTTP/1.1\r\nHost: pay\r\nExpect: 100-continue\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n")
	if line, err := reader.ReadString('\n'); line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("%q %v, want 100 Continue", line, err)
	}
	_, _ = reader.ReadString('\n')
	_, _ = io.WriteString(connection, body)
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if text, _ := io.ReadAll(response.Body); response.StatusCode != 200 || string(text) != successXML {
		t.Errorf("%d %s, want 200 and SUCCESS", response.StatusCode, text)
	}
	if got := e.upstream.one(t).header; got["Expect"] != nil {
		t.Errorf("Expect: %q got through", got["Expect"])
	}
}

// A body that ends before its announced length is nobody's notification, though
// what is there may be signed.
func TestInboundCutOff(t *testing.T) {
	e := start(t, gate()+proxy)
	body := payment()
	for rule, request := range map[string]string{
		"Content-Length": "POST /notify HTTP/1.1\r\nHost: pay\r\nContent-Length: " + strconv.Itoa(len(body)+1) + "\r\n\r\n" + body,
		"chunks":         chunkedHead + strings.TrimSuffix(chunks(body, 4096, ""), "0\r\n\r\n"),
	} {
		t.Run(rule, func(t *testing.T) {
			e.logs.clear()
			connection, err := net.Dial("tcp", e.listen)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(connection, request)
			_ = connection.(*net.TCPConn).CloseWrite()
			response, _ := io.ReadAll(connection)
			_ = connection.Close()
			if strings.Contains(string(response), "SUCCESS") {
				t.Errorf("answer: %s", response)
			}
			line := e.logs.one(t, ownLogger)
			wantFields(t, line, map[string]any{"outcome": "rejected", "reason": "malformed"})
			if calls := e.upstream.calls(); len(calls) != 0 {
				t.Errorf("the upstream was called: %v", calls)
			}
		})
	}
}

// request_body of the site may set a lower limit than max_body_size. What declares
// its length does not even get as far as the directive.
func TestLimitOfRequestBody(t *testing.T) {
	e := start(t, reporting+"request_body {\n\tmax_size 100B\n}\n"+gate()+proxy)
	if got := e.post(payment()); got.status != 413 {
		t.Errorf("%v, want 413", got)
	}
	wantAck(t, e.post(payment(), chunked), 413, failXML("the body is larger than max_body_size"))
	wantReport(t, e, "rejected", "too_large", "", "")
}

// A body announced to be huge is refused without a wait for its end.
func TestHugeBodyAnnounced(t *testing.T) {
	e := start(t, gate()+proxy)
	response, text := e.raw("POST /notify HTTP/1.1\r\nHost: pay\r\nContent-Length: 1000000000000\r\n\r\n<xml>" +
		strings.Repeat(" ", 300<<10))
	if response.StatusCode != 413 || text != failXML("the body is larger than max_body_size") || !response.Close {
		t.Errorf("%d %s, want 413, FAIL, and the connection closed", response.StatusCode, text)
	}
}
