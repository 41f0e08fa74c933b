package command_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/caddyserver/caddy/v2"
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
)

// beCaddy is the variable that makes this program Caddy: as whole a one as a test can run
// without building it first.
const beCaddy = "WECHATPAY_TEST_BE_CADDY"

func TestMain(m *testing.M) {
	if os.Getenv(beCaddy) != "" {
		caddycmd.Main()
		return
	}
	code := m.Run()
	if err := caddy.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stopping Caddy:", err)
		code = 1
	}
	os.Exit(code)
}
