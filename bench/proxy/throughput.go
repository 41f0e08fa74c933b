package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// contender is one site under load.
type contender struct {
	edge   *edge
	name   string
	forged bool
	status int       // what every answer must be
	calls  *upstream // is called once for each answer; nil where nothing is forwarded
	bar    float64   // least share of the baseline's requests/s; 0 where none is set

	base *contender // nil for a baseline
	rate []float64  // requests per second, one for each round
	cpu  []float64  // microseconds of Caddy's processor time per request
	err  error      // why there are no figures
}

// throughput puts all contenders under load in turn, several rounds of it.
func (s *settings) throughput(ctx context.Context) error {
	up, err := startUpstream(false)
	if err != nil {
		return err
	}
	defer up.close()
	f := &field{settings: s, upstream: up}
	defer f.stop()
	if err := f.enter(ctx); err != nil {
		return err
	}
	l, err := newLoader(s.dir, s.connections)
	if err != nil {
		return err
	}
	if err := f.round(ctx, l, f.contenders, time.Second); err != nil { // warm up
		return err
	}
	for _, c := range f.contenders {
		c.rate, c.cpu = nil, nil
	}
	order := slices.Clone(f.contenders)
	for range s.rounds {
		slices.Reverse(order) // so that none always follows the same neighbour
		if err := f.round(ctx, l, order, s.duration); err != nil {
			return err
		}
	}
	printThroughput(f.contenders)
	if s.profiles != "" {
		return f.profile(ctx, l)
	}
	return ctx.Err()
}

// round runs them all. One that fails does not take the others with it, unless they are compared with it.
func (f *field) round(ctx context.Context, l *loader, order []*contender, duration time.Duration) error {
	for _, c := range order {
		if c.err == nil {
			c.err = c.run(ctx, l, duration)
		}
		if c.err != nil && c.base == nil {
			return c.err
		}
	}
	return nil
}

// run is one round for one contender. A figure from wrong answers is no figure.
func (c *contender) run(ctx context.Context, l *loader, duration time.Duration) error {
	before, err := c.edge.cpu()
	if err != nil {
		return err
	}
	calledBefore := c.called(ctx)
	done, err := l.run(ctx, c.edge.url, c.forged, duration)
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	called := c.called(ctx) - calledBefore
	after, err := c.edge.cpu()
	if err != nil {
		return err
	}
	wrong := done.refused
	if c.status >= http.StatusBadRequest {
		wrong = done.requests - done.refused
	}
	if wrong+done.broken > 0 {
		return fmt.Errorf("%s: of %d requests %d got a wrong answer and %d none: %s",
			c.name, done.requests, wrong, done.broken, c.edge.LastLine())
	}
	// One request of each connection is on its way when wrk stops: the upstream may have seen it.
	if c.calls != nil && (called < done.requests || called > done.requests+l.connections) {
		return fmt.Errorf("%s: %d requests were answered, and %d reached the upstream (the notifications began anew %d times)",
			c.name, done.requests, called, done.rewinds)
	}
	c.rate = append(c.rate, float64(done.requests)/done.seconds)
	c.cpu = append(c.cpu, float64((after-before).Microseconds())/float64(done.requests))
	return nil
}

// called is how often the upstream has been called, once it is at rest.
func (c *contender) called(ctx context.Context) int {
	if c.calls == nil {
		return 0
	}
	return c.calls.settle(ctx)
}
