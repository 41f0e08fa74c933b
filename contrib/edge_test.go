package contrib_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// What the edge is configured with.
const (
	mchID       = "1900000109"
	apiKey      = "5f3a9c1e7b2d4860a1c3e5f7092b4d68"
	previousKey = "0d9f8e7c6b5a49382716f5e4d3c2b1a0"
	apiV3Key    = "7a1b2c3d4e5f60718293a4b5c6d7e8f9"
)

// edge is Caddy before a shop. It listens on Unix sockets, so that no port is guessed.
type edge struct {
	t    *testing.T
	dir  string
	shop *shop
	// platform signs with a certificate that has 20 days left.
	platform *wechatpaytest.Platform
	*child
}

func startEdge(t *testing.T) *edge {
	t.Helper()
	dir, err := os.MkdirTemp("", "wx") //nolint:usetesting // the names of TempDir are too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	e := &edge{t: t, dir: dir, shop: newShop(t), platform: wechatpaytest.NewCertificate(time.Now().AddDate(0, 0, 20))}
	write(t, e.path("platform.pem"), string(e.platform.PEM))
	write(t, e.path("Caddyfile"), e.caddyfile(""))

	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "run", "--config", e.path("Caddyfile"))
	cmd.Env = append(os.Environ(), becomeCaddy+"=1", "KEY="+apiKey, "PREVIOUS_KEY="+previousKey, "APIV3_KEY="+apiV3Key,
		"ATTACH_SECRET=shop-secret", "HOME="+dir, "XDG_DATA_HOME="+e.path("data"), "XDG_CONFIG_HOME="+e.path("config"))
	e.child = startChild(t, cmd)
	eventually(t, "Caddy does not listen", func() bool {
		if !e.running() {
			t.Fatal("Caddy ended at once")
		}
		conn, err := e.dial("http")
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	return e
}

func (e *edge) path(name string) string { return filepath.Join(e.dir, name) }

func (e *edge) dial(socket string) (net.Conn, error) {
	return net.DialTimeout("unix", e.path(socket), time.Second)
}

// caddyfile has two routes, one of which compares amounts. It asks for no metrics, as they
// are there by themselves.
func (e *edge) caddyfile(option string) string {
	return fmt.Sprintf(`{
	admin unix/%[1]s/admin
	persist_config off
	log {
		level WARN
	}
}

(merchant) {
	merchant %[2]s {
		key {env.KEY} {env.PREVIOUS_KEY}
		apiv3_key {env.APIV3_KEY}
		platform_certificate %[1]s/platform.pem
	}
	dedupe memory
	%[4]s
}

http:// {
	bind unix/%[1]s/http
	wechatpay_notify /notify {
		import merchant
	}
	wechatpay_notify /guarded {
		import merchant
		amount_guard attach {env.ATTACH_SECRET}
	}
	reverse_proxy %[3]s
}
`, e.dir, mchID, e.shop.address, option)
}

// client returns one that connects to a socket whatever the URL says.
func (e *edge) client(socket string) *http.Client {
	transport := &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) { return e.dial(socket) },
	}
	e.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}

// reload changes the configuration through the admin API, as caddy reload does.
func (e *edge) reload(option string) {
	e.t.Helper()
	response, err := e.client("admin").Post("http://localhost/load", "text/caddyfile", strings.NewReader(e.caddyfile(option)))
	if err != nil {
		e.t.Fatal(err)
	}
	defer response.Body.Close()
	if text, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusOK {
		e.t.Fatalf("status %d: %s", response.StatusCode, text)
	}
}

// admin returns an address on loopback that leads to the admin endpoint.
func (e *edge) admin() string {
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "localhost"})
	proxy.Transport = e.client("admin").Transport
	server := httptest.NewServer(proxy)
	e.t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// metrics returns what Prometheus gets to see.
func (e *edge) metrics() string {
	e.t.Helper()
	response, err := e.client("admin").Get("http://localhost/metrics")
	if err != nil {
		e.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		e.t.Fatal(err)
	}
	return string(text)
}
