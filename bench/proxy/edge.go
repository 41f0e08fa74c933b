package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench/process"
	"github.com/caddy-wechatpay/caddy-wechatpay/bench/sample"
)

// edge is a running Caddy with one site.
type edge struct {
	*process.Process
	name  string
	url   string
	addr  string
	admin string
}

// startEdge runs Caddy with these directives as its only site. Logging is left at Caddy's default, which writes to
// standard error; here that is a file. Its data directory is a fresh one.
func startEdge(ctx context.Context, caddy, dir, name, directives string) (*edge, error) {
	dir, err := os.MkdirTemp(dir, "edge")
	if err != nil {
		return nil, err
	}
	addrs, err := process.FreeAddrs(2)
	if err != nil {
		return nil, err
	}
	e := &edge{name: name, addr: addrs[0], admin: addrs[1], url: "http://" + addrs[0] + "/notify"}
	config := fmt.Sprintf("{\n\tadmin %s\n\tpersist_config off\n\tauto_https off\n}\n\nhttp://%s {\n%s\n}\n",
		e.admin, e.addr, directives)
	caddyfile := filepath.Join(dir, "Caddyfile")
	if err := os.WriteFile(caddyfile, []byte(config), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, caddy, "run", "--config", caddyfile, "--adapter", "caddyfile")
	cmd.Env = append(os.Environ(), "WECHATPAY_APIV2_KEY="+sample.Key,
		"XDG_DATA_HOME="+filepath.Join(dir, "data"), "XDG_CONFIG_HOME="+filepath.Join(dir, "config"))
	if e.Process, err = process.Start(ctx, cmd, e.addr, filepath.Join(dir, "log")); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return e, nil
}
