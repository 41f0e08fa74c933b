package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench/sample"
)

// edge is a running Caddy with one site.
type edge struct {
	name  string
	url   string
	addr  string
	admin string
	log   string
	cmd   *exec.Cmd
	ended chan struct{} // closed once the process is gone
}

// startEdge runs Caddy with these directives as its only site. Logging is left at Caddy's default, which writes to
// standard error; here that is a file. Its data directory is a fresh one.
func startEdge(ctx context.Context, caddy, dir, name, directives string) (*edge, error) {
	dir, err := os.MkdirTemp(dir, "edge")
	if err != nil {
		return nil, err
	}
	addrs, err := freeAddrs(2)
	if err != nil {
		return nil, err
	}
	e := &edge{name: name, addr: addrs[0], admin: addrs[1], url: "http://" + addrs[0] + "/notify",
		log: filepath.Join(dir, "log"), ended: make(chan struct{})}
	config := fmt.Sprintf("{\n\tadmin %s\n\tpersist_config off\n\tauto_https off\n}\n\nhttp://%s {\n%s\n}\n",
		e.admin, e.addr, directives)
	caddyfile := filepath.Join(dir, "Caddyfile")
	if err := os.WriteFile(caddyfile, []byte(config), 0o600); err != nil {
		return nil, err
	}
	log, err := os.Create(e.log)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the process has its own handle

	e.cmd = exec.CommandContext(ctx, caddy, "run", "--config", caddyfile, "--adapter", "caddyfile")
	e.cmd.Env = append(os.Environ(), "WECHATPAY_APIV2_KEY="+sample.Key,
		"XDG_DATA_HOME="+filepath.Join(dir, "data"), "XDG_CONFIG_HOME="+filepath.Join(dir, "config"))
	e.cmd.Stdout, e.cmd.Stderr = log, log
	// Asked politely first, so that nothing is left half written; killed if that does not help.
	e.cmd.Cancel = func() error { return e.cmd.Process.Signal(syscall.SIGTERM) }
	e.cmd.WaitDelay = 10 * time.Second
	if err := e.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		e.cmd.Wait()
		close(e.ended)
	}()
	if err := e.ready(ctx); err != nil {
		e.stop()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return e, nil
}

func (e *edge) ready(ctx context.Context) error {
	deadline := time.After(20 * time.Second)
	for {
		if conn, err := net.Dial("tcp", e.addr); err == nil {
			return conn.Close()
		}
		select {
		case <-e.ended:
			return errors.New("did not start: " + lastLine(e.log))
		case <-deadline:
			return errors.New("does not listen after 20 s: " + lastLine(e.log))
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (e *edge) stop() {
	e.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-e.ended:
	case <-time.After(10 * time.Second):
		e.cmd.Process.Kill()
		<-e.ended
	}
}

// freeAddrs lets the system choose. The ports are free again when it returns, and stay so as far as loopback goes.
func freeAddrs(n int) ([]string, error) {
	addrs := make([]string, n)
	for i := range addrs {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer listener.Close() // only at the end, or the same port might come twice
		addrs[i] = listener.Addr().String()
	}
	return addrs, nil
}

func lastLine(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
}
