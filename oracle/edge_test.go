package oracle

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
	"time"

	_ "github.com/caddy-wechatpay/caddy-wechatpay/caddymodule"
	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	_ "github.com/caddyserver/caddy/v2/modules/caddyhttp/standard"
	_ "github.com/caddyserver/caddy/v2/modules/filestorage"
	_ "github.com/caddyserver/caddy/v2/modules/logging"
)

const apiV2Key = "5f3a9c1e7b2d4860a1c3e5f7092b4d68"

// storage is where Caddy may write. It is cleaned up in the background, so it must not go
// away with a single test.
var storage string

func TestMain(m *testing.M) {
	var err error
	if storage, err = os.MkdirTemp("", "wechatpay-oracle-"); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := caddy.Stop(); err != nil {
		fmt.Println("stopping Caddy:", err)
		code = 1
	}
	_ = os.RemoveAll(storage)
	os.Exit(code)
}

// forwarded is a request as the upstream gets it.
type forwarded struct {
	header http.Header
	body   string
}

// edge is a running Caddy with the directive, in front of an app that says yes.
type edge struct {
	t       *testing.T
	address string

	mutex sync.Mutex
	seen  []forwarded
}

// startEdge runs Caddy with further options of the directive, one in a string.
func startEdge(t *testing.T, options ...string) *edge {
	t.Helper()
	key := filepath.Join(t.TempDir(), "public_key.pem")
	if err := os.WriteFile(key, publicKey().PEM, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ORACLE_APIV3_KEY", apiV3Key)
	return startMerchant(t, "apiv3_key {env.ORACLE_APIV3_KEY}\n\t\t\tpublic_key "+publicKey().Serial+" "+key, options)
}

// startXMLEdge runs one for APIv2 alone: what is of APIv3 cannot be forwarded as XML.
func startXMLEdge(t *testing.T, options ...string) *edge {
	t.Helper()
	return startMerchant(t, "", append(options, "forward xml"))
}

func startMerchant(t *testing.T, merchant string, options []string) *edge {
	t.Helper()
	e := &edge{t: t}
	upstream := httptest.NewServer(e)
	t.Cleanup(upstream.Close)
	t.Setenv("ORACLE_APIV2_KEY", apiV2Key)
	e.load(fmt.Sprintf(`{
	admin off
	persist_config off
	auto_https off
	storage file_system %s
	log {
		output discard
	}
}
http:// {
	wechatpay_notify {
		merchant %s {
			key {env.ORACLE_APIV2_KEY}
			%s
		}
		dedupe off
		%s
	}
	reverse_proxy %s
}`, storage, mchID, merchant, strings.Join(options, "\n\t\t"), strings.TrimPrefix(upstream.URL, "http://")))
	return e
}

// load starts Caddy on a free port.
func (e *edge) load(caddyfile string) {
	e.t.Helper()
	type object = map[string]any
	text, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(caddyfile), nil)
	if err != nil {
		e.t.Fatal(err)
	}
	var config object
	if err := json.Unmarshal(text, &config); err != nil {
		e.t.Fatal(err)
	}
	config["apps"].(object)["http"].(object)["servers"].(object)["srv0"].(object)["listen"] = []string{"127.0.0.1:0"}
	if text, err = json.Marshal(config); err != nil {
		e.t.Fatal(err)
	}
	if err := caddy.Load(text, true); err != nil {
		e.t.Fatal(err)
	}
	app, err := caddy.ActiveContext().App("http")
	if err != nil {
		e.t.Fatal(err)
	}
	e.address = app.(*caddyhttp.App).Servers["srv0"].Listeners()[0].Addr().String()
	e.t.Cleanup(func() {
		if err := caddy.Stop(); err != nil {
			e.t.Error("stopping Caddy:", err)
		}
	})
}

// ServeHTTP is the app.
func (e *edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.seen = append(e.seen, forwarded{r.Header.Clone(), string(body)})
	w.WriteHeader(http.StatusNoContent)
}

// deliver sends a notification, which must be accepted, and returns what the app got.
func (e *edge) deliver(t *testing.T, d delivery) forwarded {
	t.Helper()
	e.mutex.Lock()
	e.seen = nil
	e.mutex.Unlock()
	request, err := http.NewRequest(http.MethodPost, "http://"+e.address+"/notify", strings.NewReader(d.body))
	if err != nil {
		t.Fatal(err)
	}
	if d.header != nil {
		request.Header = d.header.Clone()
	}
	client := http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if err != nil || response.StatusCode != http.StatusOK || len(e.seen) != 1 {
		t.Fatalf("answered %d %s (%v), the app was called %d times", response.StatusCode, answer, err, len(e.seen))
	}
	return e.seen[0]
}
