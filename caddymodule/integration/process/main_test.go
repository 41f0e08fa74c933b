// Package process looks at whole processes: Caddy as it is built for users is killed,
// stopped, reloaded, starved of disk and cut off from Redis, while the tests play WeChat
// Pay before it and the merchant's app behind it.
package process

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// caddyBinary is built once for all tests.
var caddyBinary string

func TestMain(m *testing.M) {
	becomeCaddyIfAsked()
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "wechatpay-process-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // some tests run Caddy as somebody else
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	caddyBinary = filepath.Join(dir, "caddy")
	build := exec.Command("go", "build", "-trimpath", "-tags", "nobadger,nomysql,nopgx", "-ldflags", "-w -s", "-o", caddyBinary, "../../../cmd/caddy")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as ./xcaddy.sh builds it
	if output, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building caddy: %v\n%s", err, output)
		return 1
	}
	return m.Run()
}
