// Package integration looks at the handler from outside: it loads whole
// Caddyfiles into a real Caddy in this process, delivers notifications over
// loopback, and compares what WeChat Pay gets, what the upstream gets, and what is
// logged. There is one Caddy in a process, so nothing here runs in parallel.
package integration

import (
	"bytes"
	"fmt"
	"os"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
)

// storage is where Caddy may write. It is cleaned up in the background, so it must
// not go away with a single test.
var storage string

func TestMain(m *testing.M) {
	var err error
	if storage, err = os.MkdirTemp("", "wechatpay-notify-"); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := caddy.Stop(); err != nil {
		fmt.Println("stopping Caddy:", err)
		code = 1
	}
	if left := leftovers(); left != "" {
		fmt.Println("goroutines of the handler outlive their requests:\n" + left)
		code = 1
	}
	_ = os.RemoveAll(storage)
	os.Exit(code)
}

// leftovers returns the stacks of goroutines that are still inside of the handler
// after all requests have been answered, or "".
func leftovers() string {
	var left string
	for range 50 {
		if left = handlerStacks(); left == "" {
			return ""
		}
		time.Sleep(100 * time.Millisecond)
	}
	return left
}

func handlerStacks() string {
	var all bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&all, 2) // a Buffer takes everything
	var ours []string
	for stack := range strings.SplitSeq(all.String(), "\n\n") {
		if strings.Contains(stack, "/caddymodule.") || strings.Contains(stack, "/verifier.") {
			ours = append(ours, stack)
		}
	}
	return strings.Join(ours, "\n\n")
}
