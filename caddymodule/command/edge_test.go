package command_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/caddy-wechatpay/caddy-wechatpay/caddymodule"
)

// edge is a running Caddy with the handler, and an app behind it that says yes.
type edge struct {
	url string
	app *app
}

const caddyfile = `{
	admin off
	persist_config off
	auto_https off
	log {
		output discard
	}
}
http:// {
	wechatpay_notify /notify {
		merchant ` + mchID + ` {
			key {env.TEST_EDGE_KEY}
			apiv3_key {env.TEST_EDGE_APIV3_KEY}
			public_key PUB_KEY_ID_TEST %s
		}
		dedupe memory
	}
	reverse_proxy %s
}`

func startEdge(t *testing.T) *edge {
	t.Helper()
	e := &edge{app: startApp(t)}
	t.Setenv("TEST_EDGE_KEY", key)
	t.Setenv("TEST_EDGE_APIV3_KEY", apiV3Key)
	_, public := platformPair()
	publicFile := filepath.Join(t.TempDir(), "public.pem")
	if err := os.WriteFile(publicFile, []byte(public), 0o600); err != nil {
		t.Fatal(err)
	}
	text, _, err := caddyconfig.GetAdapter("caddyfile").Adapt(fmt.Appendf(nil, caddyfile, publicFile, e.app.address), nil)
	if err != nil {
		t.Fatal(err)
	}
	loopback := strings.Replace(string(text), `"listen":[":80"]`, `"listen":["127.0.0.1:0"]`, 1)
	if err := caddy.Load([]byte(loopback), true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := caddy.Stop(); err != nil {
			t.Error("stopping Caddy:", err)
		}
	})
	http, err := caddy.ActiveContext().App("http")
	if err != nil {
		t.Fatal(err)
	}
	e.url = "http://" + http.(*caddyhttp.App).Servers["srv0"].Listeners()[0].Addr().String() + "/notify"
	return e
}

// app is the upstream. It answers a scan with a prepay_id, and says yes to all else.
type app struct {
	address string

	mutex    sync.Mutex
	ids      []string
	declines bool
}

// decline has the app know no order from now on.
func (a *app) decline() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.declines = true
}

func startApp(t *testing.T) *app {
	t.Helper()
	a := new(app)
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	a.address = server.Listener.Addr().String()
	return a
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var document struct {
		ID        string `json:"id"`
		EventType string `json:"event_type"`
	}
	if err := json.NewDecoder(r.Body).Decode(&document); err != nil {
		http.Error(w, "no document", http.StatusBadRequest)
		return
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.ids = append(a.ids, document.ID)
	switch {
	case a.declines:
		fmt.Fprint(w, `{"code":"FAIL","message":"no such order"}`)
	case document.EventType == "NATIVE.SCAN":
		fmt.Fprint(w, `{"prepay_id":"wx201411101639507cbf6ffd8b0779950874"}`)
	default:
		fmt.Fprint(w, `{"code":"SUCCESS"}`)
	}
}

// calls is how often the app was called.
func (a *app) calls() int {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return len(a.ids)
}

const ack = "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>"

// delivered is what a stub of an app got.
type delivered struct {
	header http.Header
	body   string
}

// stub answers by itself, as an app without the edge does.
type stub struct {
	url string

	mutex sync.Mutex
	got   []delivered
}

// startStub answers each delivery by its number, from 1.
func startStub(t *testing.T, answer func(number int, w http.ResponseWriter)) *stub {
	t.Helper()
	s := new(stub)
	server := httptest.NewServer(s.handler(answer))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *stub) handler(answer func(number int, w http.ResponseWriter)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		s.mutex.Lock()
		s.got = append(s.got, delivered{r.Header.Clone(), string(body)})
		number := len(s.got)
		s.mutex.Unlock()
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		answer(number, w)
	})
}

func acks(_ int, w http.ResponseWriter) { fmt.Fprint(w, ack) }

func (s *stub) deliveries() []delivered {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.got
}
