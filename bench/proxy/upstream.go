package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// upstream stands for the shop's app.
type upstream struct {
	addr    string
	server  *http.Server
	calls   atomic.Int64  // requests so far
	waiting atomic.Int64  // requests held right now, bodies read
	gate    chan struct{} // nil: answer at once
	once    sync.Once
}

// startUpstream answers every request with 200 "success"; one that holds does so only after release.
func startUpstream(hold bool) (*upstream, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	u := &upstream{addr: listener.Addr().String()}
	if hold {
		u.gate = make(chan struct{})
	}
	u.server = &http.Server{Handler: u}
	go u.server.Serve(listener) // ends with close
	return u, nil
}

var success = []byte("success")

func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Read to the end: a body stuck in socket buffers would make the proxy look smaller than it is.
	io.Copy(io.Discard, r.Body)
	u.calls.Add(1)
	if u.gate != nil {
		u.waiting.Add(1)
		<-u.gate
	}
	w.Write(success)
}

// await returns once n requests are held.
func (u *upstream) await(ctx context.Context, n int) error {
	for u.waiting.Load() < int64(n) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("only %d of %d requests reached the upstream: %w", u.waiting.Load(), n, ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

// settle waits until calls have ceased, and returns how many there were.
func (u *upstream) settle(ctx context.Context) int {
	for last := u.calls.Load(); ; {
		select {
		case <-ctx.Done():
			return int(last)
		case <-time.After(200 * time.Millisecond):
		}
		now := u.calls.Load()
		if now == last {
			return int(now)
		}
		last = now
	}
}

// release lets the held requests go, once.
func (u *upstream) release() {
	if u.gate != nil {
		u.once.Do(func() { close(u.gate) })
	}
}

func (u *upstream) close() {
	u.release() // or the handlers wait for ever
	u.server.Close()
}
