package inspector

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// provision returns a handler that is in use until the test ends.
func provision(t *testing.T, h *Handler) *Handler {
	t.Helper()
	ctx, cancel := caddy.NewContext(caddy.Context{Context: context.Background()})
	t.Cleanup(cancel)
	if err := h.Provision(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Cleanup(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// local is a request from the machine itself.
func local(method, target string) *http.Request {
	r := httptest.NewRequest(method, target, http.NoBody)
	r.RemoteAddr, r.Host = "127.0.0.1:50000", "localhost:2015"
	return r
}

// answer is what a request gets.
type answer struct {
	*httptest.ResponseRecorder
	status int // of the answer, or of the error
	err    error
}

const passedOn = "the next handler"

// serve sends a request through the chain of handlers, as Caddy's server does.
func serve(h *Handler, r *http.Request, prepared ...func(context.Context)) answer {
	w := httptest.NewRecorder()
	r = caddyhttp.PrepareRequest(r, caddy.NewReplacer(), w, new(caddyhttp.Server))
	for _, change := range prepared {
		change(r.Context())
	}
	next := caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		_, err := w.Write([]byte(passedOn))
		return err
	})
	err := h.ServeHTTP(w, r, next)
	got := answer{w, w.Code, err}
	if refused, ok := errors.AsType[caddyhttp.HandlerError](err); ok {
		got.status = refused.StatusCode
	}
	return got
}

// A notification that goes astray reaches the next handler, whoever sends it.
func TestOtherMethodsPass(t *testing.T) {
	h := provision(t, new(Handler))
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get", ""} {
		r := httptest.NewRequest(http.MethodPost, "/inspect?after=0", strings.NewReader("<xml>"))
		r.Method = method
		if got := serve(h, r); got.err != nil || got.Body.String() != passedOn {
			t.Errorf("%q: %d %s, %v", method, got.status, got.Body, got.err)
		}
	}
}

// The page is the same under every path, and asks for nothing but itself.
func TestPage(t *testing.T) {
	h := provision(t, new(Handler))
	for _, target := range []string{"/", "/inspect", "/inspect/", "/a/b/c?x=1"} {
		for _, method := range []string{"GET", "HEAD"} {
			got := serve(h, local(method, target))
			if got.err != nil || got.status != http.StatusOK || got.Body.String() != string(page.html) {
				t.Errorf("%s %s: %d, %v", method, target, got.status, got.err)
			}
			wantHeaders(t, got.Header(), "text/html; charset=utf-8")
		}
	}
}

func wantHeaders(t *testing.T, header http.Header, contentType string) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Type": contentType, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Content-Security-Policy": page.policy,
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for _, name := range []string{"Set-Cookie", "Access-Control-Allow-Origin"} {
		if header.Get(name) != "" {
			t.Errorf("there is a header %s", name)
		}
	}
}

// learned is what the page gets.
type learned struct {
	Epoch      string
	More       bool
	Newest     uint64
	Limits     map[string]int
	Deliveries []struct {
		Seq    uint64
		Reason string
		Text   text
	}
}

func ask(t *testing.T, h *Handler, after string) (l learned) {
	t.Helper()
	got := serve(h, local("GET", "/inspect?after="+after))
	if got.err != nil || got.status != http.StatusOK {
		t.Fatalf("%d, %v", got.status, got.err)
	}
	wantHeaders(t, got.Header(), "application/json")
	if err := json.Unmarshal(got.Body.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	return l
}

// Deliveries that are recorded are what the page gets when it asks.
func TestDeliveriesAreShown(t *testing.T) {
	if Recording() {
		t.Fatal("something is recorded without an inspector")
	}
	Record(*payment())
	h := provision(t, new(Handler))
	if !Recording() {
		t.Fatal("nothing is recorded with an inspector")
	}
	if got := ask(t, h, "0"); len(got.Deliveries) != 0 {
		t.Fatalf("before there was an inspector: %+v", got)
	}
	Record(*payment())
	Record(*payment(refusedFor(verifier.AcceptedEarlier)))
	got := ask(t, h, "0")
	if len(got.Deliveries) != 2 || got.Deliveries[0].Reason != "ok" || got.Deliveries[1].Text != (text{"the upstream accepted it earlier", "上游之前已经接受过"}) || got.Limits["fact"] != 300 {
		t.Errorf("got %+v", got)
	}
	if later := ask(t, h, "1"); len(later.Deliveries) != 1 || later.Deliveries[0].Seq != 2 || later.Epoch != got.Epoch {
		t.Errorf("got %+v", later)
	}
	for _, after := range []string{"", "x", "-1", "1.5", "99999999999999999999", "9007199254740993"} {
		if got := serve(h, local("GET", "/?after="+after)); got.status != http.StatusBadRequest {
			t.Errorf("after=%s: %d", after, got.status)
		}
	}
}

// A reload keeps what has come in; with the last inspector it goes.
func TestReload(t *testing.T) {
	before := new(Handler)
	ctx, cancel := caddy.NewContext(caddy.Context{Context: context.Background()})
	defer cancel()
	if err := before.Provision(ctx); err != nil {
		t.Fatal(err)
	}
	Record(*payment())
	after := provision(t, new(Handler))
	if err := before.Cleanup(); err != nil {
		t.Fatal(err)
	}
	Record(*payment())
	if got := ask(t, after, "0"); len(got.Deliveries) != 2 {
		t.Errorf("after a reload there are %+v", got)
	}
	broken := &Handler{Keep: mostKept + 1}
	if err := broken.Provision(ctx); err == nil {
		t.Fatal("it is provisioned")
	}
	if err := broken.Cleanup(); err != nil { // as Caddy does
		t.Fatal(err)
	}
	if got := ask(t, after, "0"); len(got.Deliveries) != 2 {
		t.Errorf("after a failed reload there are %+v", got)
	}
	_ = after.Cleanup()
	if Recording() {
		t.Error("it goes on without an inspector")
	}
}
