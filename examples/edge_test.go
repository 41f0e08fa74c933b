package examples

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

const (
	mchID        = "1900000109"
	key          = "ExampleKeyOfTheTestMerchant00001"
	attachSecret = "shop-secret"

	// upstreamTimeout is short, so that a slow app shows soon.
	upstreamTimeout = 4 * time.Second
)

// caddyBinary is built once for all tests.
var caddyBinary string

func TestMain(m *testing.M) {
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "caddy-wechatpay-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	caddyBinary = filepath.Join(dir, "caddy")
	build := exec.Command("go", "build", "-trimpath", "-tags", "nobadger,nomysql,nopgx", "-o", caddyBinary, "../cmd/caddy")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as ./xcaddy.sh builds it
	if output, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building caddy: %v\n%s", err, output)
		return 1
	}
	return m.Run()
}

// edge is a running Caddy, with a site for every option that is tried.
type edge struct {
	sites map[string]string // URLs by option
	log   string
}

// startEdge runs Caddy in front of an app.
func startEdge(t *testing.T, upstream string, options ...string) *edge {
	t.Helper()
	config := "{\n\tadmin off\n\tpersist_config off\n\tdebug\n}\n"
	e := &edge{sites: map[string]string{}}
	address := ""
	for _, option := range options {
		address = freeAddress(t)
		e.sites[option] = "http://" + address
		config += fmt.Sprintf(`
http://%s {
	handle /notify {
		wechatpay_notify {
			merchant %s {
				key {env.WECHATPAY_APIV2_KEY}
			}
			upstream_timeout %s
			%s
		}
		%s
	}
}
`, address, mchID, upstreamTimeout, option, upstream)
	}
	path := filepath.Join(t.TempDir(), "Caddyfile")
	write(t, path, config)
	e.log = start(t, exec.Command(caddyBinary, "run", "--config", path), address,
		"WECHATPAY_APIV2_KEY="+key, "WECHATPAY_ATTACH_SECRET="+attachSecret)
	return e
}

// calls counts how often the edge has called the app, in what Caddy itself logs of it.
func (e *edge) calls(t *testing.T) int {
	t.Helper()
	log, err := os.ReadFile(e.log)
	must(t, err)
	return strings.Count(string(log), `"upstream roundtrip"`)
}

// start runs a command in a process group of its own until the test ends, and
// waits until it accepts connections. Its home is empty: no run sees another's records.
func start(t *testing.T, cmd *exec.Cmd, address string, env ...string) (logFile string) {
	t.Helper()
	home := t.TempDir()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), env...)
	cmd.Env = append(cmd.Env, "HOME="+home, "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() { _ = cmd.Wait(); close(exited) }()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-exited
		_ = log.Close()
		if t.Failed() {
			output, _ := os.ReadFile(log.Name())
			t.Logf("%s:\n%s", filepath.Base(cmd.Path), output)
		}
	})
	waitForPort(t, address, exited)
	return log.Name()
}

func waitForPort(t *testing.T, address string, exited <-chan struct{}) {
	t.Helper()
	for deadline := time.Now().Add(90 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		select {
		case <-exited:
			t.Fatalf("the process for %s ended at once", address)
		default:
		}
		if conn, err := net.DialTimeout("tcp", address, time.Second); err == nil {
			_ = conn.Close()
			return
		}
	}
	t.Fatalf("nothing listens on %s", address)
}

// freeAddress returns a loopback address that was free a moment ago.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// payment returns the fields of a payment of total fen for an order.
func payment(order, total string) wechatpaytest.Fields {
	return wechatpaytest.Payment(mchID).With("out_trade_no", order).With("total_fee", total).With("cash_fee", total)
}

func sign(f wechatpaytest.Fields) string { return f.Sign(key, verifier.MD5) }

// ack is what WeChat Pay gets.
type ack struct {
	status        int
	code, message string
}

func deliver(t *testing.T, url, body string) ack {
	t.Helper()
	resp, err := http.Post(url, "text/xml", strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return ack{}
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	fields, err := verifier.ParseXML(string(answer))
	if err != nil {
		t.Errorf("the ack is not flat XML: %v: %s", err, answer)
	}
	return ack{resp.StatusCode, fields.Get("return_code"), fields.Get("return_msg")}
}

var success = ack{http.StatusOK, "SUCCESS", "OK"}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
