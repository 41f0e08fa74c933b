package fault_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	_ "github.com/caddy-wechatpay/caddy-wechatpay/caddymodule"
	"github.com/caddy-wechatpay/caddy-wechatpay/internal/fault"
	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

const (
	mchID    = "1900000109"
	key      = "Kd8sPq2vXw7LmN4tYb6Rc9Zf3Hj5Gu1A"
	apiV3Key = "Vt3nQz8LkW2xRb6PmY5sHd9FgJ1cTa4E"
)

var platform = sync.OnceValue(wechatpaytest.NewPublicKey)

// newIssuer has all keys of the edge.
func newIssuer() *issuer.Issuer {
	return &issuer.Issuer{MchID: mchID, Key: key, APIv3Key: apiV3Key, Platform: platform()}
}

// targetAt is an edge, as one plays against it who has all keys.
func targetAt(t *testing.T, url string) fault.Target {
	t.Helper()
	s, err := sender.New(url+"/notify", newIssuer())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return fault.Target{Sender: s, Slow: 20 * time.Millisecond}
}

// app is the merchant's. It counts its calls.
type app struct {
	answer func(http.ResponseWriter) error
	calls  atomic.Int64
}

func (a *app) ServeHTTP(w http.ResponseWriter, _ *http.Request) error {
	a.calls.Add(1)
	return a.answer(w)
}

func (a *app) called() int { return int(a.calls.Load()) }

func answers(status int, text string) func(http.ResponseWriter) error {
	return func(w http.ResponseWriter) error {
		w.WriteHeader(status)
		_, err := io.WriteString(w, text)
		return err
	}
}

// edge is the real handler in front of an app, over the network.
type edge struct {
	*httptest.Server
	app      *app
	answered func(status int) // is told of each answer
}

// statusWriter notes the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// newEdge has further options of the merchant, in JSON.
func newEdge(t *testing.T, answer func(http.ResponseWriter) error, options string) *edge {
	t.Helper()
	file := filepath.Join(t.TempDir(), "platform.pem")
	if err := os.WriteFile(file, platform().PEM, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, unload := caddy.NewContext(silent(t))
	t.Cleanup(unload)
	module, err := ctx.LoadModuleByID("http.handlers.wechatpay_notify", json.RawMessage(fmt.Sprintf(`{
		"merchants": [{"mch_id": %q, "keys": [%q], "apiv3_keys": [%q], "public_keys": [{"id": %q, "file": %q}]%s}],
		"dedupe": {"store": "memory"}
	}`, mchID, key, apiV3Key, platform().Serial, file, options)))
	if err != nil {
		t.Fatal(err)
	}
	e := &edge{app: &app{answer: answer}, answered: func(int) {}}
	e.Server = httptest.NewServer(http.HandlerFunc(func(plain http.ResponseWriter, r *http.Request) {
		w := &statusWriter{ResponseWriter: plain}
		r = caddyhttp.PrepareRequest(r, caddy.NewReplacer(), w, new(caddyhttp.Server))
		err := module.(caddyhttp.MiddlewareHandler).ServeHTTP(w, r, e.app)
		if refusal := (caddyhttp.HandlerError{}); errors.As(err, &refusal) {
			w.WriteHeader(refusal.StatusCode)
		}
		e.answered(w.status)
	}))
	t.Cleanup(e.Close)
	return e
}

// silent is a Caddy that does nothing but to hold the handler.
func silent(t *testing.T) caddy.Context {
	t.Helper()
	var config caddy.Config
	quiet := `{"logging": {"logs": {"default": {"writer": {"output": "discard"}, "level": "FATAL"}}}}`
	if err := json.Unmarshal([]byte(quiet), &config); err != nil {
		t.Fatal(err)
	}
	ctx, err := caddy.ProvisionContext(&config)
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}

// play plays one fault by its name.
func play(t *testing.T, name string, target fault.Target) fault.Result {
	t.Helper()
	f, known := fault.Named(name)
	if !known {
		t.Fatalf("there is no fault %s", name)
	}
	r := f.Play(context.Background(), target)
	if r.Name != f.Name || r.Class != f.Class || r.Detail == "" || strings.ContainsAny(r.Detail, "\x1b\r\n") {
		t.Errorf("%s: got %+v", name, r)
	}
	if strings.Contains(r.Detail, key) || strings.Contains(r.Detail, apiV3Key) {
		t.Errorf("%s: a key is given away: %s", name, r.Detail)
	}
	return r
}
