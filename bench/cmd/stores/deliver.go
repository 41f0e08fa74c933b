package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// took is how long the two calls of one delivery took.
type took struct{ begin, accept time.Duration }

// deliver has the facts from next on accepted, this many at a time, until more says no.
func (l *ledger) deliver(ctx context.Context, id func(int) string, next *atomic.Int64, atATime int,
	more func(done int) bool) (all []took, err error) {
	times := make([][]took, atATime)
	errs := make([]error, atATime)
	var done atomic.Int64
	var workers sync.WaitGroup
	for i := range atATime {
		workers.Go(func() {
			for errs[i] == nil && ctx.Err() == nil && more(int(done.Add(1))) {
				var t took
				t, errs[i] = l.once(ctx, claim(id(int(next.Add(1)))))
				times[i] = append(times[i], t)
			}
		})
	}
	workers.Wait()
	for i := range atATime {
		if errs[i] != nil {
			return nil, errs[i]
		}
		all = append(all, times[i]...)
	}
	return all, ctx.Err()
}

// once is one delivery, with an upstream that takes no time.
func (l *ledger) once(ctx context.Context, c dedupe.Claim) (took, error) {
	start := time.Now()
	state, err := l.Begin(ctx, c)
	if err != nil {
		return took{}, err
	}
	if state != dedupe.Claimed {
		return took{}, fmt.Errorf("%s has come before", c.ID)
	}
	begun := time.Now()
	err = l.Accept(ctx, c)
	return took{begin: begun.Sub(start), accept: time.Since(begun)}, err
}
