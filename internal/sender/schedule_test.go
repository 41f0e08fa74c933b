package sender_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
)

// The documents give the sum.
func TestSchedules(t *testing.T) {
	for name, want := range map[string]time.Duration{
		"current": 24*time.Hour + 4*time.Minute,
		"legacy":  3*time.Hour + 4*time.Minute,
	} {
		var sum time.Duration
		for _, wait := range sender.Schedules[name] {
			sum += wait
		}
		if sum != want {
			t.Errorf("%s is %s in all, want %s", name, sum, want)
		}
	}
	if len(sender.Schedules["current"]) != 15 || len(sender.Schedules["legacy"]) != 9 || len(sender.Schedules) != 2 {
		t.Errorf("got %v", sender.Schedules)
	}
}

// book notes when deliveries come, and answers the nth with an ack.
type book struct {
	mutex sync.Mutex
	acked int
	takes time.Duration
	at    []time.Duration
	began time.Time
	seen  []http.Header
}

func (b *book) RoundTrip(r *http.Request) (*http.Response, error) {
	b.mutex.Lock()
	b.at = append(b.at, time.Since(b.began))
	b.seen = append(b.seen, r.Header)
	status := http.StatusInternalServerError
	if len(b.at) == b.acked {
		status = http.StatusOK
	}
	b.mutex.Unlock()
	select {
	case <-time.After(b.takes):
		return response(status, xmlYes), nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// WeChat Pay comes again until it gets an ack.
func TestUntilAcked(t *testing.T) {
	current := sender.Schedules["current"]
	tests := []struct {
		name  string
		acked int // which delivery is
		speed float64
		takes time.Duration
		want  []time.Duration // when they come
	}{
		{"at once", 1, 1, 0, []time.Duration{0}},
		{"the third", 3, 1, 0, []time.Duration{0, 15 * time.Second, 30 * time.Second}},
		{"ten times as fast", 4, 10, 0, []time.Duration{0, 1500 * time.Millisecond, 3 * time.Second, 6 * time.Second}},
		{"a delivery is as slow as ever", 2, 1000, time.Minute, []time.Duration{0, 5*time.Second + 15*time.Millisecond, 10*time.Second + 30*time.Millisecond}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &book{acked: test.acked, takes: test.takes, began: time.Now()}
				s := &sender.Sender{URL: "http://edge.test/", Transport: b}
				last, err := s.UntilAcked(t.Context(), issue(t, newIssuer(), "payment"), current[:3], test.speed, sender.Progress{})
				if err != nil || last.Ack.Acked != (test.takes == 0) || !slices.Equal(b.at[:len(test.want)], test.want) {
					t.Errorf("they came at %v, want %v; %+v, %v", b.at, test.want, last.Ack, err)
				}
				if test.takes == 0 && len(b.at) != test.acked {
					t.Errorf("%d deliveries, want %d", len(b.at), test.acked)
				}
			})
		})
	}
}

// What is never acked is given up in the end.
func TestNeverAcked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{began: time.Now()}
		s := &sender.Sender{URL: "http://edge.test/", Transport: b}
		var done, waited []int
		var waits time.Duration
		last, err := s.UntilAcked(t.Context(), issue(t, newIssuer(), "payment"), sender.Schedules["current"], 1, sender.Progress{
			Done:    func(number int, _ sender.Attempt) { done = append(done, number) },
			Waiting: func(number int, wait time.Duration) { waited = append(waited, number); waits += wait },
		})
		if err != nil || last.Ack.Acked || last.Status != http.StatusInternalServerError {
			t.Errorf("got %+v, %v", last, err)
		}
		if len(done) != 16 || done[15] != 16 || len(waited) != 15 || waited[0] != 2 || waits != 24*time.Hour+4*time.Minute || time.Since(b.began) != waits {
			t.Errorf("done %v, waited for %v, %s in all, %s on the clock", done, waited, waits, time.Since(b.began))
		}
	})
}

