package process

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	mchID  = "1900000109"
	apiKey = "5f3a9c1e7b2d4860a1c3e5f7092b4d68"
)

// edge is Caddy before a shop, with data and configuration of its own. It may be started
// again and again. It listens on a Unix socket, which nobody else can take while it is
// down, and whose queue of connections survives a reload.
type edge struct {
	t       *testing.T
	dir     string
	shop    *shop
	options []string            // of wechatpay_notify
	user    *syscall.Credential // nil for the user who runs the test
	program string              // that becomes Caddy
	env     []string

	*child
	client *http.Client
	log    *output
	starts int
}

func newEdge(t *testing.T, s *shop, options ...string) *edge {
	t.Helper()
	e := &edge{t: t, dir: shortDir(t), shop: s, program: caddyBinary, options: options, log: newOutput(t, "Caddy")}
	e.client = &http.Client{
		Timeout: patience,
		Transport: &http.Transport{
			DisableKeepAlives: true, // as WeChat Pay; and nothing is sent twice
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, "unix", e.path("http"))
			},
		},
	}
	return e
}

// fileStore is the directive's option, with more time than usual: the disk of a busy test
// machine may take seconds.
func fileStore(path string) string { return "dedupe file " + path + " {\n\t\t\ttimeout 20s\n\t\t}" }

// shortDir returns a directory whose name leaves room for that of a socket.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "wx") //nolint:usetesting // the names of TempDir are too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (e *edge) path(name string) string { return filepath.Join(e.dir, name) }

// caddyfile takes the socket of the admin API, that of the site, the directive's options
// and the address of the shop.
const caddyfile = `{
	admin unix/%s
	persist_config off
	log {
		format json
		level WARN
	}
}

http:// {
	bind unix/%s
	wechatpay_notify /notify {
		merchant ` + mchID + ` {
			key {env.WECHATPAY_APIV2_KEY}
		}
		%s
	}
	reverse_proxy %s {
		header_up X-Edge-Start {env.EDGE_START}
	}
}
`

// writeConfig returns the name of a Caddyfile with these options of the directive.
func (e *edge) writeConfig(name string, options []string) string {
	e.t.Helper()
	text := fmt.Sprintf(caddyfile, e.path("admin"), e.path("http"), strings.Join(options, "\n\t\t"), e.shop.address)
	if err := os.WriteFile(e.path(name), []byte(text), 0o600); err != nil {
		e.t.Fatal(err)
	}
	if e.user != nil {
		e.own(e.path(name))
		e.own(e.dir)
	}
	return e.path(name)
}

func (e *edge) own(path string) {
	e.t.Helper()
	if err := os.Chown(path, int(e.user.Uid), int(e.user.Gid)); err != nil {
		e.t.Fatal(err)
	}
}

// command returns Caddy with arguments.
func (e *edge) command(arguments ...string) *exec.Cmd {
	cmd := exec.Command(e.program, arguments...)
	cmd.Env = append(os.Environ(), e.env...)
	cmd.Env = append(cmd.Env,
		"WECHATPAY_APIV2_KEY="+apiKey, "EDGE_START="+strconv.Itoa(e.starts),
		"HOME="+e.dir, "XDG_DATA_HOME="+e.path("data"), "XDG_CONFIG_HOME="+e.path("config"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: e.user}
	return cmd
}

// launch starts Caddy and does not wait for it.
func (e *edge) launch() {
	e.t.Helper()
	e.starts++
	e.child = startChild(e.t, e.command("run", "--config", e.writeConfig("Caddyfile", e.options)), e.log)
}

// start starts Caddy and waits until it takes requests.
func (e *edge) start() {
	e.t.Helper()
	e.launch()
	e.awaitListening()
}

func (e *edge) awaitListening() {
	e.t.Helper()
	eventually(e.t, "Caddy does not listen", func() bool {
		if !e.running() {
			e.t.Fatal("Caddy ended at once")
		}
		conn, err := net.DialTimeout("unix", e.path("http"), time.Second)
		if err != nil {
			return false
		}
		_ = conn.Close()
		return true
	})
}

// stop ends Caddy as systemd does, and wants it to end well.
func (e *edge) stop() {
	e.t.Helper()
	e.signal(syscall.SIGTERM)
	if status := e.wait(); status != 0 {
		e.t.Errorf("exit status %d after SIGTERM", status)
	}
}

// wantError waits for an error in the log that names what it is about.
func (e *edge) wantError(about string) {
	e.t.Helper()
	eventually(e.t, "no error in the log names "+about, func() bool { return e.log.has(`"level":"error"`, about) })
}
