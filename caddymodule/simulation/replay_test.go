package simulation

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// An attacker who has seen every notification sends them again for ten days, in copies and
// in forged variants, with the edge being restarted in the meantime. None reaches the app.
func TestReplays(t *testing.T) {
	for _, store := range stores {
		t.Run(store, func(t *testing.T) {
			seed, dir := newSeed(t), t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				replay(t, dir, store, seed)
			})
		})
	}
}

const (
	attack = 10 * 24 * time.Hour
	// kept is how long an accepted fact is remembered, counted from then.
	kept = maxAge + 24*time.Hour
)

// replay plays it for facts of which every fourth is delivered at once, late because the
// app is down for a day, ahead of time because of a clock, or without a time.
func replay(t *testing.T, dir, store string, seed uint64) {
	began := time.Now()
	shop := &app{t: t, facts: make(map[string]*fact), began: began, behave: func(f *fact, _ int, since time.Duration) reaction {
		if f.total%4 == 1 && since < 20*time.Hour {
			return soon(f, down)
		}
		return soon(f, yes)
	}}
	e := start(t, dir, store, "", shop)
	for i := range 24 {
		f := newFact(seed, i, began)
		switch f.total % 4 {
		case 2:
			f = newFact(seed, i, began.Add(upTo(f, 60*time.Hour).Truncate(time.Second)))
		case 3:
			f.body = f.fields().Without("time_end").Sign(apiKey, verifier.MD5)
		}
		shop.facts[f.order] = f
	}
	var all sync.WaitGroup
	for _, f := range shop.facts {
		all.Go(func() {
			e.notify(f)
			if sent := (attacker{t, e, f}).attack(began.Add(attack)); sent < 30 {
				t.Errorf("WECHATPAY_TEST_SEED=%d: %s was sent again %d times only", seed, f.order, sent)
			}
		})
	}
	for time.Since(began) < attack {
		time.Sleep(26*time.Hour + time.Microsecond) // when nobody else does anything
		if store == "memory" {
			e.reload() // which is all that it outlives
			continue
		}
		e.stop()
		e.start()
	}
	all.Wait()
	e.stop()
	scenario{statuses: []int{200, 502, 503}}.judge(t, e, shop, seed)
}

// attacker has seen one fact.
type attacker struct {
	t    *testing.T
	edge *edge
	f    *fact
}

// attack sends the fact again until the end, and is most eager when one of the edge's
// times is about to run out, or has just run out.
func (a attacker) attack(end time.Time) (sent int) {
	random := a.f.wechat
	last := a.f.calls[len(a.f.calls)-1].end
	timed := a.f.total%4 != 3
	var times []time.Time
	for range 30 {
		times = append(times, last.Add(time.Duration(random.Int64N(int64(end.Sub(last))))))
	}
	for _, edge := range []time.Time{last.Add(lease), last.Add(kept), a.f.paid.Add(maxAge), a.f.paid.Add(kept)} {
		for _, around := range []time.Duration{time.Hour, time.Minute, time.Second, time.Millisecond} {
			times = append(times, edge.Add(-around), edge.Add(around))
		}
	}
	var all sync.WaitGroup
	for _, at := range times {
		if at.After(time.Now()) && at.Before(end) {
			sent++
			variant := random.IntN(6)
			all.Go(func() {
				time.Sleep(time.Until(at))
				a.send(timed, variant)
			})
		}
	}
	all.Wait()
	return sent
}

// send sends the genuine body twice and a forgery.
func (a attacker) send(timed bool, variant int) {
	want := 200
	if timed && time.Since(a.f.paid) > maxAge {
		want = 403
	}
	for range 2 {
		a.expect(a.f.body, want)
	}
	a.expect(a.forge(variant), 401)
}

func (a attacker) expect(body string, status int) {
	answer := a.edge.deliver(context.Background(), body, "")
	<-answer.complete
	if got := answer.status(); got != status {
		a.t.Errorf("%s, sent again %v after it was paid: got %d, want %d", a.f.order, time.Since(a.f.paid), got, status)
	}
	if wrong := answer.fault(); wrong != "" {
		a.t.Errorf("%s: %s", a.f.order, wrong)
	}
}

// forge makes another fact of it, or a fresh one.
func (a attacker) forge(variant int) string {
	signed := a.f.fields().Signed(apiKey, verifier.MD5)
	now := time.Now().In(time.FixedZone("CST", 8*60*60)).Format("20060102150405")
	switch variant {
	case 0:
		return signed.With("time_end", now).XML()
	case 1:
		return signed.Without("time_end").XML()
	case 2:
		return signed.With("transaction_id", "4200"+now).XML()
	case 3:
		return signed.With("total_fee", strconv.Itoa(a.f.total+1)).XML()
	case 4:
		return signed.With("time_end", now).Sign("0123456789abcdef0123456789abcdef", verifier.MD5)
	}
	return signed.With("time_end", now).Without("sign").XML()
}
