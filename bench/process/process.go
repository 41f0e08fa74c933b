// Package process runs the servers that the benchmarks need, and ends them again.
package process

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Process is a running server.
type Process struct {
	cmd   *exec.Cmd
	log   string
	ended chan struct{} // closed once the process is gone
}

// Start runs cmd, which must come from exec.CommandContext, and returns once it listens on addr. What it prints goes to
// the file log.
func Start(ctx context.Context, cmd *exec.Cmd, addr, log string) (*Process, error) {
	file, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer file.Close() // the process has its own handle

	cmd.Stdout, cmd.Stderr = file, file
	// Asked politely first, so that nothing is left half written; killed if that does not help.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, log: log, ended: make(chan struct{})}
	go func() {
		cmd.Wait()
		close(p.ended)
	}()
	if err := p.ready(ctx, addr); err != nil {
		p.Stop()
		return nil, err
	}
	return p, nil
}

func (p *Process) ready(ctx context.Context, addr string) error {
	deadline := time.After(20 * time.Second)
	for {
		if conn, err := net.Dial("tcp", addr); err == nil {
			return conn.Close()
		}
		select {
		case <-p.ended:
			return errors.New("did not start: " + p.LastLine())
		case <-deadline:
			return errors.New("does not listen after 20 s: " + p.LastLine())
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends the process.
func (p *Process) Stop() {
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(10 * time.Second):
		p.cmd.Process.Kill()
		<-p.ended
	}
}

// PID is the number that the system knows the process by.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// LastLine is what the process printed last.
func (p *Process) LastLine() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
}

// FreeAddrs lets the system choose. The ports are free again when it returns, and stay so as far as loopback goes.
func FreeAddrs(n int) ([]string, error) {
	addrs := make([]string, n)
	for i := range addrs {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("no free port: %w", err)
		}
		defer listener.Close() // only at the end, or the same port might come twice
		addrs[i] = listener.Addr().String()
	}
	return addrs, nil
}