// The end of ctx is the end, whether it comes in a delivery or in a wait.
func TestUntilAckedEnds(t *testing.T) {
	for name, takes := range map[string]time.Duration{"in a wait": 0, "in a delivery": time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &book{takes: takes, began: time.Now()}
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				s := &sender.Sender{URL: "http://edge.test/", Transport: b}
				last, err := s.UntilAcked(ctx, issue(t, newIssuer(), "payment"), sender.Schedules["current"], 1, sender.Progress{})
				if !errors.Is(err, context.DeadlineExceeded) || time.Since(b.began) != 2*time.Second || len(b.at) != 1 || last.Ack.Acked {
					t.Errorf("%d deliveries in %s: %v", len(b.at), time.Since(b.began), err)
				}
			})
		})
	}
}

// Repeats of APIv3 are signed anew; without a key there is nothing to sign with.
func TestRepeatsAreSignedAnew(t *testing.T) {
	m, i := v3(t)
	for name, test := range map[string]struct {
		issuer *issuer.Issuer
		nonces int
	}{"with a key": {i, 3}, "without": {nil, 1}} {
		synctest.Test(t, func(t *testing.T) {
			b := &book{began: time.Now()}
			s := &sender.Sender{URL: "http://edge.test/", Issuer: test.issuer, Transport: b}
			_, _ = s.UntilAcked(t.Context(), m, sender.Schedules["legacy"][:2], 1, sender.Progress{})
			if _, err := s.Repeat(t.Context(), m, 1, 1, nil); err != nil {
				t.Error(err)
			}
			nonces := map[string]bool{}
			for _, header := range b.seen {
				nonces[header.Get("Wechatpay-Nonce")] = true
			}
			if len(b.seen) != 4 || len(nonces) != test.nonces || b.seen[0].Get("Wechatpay-Nonce") != m.Header.Get("Wechatpay-Nonce") {
				t.Errorf("%s: %d deliveries with %d signatures", name, len(b.seen), len(nonces))
			}
		})
	}
}

// n deliveries are n deliveries, whatever comes back.
func TestRepeat(t *testing.T) {
	for _, test := range []struct{ n, concurrency, most int }{{1, 1, 1}, {5, 1, 1}, {20, 4, 4}, {3, 100, 3}, {2, 0, 1}, {0, 1, 0}} {
		synctest.Test(t, func(t *testing.T) {
			var calls, current, most atomic.Int64
			s := &sender.Sender{URL: "http://edge.test/", Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				calls.Add(1)
				at := current.Add(1)
				for seen := most.Load(); at > seen && !most.CompareAndSwap(seen, at); seen = most.Load() {
				}
				time.Sleep(time.Second)
				current.Add(-1)
				return response(http.StatusOK, xmlYes), nil
			})}
			var numbers []int
			last, err := s.Repeat(t.Context(), issue(t, newIssuer(), "payment"), test.n, test.concurrency, func(number int, a sender.Attempt) {
				if numbers = append(numbers, number); !a.Ack.Acked {
					t.Errorf("got %+v", a)
				}
			})
			if err != nil || int(calls.Load()) != test.n || int(most.Load()) != test.most || len(numbers) != test.n || !slices.IsSorted(numbers) {
				t.Errorf("%+v: %d calls, up to %d at once, numbered %v (%v)", test, calls.Load(), most.Load(), numbers, err)
			}
			if last.Ack.Acked != (test.n > 0) {
				t.Errorf("the last is %+v", last)
			}
		})
	}
}

// No further ones are begun once ctx has ended.
func TestRepeatEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{takes: time.Second, began: time.Now()}
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		s := &sender.Sender{URL: "http://edge.test/", Transport: b}
		_, err := s.Repeat(ctx, issue(t, newIssuer(), "payment"), 1000, 2, nil)
		if !errors.Is(err, context.DeadlineExceeded) || len(b.at) != 6 || time.Since(b.began) != 2500*time.Millisecond {
			t.Errorf("%d deliveries in %s: %v", len(b.at), time.Since(b.began), err)
		}
	})
}
