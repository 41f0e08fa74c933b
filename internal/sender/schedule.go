package sender

import (
	"context"
	"sync"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
)

// Schedules are how long WeChat Pay waits before each repeat, until one is acked: "current"
// is 24 h 4 min in all, "legacy" is that of older pages, which combined payments still have.
// Source: WeChat Pay APIv2, "支付结果通知"; "合单支付", "合单支付通知".
var Schedules = map[string][]time.Duration{
	"current": {
		15 * time.Second, 15 * time.Second, 30 * time.Second, 3 * time.Minute, 10 * time.Minute, 20 * time.Minute,
		30 * time.Minute, 30 * time.Minute, 30 * time.Minute, 60 * time.Minute,
		3 * time.Hour, 3 * time.Hour, 3 * time.Hour, 6 * time.Hour, 6 * time.Hour,
	},
	"legacy": {
		15 * time.Second, 15 * time.Second, 30 * time.Second, 180 * time.Second,
		1800 * time.Second, 1800 * time.Second, 1800 * time.Second, 1800 * time.Second, 3600 * time.Second,
	},
}

// Progress is told what happens meanwhile. Deliveries are numbered from 1.
type Progress struct {
	Done    func(number int, a Attempt)
	Waiting func(number int, wait time.Duration) // until that delivery
}

func (p Progress) done(number int, a Attempt) {
	if p.Done != nil {
		p.Done(number, a)
	}
}

func (p Progress) waiting(number int, wait time.Duration) {
	if p.Waiting != nil {
		p.Waiting(number, wait)
	}
}

// UntilAcked delivers a notification until it is acked or the schedule is over, and returns
// the last attempt. speed, which is to be positive, divides the waits of the schedule, but
// not the patience of a single delivery. The error is that of ctx, should it end.
func (s *Sender) UntilAcked(ctx context.Context, m issuer.Message, schedule []time.Duration, speed float64, p Progress) (Attempt, error) {
	a := s.Deliver(ctx, m)
	p.done(1, a)
	for i, wait := range schedule {
		if a.Ack.Acked || ctx.Err() != nil {
			break
		}
		wait = time.Duration(float64(wait) / speed)
		p.waiting(i+2, wait)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return a, ctx.Err()
		}
		a = s.Deliver(ctx, s.again(m))
		p.done(i+2, a)
	}
	return a, ctx.Err()
}

// Repeat delivers a notification n times, whatever comes back, several at once, and returns
// the attempt that ended last. The error is that of ctx, should it end. done, which may be
// nil, is told of each attempt as it ends.
func (s *Sender) Repeat(ctx context.Context, m issuer.Message, n, concurrency int, done func(number int, a Attempt)) (last Attempt, err error) {
	var mutex sync.Mutex
	begun, ended := 0, 0
	next := func() (issuer.Message, bool) {
		mutex.Lock()
		defer mutex.Unlock()
		if begun == n || ctx.Err() != nil {
			return m, false
		}
		if begun++; begun > 1 {
			return s.again(m), true
		}
		return m, true
	}
	var workers sync.WaitGroup
	for range min(n, max(1, concurrency)) {
		workers.Go(func() {
			for message, more := next(); more; message, more = next() {
				a := s.Deliver(ctx, message)
				mutex.Lock()
				ended, last = ended+1, a
				if done != nil {
					done(ended, a)
				}
				mutex.Unlock()
			}
		})
	}
	workers.Wait()
	return last, ctx.Err()
}

// again is the message as it is delivered once more.
func (s *Sender) again(m issuer.Message) issuer.Message {
	if s.Issuer == nil {
		return m
	}
	return s.Issuer.Repeat(m)
}
