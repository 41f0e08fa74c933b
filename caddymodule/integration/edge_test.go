package integration

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	_ "github.com/caddyserver/caddy/v2/modules/caddyhttp/standard"
	_ "github.com/caddyserver/caddy/v2/modules/filestorage"
	_ "github.com/caddyserver/caddy/v2/modules/logging"

	_ "github.com/caddy-wechatpay/caddy-wechatpay/caddymodule"
)

// What the sites below are configured with. The key is in the environment, as it
// should be at a user's.
const (
	mchID  = "1900000109"
	apiKey = "5f3a9c1e7b2d4860a1c3e5f7092b4d68"
)

// proxy is the upstream over HTTP, php the same upstream over FastCGI.
const (
	proxy = "\nreverse_proxy {$UPSTREAM}\n"
	php   = "\nreverse_proxy {$PHP_FPM} {\n\ttransport fastcgi {\n\t\troot /srv\n\t\tsplit .php\n\t}\n}\n"
)

// gate is the directive with one merchant and further options, one on a line. Most tests
// send the same notification several times, so there is no dedupe unless it is named.
func gate(options ...string) string {
	if !slices.ContainsFunc(options, func(option string) bool { return strings.HasPrefix(option, "dedupe") }) {
		options = append(options, "dedupe off")
	}
	return "wechatpay_notify {\n\tmerchant " + mchID + " {\n\t\tkey {env.WECHATPAY_APIV2_KEY}\n\t}\n\t" +
		strings.Join(options, "\n\t") + "\n}\n"
}

// edge is a running Caddy with one site, and its upstream.
type edge struct {
	t        *testing.T
	listen   string
	upstream *upstream
	logs     *logBook
	send     sender
	server   []string // further server options
}

// start runs Caddy with site as the body of its only site, and further options of
// the server.
func start(t *testing.T, site string, server ...string) *edge {
	t.Helper()
	e := &edge{t: t, listen: "127.0.0.1:0", upstream: newUpstream(t), logs: newLogBook(t), server: server}
	t.Setenv("WECHATPAY_APIV2_KEY", apiKey)
	t.Setenv("UPSTREAM", e.upstream.http)
	t.Setenv("PHP_FPM", e.upstream.fastcgi)
	t.Cleanup(func() {
		e.send.close()
		if err := caddy.Stop(); err != nil {
			t.Error("stopping Caddy:", err)
		}
	})
	e.reload(site)
	return e
}

// reload replaces the site. The first time it also finds out the port.
func (e *edge) reload(site string) {
	e.t.Helper()
	if err := e.tryReload(site); err != nil {
		e.t.Fatal(err)
	}
	e.send.close() // the old server's connections are about to end
	if strings.HasSuffix(e.listen, ":0") {
		app, err := caddy.ActiveContext().App("http")
		if err != nil {
			e.t.Fatal(err)
		}
		e.listen = app.(*caddyhttp.App).Servers["srv0"].Listeners()[0].Addr().String()
		e.send = newSender(e.listen, "HTTP/1.1")
	}
}

func (e *edge) tryReload(site string) error {
	config, err := adapt(e.caddyfile(site))
	if err != nil {
		return err
	}
	config["apps"].(object)["http"].(object)["servers"].(object)["srv0"].(object)["listen"] = []string{e.listen}
	text, err := json.Marshal(config)
	if err != nil {
		return err
	}
	return caddy.Load(text, true)
}

type object = map[string]any

func adapt(caddyfile string) (object, error) {
	text, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(caddyfile), nil)
	if err != nil {
		return nil, err
	}
	var config object
	return config, json.Unmarshal(text, &config)
}

func (e *edge) caddyfile(site string) string {
	return fmt.Sprintf(`{
	admin off
	persist_config off
	auto_https off
	grace_period 10s
	storage file_system %s
	servers {
		protocols h1 h2c
		trace
		%s
	}
	log {
		output collect %s
		format json
		level DEBUG
	}
}
http:// {
	log
	%s
}`, storage, strings.Join(e.server, "\n\t\t"), e.logs.name, strings.ReplaceAll(site, "\n", "\n\t"))
}

// over returns the same edge, addressed by another protocol: HTTP/1.1 or HTTP/2.0.
func (e *edge) over(protocol string) *edge {
	other := *e
	other.send = newSender(e.listen, protocol)
	e.t.Cleanup(other.send.close)
	return &other
}
