package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

const (
	mchID      = "1900000109"
	notifyPath = "/wechatpay/notify"
)

// newKey returns an APIv2 key for this run only: 32 characters.
func newKey() string {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails
	return hex.EncodeToString(random)
}

// edge is a running Caddy with the plugin.
type edge struct {
	url       string
	caddyfile string

	dir    string // everything that Caddy reads and writes
	cancel context.CancelFunc
	exited chan struct{}
}

// siteTemplate takes the address of the edge, the notify path and the address of
// the upstream.
const siteTemplate = `http://%s {
	bind 127.0.0.1
	wechatpay_notify %s {
		merchant {env.WECHATPAY_MCH_ID} {
			key {env.WECHATPAY_APIV2_KEY}
		}
	}
	reverse_proxy %s
}
`

const globalOptions = `{
	admin off
	persist_config off
}

`

// startEdge starts Caddy before upstream and waits until it listens.
func startEdge(ctx context.Context, caddy, upstream, key string) (*edge, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "caddy-wechatpay-demo-")
	if err != nil {
		return nil, err
	}
	e := &edge{
		url:       "http://" + address + notifyPath,
		caddyfile: fmt.Sprintf(siteTemplate, address, notifyPath, upstream),
		dir:       dir,
		cancel:    func() {},
		exited:    make(chan struct{}),
	}
	if err := e.start(ctx, caddy, key); err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	if err := e.await(ctx, address); err != nil {
		err = fmt.Errorf("%w\n%s", err, e.log())
		e.stop()
		return nil, err
	}
	return e, nil
}

// start runs Caddy with a configuration and a data directory of its own.
func (e *edge) start(ctx context.Context, caddy, key string) error {
	config := filepath.Join(e.dir, "Caddyfile")
	if err := os.WriteFile(config, []byte(globalOptions+e.caddyfile), 0o600); err != nil {
		return err
	}
	log, err := os.Create(e.logFile())
	if err != nil {
		return err
	}
	defer log.Close()

	ctx, e.cancel = context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, caddy, "run", "--config", config)
	cmd.Env = append(os.Environ(),
		"WECHATPAY_MCH_ID="+mchID,
		"WECHATPAY_APIV2_KEY="+key,
		"XDG_CONFIG_HOME="+e.dir,
		"XDG_DATA_HOME="+e.dir,
	)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second // then it is killed
	if err := cmd.Start(); err != nil {
		e.cancel()
		return err
	}
	go func() {
		_ = cmd.Wait()
		close(e.exited)
	}()
	return nil
}

// await returns once Caddy accepts connections.
func (e *edge) await(ctx context.Context, address string) error {
	var dialer net.Dialer
	for {
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-e.exited:
			return fmt.Errorf("the edge ended before it listened on %s", address)
		case <-ctx.Done():
			return fmt.Errorf("the edge does not listen on %s: %w", address, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop ends Caddy, the very process that was started, and removes its files.
func (e *edge) stop() {
	e.cancel()
	<-e.exited
	_ = os.RemoveAll(e.dir)
}

func (e *edge) logFile() string { return filepath.Join(e.dir, "caddy.log") }

func (e *edge) log() string {
	log, _ := os.ReadFile(e.logFile())
	return "What the edge logged:\n" + string(log)
}

// freeAddress returns a loopback address that nobody listened on a moment ago.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}
