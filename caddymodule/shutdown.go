package caddymodule

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2"
)

func init() { caddy.OnExit(underway.wait) }

// underway are the deliveries that are verified and not yet done. Over HTTP/2, Caddy's
// own shutdown does not wait for one whose sender has hung up; and with a short
// grace_period, for none.
var underway deliveries

type deliveries struct {
	count   atomic.Int64
	longest atomic.Int64 // what one may take, as a time.Duration
}

// aroundUpstream is what the store and the amount guard may take besides the upstream.
const aroundUpstream = 10 * time.Second

// begin counts a delivery. The caller calls end.
func (d *deliveries) begin(h *Handler) (end func()) {
	atMost := time.Duration(h.UpstreamTimeout) + aroundUpstream
	for longest := d.longest.Load(); int64(atMost) > longest; longest = d.longest.Load() {
		if d.longest.CompareAndSwap(longest, int64(atMost)) {
			break
		}
	}
	d.count.Add(1)
	return func() { d.count.Add(-1) }
}

// wait lets the deliveries come to their end before the process comes to its own: what
// the upstream says is to be recorded, or it would be asked again.
func (d *deliveries) wait(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(d.longest.Load()))
	defer cancel()
	for d.count.Load() > 0 {
		select {
		case <-ctx.Done():
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}
