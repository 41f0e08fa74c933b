package process

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
)

// ErrNoRedis is returned where there is no redis-server.
var ErrNoRedis = errors.New("redis-server is not installed")

// Redis is a running redis-server.
type Redis struct {
	*Process
	Addr string
	Dir  string // for its append-only file
}

// StartRedis runs one of the benchmark's own, on a free port. It appends what it is told to a file that it syncs once a
// second, as a record of payments should at least be kept.
func StartRedis(ctx context.Context, dir string) (*Redis, error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, ErrNoRedis
	}
	if dir, err = os.MkdirTemp(dir, "redis"); err != nil {
		return nil, err
	}
	addrs, err := FreeAddrs(1)
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(addrs[0])
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, "--bind", "127.0.0.1", "--port", port, "--dir", dir,
		"--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--daemonize", "no")
	p, err := Start(ctx, cmd, addrs[0], filepath.Join(dir, "log"))
	if err != nil {
		return nil, fmt.Errorf("redis-server: %w", err)
	}
	return &Redis{Process: p, Addr: addrs[0], Dir: dir}, nil
}

// URL is where its first database is.
func (r *Redis) URL() string { return "redis://" + r.Addr + "/0" }
