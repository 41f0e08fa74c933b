package integration

import (
	"context"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// troublesome are the ways in which a store can be in trouble, before its work and after.
var troublesome = map[string]struct{ before, after trouble }{
	"it fails": {errs, nil}, "it hangs": {hangs, nil}, "it panics": {panics, nil},
	"it fails after its work": {nil, errs}, "it hangs after its work": {nil, hangs}, "it panics after its work": {nil, panics},
}

// A store in trouble before the upstream is called: it is not called, and the next
// delivery is as good as the first.
func TestStoreInTroubleBeforeTheCall(t *testing.T) {
	for rule, with := range troublesome {
		if with.before == nil {
			continue
		}
		t.Run(rule, func(t *testing.T) {
			store, option := newFlaky(t)
			e := start(t, reporting+gate(option)+proxy)
			body := payment()
			store.troubles(with.before, with.after, "begin")
			asked := time.Now()
			wantDelivery(t, e, body, storeError, 0)
			wantReport(t, e, "failed", "store_error", mchID, "payment")
			if took := time.Since(asked); took > 4*time.Second {
				t.Errorf("took %v, and WeChat Pay waits 5 s", took)
			}
			wantDelivery(t, e, body, storeError, 0)
			store.works()
			wantDelivery(t, e, body, yes, 1)
			wantDelivery(t, e, body, duplicate, 0)
		})
	}
}

// The upstream has said yes, and the store cannot be told: no SUCCESS, for WeChat Pay
// would not come again. When the store is back, the upstream is not asked again.
func TestStoreInTroubleAfterTheYes(t *testing.T) {
	for rule, with := range troublesome {
		t.Run(rule, func(t *testing.T) {
			store, option := newFlaky(t)
			e := start(t, reporting+gate(option)+proxy)
			fields := wechatpaytest.Payment(mchID)
			store.troubles(with.before, with.after, "accept")
			wantDelivery(t, e, sign(fields), storeError, 1)
			wantReport(t, e, "failed", "store_error", mchID, "payment")
			if with.before != nil {
				for range 2 {
					wantDelivery(t, e, sign(fields), storeError, 0)
				}
			}
			store.troubles(with.before, with.after, "begin", "accept", "release")
			wantDelivery(t, e, sign(fields), storeError, 0)
			store.works()
			wantDelivery(t, e, sign(fields), duplicate, 0)
			wantDelivery(t, e, sign(fields.With("total_fee", "2")), conflict, 0)
			wantDelivery(t, e, sign(fields), duplicate, 0)
		})
	}
}

// The next delivery may come to another edge on the same store. So the store is told as
// soon as it is back, without any delivery, and before Caddy ends.
func TestStoreIsToldWhenItIsBack(t *testing.T) {
	for rule, when := range map[string]func(*testing.T, *edge, *flakyStore){
		"by itself": func(_ *testing.T, _ *edge, store *flakyStore) { store.works() },
		"when Caddy stops": func(t *testing.T, _ *edge, store *flakyStore) {
			store.works()
			if err := caddy.Stop(); err != nil {
				t.Error(err)
			}
		},
		"after a reload": func(t *testing.T, e *edge, store *flakyStore) {
			reloaded(t, e, gate("dedupe flaky \""+t.Name()+"\"", "max_age 47h")+proxy)
			store.works()
		},
	} {
		t.Run(rule, func(t *testing.T) {
			store, option := newFlaky(t)
			e := start(t, gate(option)+proxy)
			store.troubles(errs, nil, "accept")
			bodies := []string{payment(), payment(), payment()}
			for _, body := range bodies {
				wantDelivery(t, e, body, storeError, 1)
			}
			when(t, e, store)
			eventually(t, "the store is not told", func() bool {
				store.mutex.Lock()
				defer store.mutex.Unlock()
				return len(store.accepted) == len(bodies)
			})
		})
	}
}

// Copies that come while the store cannot be told do not reach the upstream either.
func TestManyCopiesAfterAYesThatIsNotRecorded(t *testing.T) {
	store, option := newFlaky(t)
	e := start(t, gate(option)+proxy)
	body := payment()
	store.troubles(errs, nil, "accept")
	copiesAtOnce(t, e, body, storeError, inFlight)
	copiesAtOnce(t, e, body, storeError, inFlight)
	wantCalls(t, e, 1)
	store.works()
	copiesAtOnce(t, e, body, yes)
	wantCalls(t, e, 1)
}

// A claim that could not be given up does not keep what WeChat Pay gets from it. It ends
// with its lease, which is the store's to see to.
func TestStoreInTroubleAfterANo(t *testing.T) {
	for rule, with := range troublesome {
		t.Run(rule, func(t *testing.T) {
			store, option := newFlaky(t)
			e := start(t, gate(option)+proxy)
			body := payment()
			e.upstream.answers(says(500, ""))
			store.troubles(with.before, with.after, "release")
			wantDelivery(t, e, body, status, 1)
			if lines := e.logs.saying("dedupe: a claim could not be released; it runs out by itself"); len(lines) != 1 {
				t.Errorf("%d lines about the claim, want 1", len(lines))
			}
			if with.before != nil {
				wantDelivery(t, e, body, inFlight, 0)
			}
			store.mutex.Lock()
			clear(store.owners) // the lease ends
			store.mutex.Unlock()
			e.upstream.answers(noContent)
			wantDelivery(t, e, body, yes, 1)
		})
	}
}

// A store is tried when the configuration is in effect, and only then.
func TestStoreIsTriedAtTheStart(t *testing.T) {
	for rule, with := range troublesome {
		t.Run(rule, func(t *testing.T) {
			store, option := newFlaky(t)
			store.troubles(with.before, with.after, "check")
			e := start(t, gate(option)+proxy)
			wantWarnedOfStore(t, e)
			if store.count("check") != 1 {
				t.Errorf("tried %d times, want once", store.count("check"))
			}
			wantDelivery(t, e, payment(), yes, 1)
		})
	}
	t.Run("without trouble", func(t *testing.T) {
		store, option := newFlaky(t)
		e := start(t, gate(option)+proxy)
		if lines := e.logs.with("error"); store.count("check") != 1 || len(lines) != 0 {
			t.Errorf("tried %d times, with %v", store.count("check"), lines)
		}
		if err := e.tryReload(gate(option) + "unknown_directive\n"); err == nil || store.count("check") != 1 {
			t.Errorf("%v; tried %d times", err, store.count("check"))
		}
	})
}

// However long the store takes, WeChat Pay gets its answer after timeout.
func TestTimeoutOptionBoundsTheStore(t *testing.T) {
	store, _ := newFlaky(t)
	for option, limit := range map[string]time.Duration{" {\n\t\ttimeout 100ms\n\t}": 100 * time.Millisecond, "": 2 * time.Second} {
		e := start(t, gate("dedupe flaky \""+t.Name()+"\""+option)+proxy)
		allowed := make(chan time.Duration, 1)
		store.troubles(func(ctx context.Context, _ <-chan struct{}) error {
			deadline, _ := ctx.Deadline()
			allowed <- time.Until(deadline)
			<-ctx.Done()
			return ctx.Err()
		}, nil, "begin")
		asked := time.Now()
		wantDelivery(t, e, payment(), storeError, 0)
		if took, may := time.Since(asked), <-allowed; took < limit || may > limit {
			t.Errorf("took %v and might take %v, want %v", took, may, limit)
		}
		store.works()
	}
}
