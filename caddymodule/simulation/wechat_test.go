package simulation

import (
	"context"
	"sync"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
)

// schedule is how long WeChat Pay waits before each repeat, 24 h 4 min in all.
var schedule = sender.Schedules["current"]

// patience is how long WeChat Pay waits for an ack.
const patience = sender.Patience

// notify delivers the fact until it is acked, or the schedule is over.
func (e *edge) notify(f *fact) {
	due := time.Now()
	acked := e.deliverCopies(f)
	for _, wait := range schedule {
		if acked {
			break
		}
		due = due.Add(wait)
		time.Sleep(time.Until(due) + upTo(f, time.Second))
		acked = e.deliverCopies(f)
	}
	if acked && f.wechat.IntN(3) == 0 { // a copy that was on its way for long
		time.Sleep(upTo(f, 6*time.Hour))
		e.deliverOnce(f, 0)
	}
}

// deliverCopies delivers the fact once or, from several servers, a few times at once.
func (e *edge) deliverCopies(f *fact) (acked bool) {
	delays := []time.Duration{0}
	for f.wechat.IntN(4) == 0 && len(delays) < 3 {
		delays = append(delays, upTo(f, 1500*time.Millisecond)*time.Duration(f.wechat.IntN(2)))
	}
	var copies sync.WaitGroup
	acks := make([]bool, len(delays))
	for i, delay := range delays {
		copies.Go(func() { acks[i] = e.deliverOnce(f, delay) })
	}
	copies.Wait()
	for _, ack := range acks {
		acked = acked || ack
	}
	return acked
}

// deliverOnce delivers the fact and judges the ack.
func (e *edge) deliverOnce(f *fact, delay time.Duration) (acked bool) {
	time.Sleep(delay)
	ctx, hangUp := context.WithTimeout(context.Background(), patience)
	defer hangUp()
	d := &delivery{at: time.Now()}
	d.answer = e.deliver(ctx, f.body, "")
	select {
	case <-d.answer.complete:
		d.acked = d.answer.status() == 200 && d.answer.Body.String() == successAck
	case <-ctx.Done():
		d.hungUp = true
	}
	f.delivered(d)
	return d.acked
}

func upTo(f *fact, most time.Duration) time.Duration {
	return time.Duration(f.wechat.Int64N(int64(most)))
}
