package sender_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
)

// What arrives is what WeChat Pay sends.
func TestRequest(t *testing.T) {
	var got *http.Request
	var body []byte
	s := edge(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		says(http.StatusOK, xmlYes)(w, r)
	})
	m := issue(t, newIssuer(), "payment")
	first := s.Deliver(t.Context(), m)
	if !first.Ack.Acked || first.Err != nil || first.Status != http.StatusOK || first.Body != xmlYes || first.Took <= 0 {
		t.Fatalf("got %+v", first)
	}
	if got.Method != http.MethodPost || got.URL.String() != "/notify" || got.Proto != "HTTP/1.1" || string(body) != m.Body || got.ContentLength != int64(len(m.Body)) {
		t.Errorf("got %s %s %s of %d bytes: %s", got.Method, got.URL, got.Proto, got.ContentLength, body)
	}
	for name, want := range map[string]string{
		"User-Agent": "Mozilla/4.0", "Accept": "*/*", "Pragma": "no-cache", "Connection": "Keep-Alive", "Content-Type": "text/xml",
		"Accept-Encoding": "", "Cookie": "",
	} {
		if value := got.Header.Get(name); value != want {
			t.Errorf("%s is %q, want %q", name, value, want)
		}
	}
	id := got.Header.Get("Request-Id")
	if s.Deliver(t.Context(), m); id == "" || got.Header.Get("Request-Id") == id {
		t.Errorf("two deliveries have the Request-ID %q", id)
	}
}

// APIv3 has headers of its own.
func TestRequestOfV3(t *testing.T) {
	var got http.Header
	s := edge(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		w.WriteHeader(http.StatusNoContent)
	})
	m, _ := v3(t)
	if a := s.Deliver(t.Context(), m); !a.Ack.Acked {
		t.Fatalf("got %+v", a)
	}
	for name := range m.Header {
		if got.Get(name) != m.Header.Get(name) {
			t.Errorf("%s is %q", name, got.Get(name))
		}
	}
	if got.Get("Content-Type") != "application/json" || got.Get("Wechatpay-Signature") == "" {
		t.Errorf("got %v", got)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	calls := 0
	s := edge(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		http.Redirect(w, r, "/login", http.StatusTemporaryRedirect)
	})
	a := s.Deliver(t.Context(), issue(t, newIssuer(), "payment"))
	if a.Status != http.StatusTemporaryRedirect || a.Ack.Acked || calls != 1 || !strings.Contains(a.Ack.Reason, `a redirect to "/login"`) {
		t.Errorf("got %+v after %d calls", a, calls)
	}
}

func TestURL(t *testing.T) {
	for _, url := range []string{"", "localhost:8080", "ftp://host/", "http://", "/notify", "http://[::1", "http://a b/"} {
		if s, err := sender.New(url, nil); err == nil {
			t.Errorf("%q is taken: %v", url, s)
		}
	}
}

// Each way of not answering has a reason that helps.
func TestNoAnswer(t *testing.T) {
	hijacked := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.WriteString(connection, text)
			_ = connection.Close()
		}
	}
	closed := httptest.NewServer(nil)
	closed.Close()
	plain := httptest.NewServer(says(200, xmlYes))
	defer plain.Close()
	secure := overTLS(t)

	tests := []struct{ name, url, want string }{
		{"nothing listens", closed.URL, "the connection was refused"},
		{"no TLS there", strings.Replace(plain.URL, "http:", "https:", 1), "there is no TLS at this port"},
		{"an authority of one's own", secure.URL, "not signed by an authority that is trusted"},
		{"hung up", edge(t, hijacked("")).URL, "the connection was closed before the answer was whole"},
		{"cut off", edge(t, hijacked("HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n"+xmlYes)).URL, "the connection was closed before the answer was whole"},
		{"not HTTP", edge(t, hijacked("SSH-2.0-\x1b[31mOpenSSH\r\n\r\n")).URL, `malformed HTTP response`},
		{"endless", edge(t, says(200, strings.Repeat(" ", 65<<10)+xmlYes)).URL, "the answer is larger than 64 KiB"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := senderTo(t, test.url, nil)
			a := s.Deliver(t.Context(), issue(t, newIssuer(), "payment"))
			if a.Err == nil || a.Ack.Acked || !strings.Contains(a.Ack.Reason, test.want) || strings.ContainsAny(a.Ack.Reason, "\x1b\r\n") {
				t.Errorf("got %q (%v), want %s", a.Ack.Reason, a.Err, test.want)
			}
			if len(a.Body) > 64<<10 {
				t.Errorf("a body of %d bytes is kept", len(a.Body))
			}
		})
	}
}

// What depends on networks elsewhere is explained without one.
func TestExplain(t *testing.T) {
	for err, want := range map[error]string{
		&net.DNSError{Name: "pay.example\x1b", IsNotFound: true}: `the name "pay.example\x1b" cannot be resolved`,
		context.DeadlineExceeded:                                 "there was no answer in time",
		os.ErrDeadlineExceeded:                                   "there was no answer in time",
		errors.New("odd\x1b[31m\n"):                              `there is no answer: "dial tcp: odd\x1b[31m\n"`,
	} {
		if got := sender.Explain(fmt.Errorf("dial tcp: %w", err)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// A connection of one's own is one over TLS as well, and trusts whom deliveries trust.
func TestDial(t *testing.T) {
	secure := overTLS(t)
	trusted := x509.NewCertPool()
	trusted.AddCert(secure.Certificate())
	for url, config := range map[string]*tls.Config{
		edge(t, says(200, xmlYes)).URL: nil,
		secure.URL:                     {RootCAs: trusted, ServerName: "example.com"},
	} {
		s := senderTo(t, url, nil)
		s.Transport.(*http.Transport).TLSClientConfig = config
		connection, err := s.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		_, _ = io.WriteString(connection, "POST /notify HTTP/1.0\r\n\r\n")
		if answer, err := io.ReadAll(connection); err != nil || !strings.HasSuffix(string(answer), xmlYes) {
			t.Errorf("got %q, %v", answer, err)
		}
	}
	if connection, err := senderTo(t, secure.URL, nil).Dial(t.Context()); err == nil {
		_ = connection.Close()
		t.Error("a certificate that nobody trusts is taken")
	}
	if connection, err := senderTo(t, "http://127.0.0.1", nil).Dial(t.Context()); err == nil {
		_ = connection.Close() // something listens on port 80 here
	} else if !strings.Contains(err.Error(), ":80") {
		t.Errorf("got %v, want a try at port 80", err)
	}
}

// overTLS acks over TLS, with a certificate that nobody trusts, and complains to nobody.
func overTLS(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(says(200, xmlYes))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// A certificate must be valid as well as trusted.
func TestCertificate(t *testing.T) {
	server := overTLS(t)
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	for name, want := range map[string]string{"example.com": "", "other.test": "the certificate is not valid"} {
		s := senderTo(t, server.URL, nil)
		s.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: trusted, ServerName: name}
		a := s.Deliver(t.Context(), issue(t, newIssuer(), "payment"))
		if a.Ack.Acked != (want == "") || !strings.Contains(a.Ack.Reason, want) {
			t.Errorf("%s: got %+v", name, a)
		}
	}
}
