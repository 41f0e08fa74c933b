// Package contrib_test holds the alerts and the dashboard against the programs that will
// read them, and against a real Prometheus that scrapes a real Caddy.
package contrib_test

import (
	"os"
	"os/exec"
	"testing"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/caddy-wechatpay/caddy-wechatpay/caddymodule"
)

// With this in its environment, this test's own program is Caddy.
const becomeCaddy = "WECHATPAY_TEST_BECOME_CADDY"

func TestMain(m *testing.M) {
	if os.Getenv(becomeCaddy) != "" {
		caddycmd.Main()
		return
	}
	os.Exit(m.Run())
}

// The files that users take.
const (
	alertsFile    = "prometheus/alerts.yml"
	configFile    = "prometheus/prometheus.yml"
	dashboardFile = "grafana/dashboard.json"
)

// program finds a program, or skips the test. Where WECHATPAY_TEST_BACKENDS is set, as in
// CI, it is a failure that there is none.
func program(t *testing.T, name string) string {
	t.Helper()
	found, err := exec.LookPath(name)
	switch {
	case err == nil:
	case os.Getenv("WECHATPAY_TEST_BACKENDS") != "":
		t.Fatalf("%s is not installed", name)
	default:
		t.Skipf("%s is not installed", name)
	}
	return found
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
