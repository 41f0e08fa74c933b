package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule"
)

// What the edge is configured with.
const (
	mchID           = "1900000109"
	apiKey          = "5f3a9c1e7b2d4860a1c3e5f7092b4d68"
	upstreamTimeout = 30 * time.Second
	maxAge          = 48 * time.Hour
)

// lease is how long a delivery has its fact for itself: upstream_timeout, the timeout of
// the store, and a second.
const lease = upstreamTimeout + 2*time.Second + time.Second

// stores are those that need no server.
var stores = []string{"memory", "file"}

// edge is the real handler in front of an app. It is up or down, and may be replaced.
type edge struct {
	t       testing.TB
	caddy   caddy.Context
	app     caddyhttp.Handler
	dir     string // of the files
	store   string
	options string // of the store, in JSON

	mutex   sync.Mutex
	up      *instance // nil while it is down
	busy    sync.WaitGroup
	crashes []time.Time
}

// instance is one configuration of the edge, from its load to its end.
type instance struct {
	handler *caddymodule.Handler
	unload  context.CancelFunc
	killed  atomic.Bool
}

// start runs the edge until the end of the test.
func start(t testing.TB, dir, store, options string, app caddyhttp.Handler) *edge {
	e := &edge{t: t, caddy: silent(), app: app, dir: dir, store: store, options: options}
	e.start()
	t.Cleanup(e.stop)
	return e
}

func (e *edge) start() { e.replace(e.load()) }

// stop ends the edge as Caddy does: what is on its way is finished first.
func (e *edge) stop() {
	if last := e.replace(nil); last != nil {
		e.busy.Wait()
		last.unload()
	}
}

// reload replaces the configuration as Caddy does: the new one is loaded before the old
// one goes, and that does not wait for what is on its way.
func (e *edge) reload() { e.replace(e.load()).unload() }

// crash kills the edge. What is on its way never gets an answer, although the app may go
// on with it, and the next start finds the file as it is at this moment.
func (e *edge) crash() {
	synctest.Wait() // everybody sleeps or waits, so nobody is writing
	last := e.replace(nil)
	last.killed.Store(true)
	content, err := os.ReadFile(e.file())
	if err != nil {
		e.t.Error(err)
	}
	e.crashes = append(e.crashes, time.Now())
	if err := os.WriteFile(e.file(), content, 0o600); err != nil {
		e.t.Error(err)
	}
	last.unload()
}

// file is the one in use. After a crash, it is another: the dead edge may hold on to its
// own for as long as the app is busy.
func (e *edge) file() string { return filepath.Join(e.dir, fmt.Sprintf("%d.db", len(e.crashes))) }

func (e *edge) replace(with *instance) (last *instance) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	last, e.up = e.up, with
	return last
}

// silent is a Caddy that does nothing but to hold the handler.
func silent() caddy.Context {
	var config caddy.Config
	quiet := `{"logging": {"logs": {"default": {"writer": {"output": "discard"}, "level": "FATAL"}}}}`
	if err := json.Unmarshal([]byte(quiet), &config); err != nil {
		panic(err)
	}
	ctx, err := caddy.ProvisionContext(&config)
	if err != nil {
		panic(err)
	}
	return ctx
}

// load provisions the handler from its JSON, as Caddy does.
func (e *edge) load() *instance {
	ctx, unload := caddy.NewContext(e.caddy)
	module, err := ctx.LoadModuleByID("http.handlers.wechatpay_notify", e.config())
	if err != nil {
		panic(err)
	}
	return &instance{handler: module.(*caddymodule.Handler), unload: unload}
}

func (e *edge) config() json.RawMessage {
	options := e.options
	if e.store == "file" {
		options += fmt.Sprintf(`, "path": %q`, e.file())
	}
	return json.RawMessage(fmt.Sprintf(`{
		"merchants": [{"mch_id": %q, "keys": [%q]}], "max_age": %q, "upstream_timeout": %q,
		"dedupe": {"store": %q%s}
	}`, mchID, apiKey, maxAge, upstreamTimeout, e.store, options))
}

// deliver hands body to the edge. The sender hangs up when ctx ends.
func (e *edge) deliver(ctx context.Context, body, requestID string) *answer {
	a := &answer{ResponseRecorder: httptest.NewRecorder(), complete: make(chan struct{})}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	by := e.up
	if by == nil {
		a.send(true)
		return a
	}
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/notify", strings.NewReader(body))
	r.Header.Set("Content-Type", "text/xml")
	r.Header.Set("X-Request-Id", requestID)
	e.busy.Go(func() { //nolint:contextcheck // r has it
		r := caddyhttp.PrepareRequest(r, caddy.NewReplacer(), a, new(caddyhttp.Server))
		if err := by.handler.ServeHTTP(a, r, e.app); err != nil {
			e.t.Errorf("the handler returned %v", err)
		}
		a.send(by.killed.Load())
	})
	return a
}
