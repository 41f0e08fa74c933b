package integration

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/fcgi"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/notificationschema"
)

// upstream plays the merchant's app, over HTTP and, as php-fpm, over FastCGI.
type upstream struct {
	http, fastcgi string // addresses
	t             *testing.T

	mutex  sync.Mutex
	seen   []seenRequest
	wire   []*tappedConn // of FastCGI
	answer http.HandlerFunc
}

// seenRequest is what the app got.
type seenRequest struct {
	method, uri, host string
	header            http.Header
	body              string
	length            int64
	codings           []string
	trailer           http.Header
}

func newUpstream(t *testing.T) *upstream {
	u := &upstream{t: t, answer: noContent}
	server := httptest.NewUnstartedServer(u)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	u.http = server.Listener.Addr().String()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = fcgi.Serve(tap{listener, u}, u) }() // until the listener is closed
	t.Cleanup(func() { _ = listener.Close() })
	u.fastcgi = listener.Addr().String()
	return u
}

// ServeHTTP notes the request and answers as it has been told to.
func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil { // the edge promised more than it sent
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	u.checkDocument(r.Header, body)
	u.mutex.Lock()
	u.seen = append(u.seen, seenRequest{
		method: r.Method, uri: r.RequestURI, host: r.Host, header: r.Header.Clone(), body: string(body),
		length: r.ContentLength, codings: r.TransferEncoding, trailer: r.Trailer.Clone(),
	})
	answer := u.answer
	u.mutex.Unlock()
	answer(w, r)
}

// checkDocument holds every document that is forwarded against the published schema. What
// shadow mode passes through untouched has no Webhook-Id.
func (u *upstream) checkDocument(header http.Header, body []byte) {
	if header.Get("Webhook-Id") == "" {
		return
	}
	if err := notificationschema.Validate(header.Get("Content-Type"), body); err != nil {
		u.t.Errorf("the upstream got %s, which docs/notification.schema.json does not allow: %v", body, err)
	}
}

// answers sets what the app answers from now on.
func (u *upstream) answers(with http.HandlerFunc) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.answer = with
}

func (u *upstream) clear() {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.seen, u.wire = nil, nil
}

// calls returns what the app has got since the last clear.
func (u *upstream) calls() []seenRequest {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	return u.seen
}

// one returns the only request that the app got.
func (u *upstream) one(t *testing.T) seenRequest {
	t.Helper()
	calls := u.calls()
	if len(calls) != 1 {
		t.Fatalf("the upstream was called %d times, want once", len(calls))
	}
	return calls[0]
}

func noContent(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// says answers with a status, a body, and headers given as name, value, ...
func says(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Add(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// hijacked answers with these very bytes and hangs up.
func hijacked(response string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(connection, response)
		_ = connection.Close()
	}
}

// sleeps answers yes, but late. It minds a cancellation only over HTTP: php-fpm
// knows of none.
func sleeps(how time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(how):
		case <-r.Context().Done():
		}
		noContent(w, r)
	}
}
