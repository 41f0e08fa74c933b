package browser

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	_ "github.com/caddy-wechatpay/caddy-wechatpay/caddymodule"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	_ "github.com/caddyserver/caddy/v2/modules/caddyhttp/standard"
	_ "github.com/caddyserver/caddy/v2/modules/filestorage"
	_ "github.com/caddyserver/caddy/v2/modules/logging"
)

const (
	mchID    = "1900000109"
	apiV2Key = "5f3a9c1e7b2d4860a1c3e5f7092b4d68"
	openID   = "oQ7masked7openid7of7the7page"
)

// storage is where Caddy may write. It is cleaned up in the background, so it must not go
// away with a single test.
var storage string

func TestMain(m *testing.M) {
	var err error
	if storage, err = os.MkdirTemp("", "wechatpay-browser-"); err != nil {
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

// edge is a running Caddy with wechatpay_notify under /notify and the inspector under some
// path, in front of an app that does what the order number says.
type edge struct {
	*testing.T
	url      string
	app      *httptest.Server
	decline  string // what the app says to orders that begin with NO
	listener string
}

// startEdge shows the inspector under the given matchers.
func startEdge(t *testing.T, inspectors ...string) *edge {
	t.Helper()
	t.Setenv("BROWSER_APIV2_KEY", apiV2Key)
	e := &edge{T: t, listener: "127.0.0.1:0", decline: "stock is sold out"}
	e.app = httptest.NewServer(e)
	t.Cleanup(e.app.Close)
	e.load(inspectors...)
	t.Cleanup(func() {
		if err := caddy.Stop(); err != nil {
			t.Error("stopping Caddy:", err)
		}
	})
	app, err := caddy.ActiveContext().App("http")
	if err != nil {
		t.Fatal(err)
	}
	e.listener = app.(*caddyhttp.App).Servers["srv0"].Listeners()[0].Addr().String()
	e.url = "http://" + e.listener
	return e
}

// load puts a configuration into effect, at first or anew.
func (e *edge) load(inspectors ...string) {
	e.Helper()
	var directives strings.Builder
	for _, matcher := range inspectors {
		directives.WriteString("\twechatpay_inspector " + matcher + "\n")
	}
	caddyfile := fmt.Sprintf(`{
	admin off
	persist_config off
	auto_https off
	storage file_system %s
	log {
		output discard
	}
}
http:// {
%s	wechatpay_notify /notify {
		merchant %s {
			key {env.BROWSER_APIV2_KEY}
		}
		dedupe memory
	}
	reverse_proxy %s
}`, storage, directives.String(), mchID, strings.TrimPrefix(e.app.URL, "http://"))
	type object = map[string]any
	text, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(caddyfile), nil)
	if err != nil {
		e.Fatal(err)
	}
	var config object
	if err := json.Unmarshal(text, &config); err != nil {
		e.Fatal(err)
	}
	config["apps"].(object)["http"].(object)["servers"].(object)["srv0"].(object)["listen"] = []string{e.listener}
	if text, err = json.Marshal(config); err != nil {
		e.Fatal(err)
	}
	if err := caddy.Load(text, true); err != nil {
		e.Fatal(err)
	}
}

// ServeHTTP is the app.
func (e *edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var notification struct {
		Resource struct {
			OutTradeNo string `json:"out_trade_no"`
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&notification); err != nil {
		http.NotFound(w, r)
		return
	}
	switch order := notification.Resource.OutTradeNo; {
	case strings.HasPrefix(order, "NO"):
		w.Header().Set("Content-Type", "application/json; x="+hostileMarkup)
		_ = json.NewEncoder(w).Encode(map[string]string{"code": "FAIL", "message": e.decline})
	case strings.HasPrefix(order, "ERR"):
		http.Error(w, "PHP Fatal error", http.StatusInternalServerError)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// payment is one of an order, by the buyer whom nobody must see.
func payment(order string) wechatpaytest.Fields {
	return wechatpaytest.Payment(mchID).With("out_trade_no", order).With("openid", openID).With("total_fee", "9900").With("cash_fee", "9900")
}

// deliver sends notifications as WeChat Pay does.
func (e *edge) deliver(notifications ...wechatpaytest.Fields) {
	e.Helper()
	for _, fields := range notifications {
		e.post(fields.Sign(apiV2Key, verifier.HMACSHA256))
	}
}

// forge sends one with the signature of somebody else.
func (e *edge) forge(fields wechatpaytest.Fields) {
	e.Helper()
	e.post(fields.Sign(strings.ToUpper(apiV2Key), verifier.HMACSHA256))
}

// sender keeps no connection, which might be one to a Caddy that has been stopped.
var sender = http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}

func (e *edge) post(body string) {
	e.Helper()
	response, err := sender.Post(e.url+"/notify", "text/xml", strings.NewReader(body))
	if err != nil {
		e.Fatal(err)
	}
	_, err = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	if err != nil {
		e.Fatal(err)
	}
}
