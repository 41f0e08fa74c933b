package dedupe_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// soon is longer than the ledger waits between two attempts.
const soon = time.Second

func TestWhatCouldNotBeRecordedIsRecordedOnceTheStoreIsBack(t *testing.T) {
	testLedger(t, func(l *ledgerTest) {
		first := l.claimed("order")
		l.store.suffer(down)
		l.accepts(first, errDown)
		time.Sleep(10 * time.Minute)
		if l.store.has("order") {
			l.Fatal("recorded by a store that is down")
		}
		l.store.suffer(nil)
		time.Sleep(soon)
		if !l.store.has("order") { // for other edges, whose deliveries do not come by here
			l.Error("not recorded, though the store is back")
		}
		if n := l.logs.FilterLevelExact(zap.InfoLevel).FilterField(zap.String("id", "order")).Len(); n != 1 {
			l.Errorf("%d lines say that it is recorded now, want 1", n)
		}
		tries := l.store.tries()
		time.Sleep(time.Hour)
		if l.store.tries() != tries {
			l.Error("it is recorded again and again")
		}
	})
}

func TestWhatIsAcceptedIsNeverClaimedAgain(t *testing.T) {
	testLedger(t, func(l *ledgerTest) {
		first := l.claimed("order")
		l.store.suffer(readOnly)
		l.accepts(first, errDown)
		l.store.mutex.Lock()
		clear(l.store.claims) // the lease has run out
		l.store.mutex.Unlock()
		for range 100 {
			_, err := l.ledger.Begin(l.Context(), claim("order"))
			if !errors.Is(err, errDown) || !strings.Contains(err.Error(), "it is accepted, but that could not be recorded") {
				l.Fatalf("Begin: %v, want an error that says why", err)
			}
			time.Sleep(time.Minute)
		}
		l.finds("another order", dedupe.Claimed)
		l.store.suffer(nil)
		l.finds("order", dedupe.Accepted) // at once: whoever comes first records it
	})
}

func TestOtherContentThanWhatIsNotRecordedYetIsAConflict(t *testing.T) {
	testLedger(t, func(l *ledgerTest) {
		first := l.claimed("order")
		l.store.suffer(down)
		l.accepts(first, errDown)
		l.store.suffer(nil)
		other := claim("order")
		other.Content[0] = 1
		if state, err := l.ledger.Begin(l.Context(), other); err != nil || state != dedupe.Conflict {
			l.Errorf("state %d, error %v, want a conflict", state, err)
		}
	})
}

func TestSeveralOutages(t *testing.T) {
	testLedger(t, func(l *ledgerTest) {
		for outage := range 5 {
			facts := []string{fmt.Sprint("a", outage), fmt.Sprint("b", outage), fmt.Sprint("c", outage)}
			for _, fact := range facts {
				c := l.claimed(fact)
				l.store.suffer(down)
				l.accepts(c, errDown)
				l.store.suffer(nil)
			}
			time.Sleep(soon)
			for _, fact := range facts {
				if !l.store.has(fact) {
					l.Errorf("outage %d: %s is not recorded", outage, fact)
				}
			}
		}
	})
}

func TestALostClaimIsNotTriedAgain(t *testing.T) {
	testLedger(t, func(l *ledgerTest) {
		l.claimed("order")
		l.accepts(claim("order"), dedupe.ErrLost)
		time.Sleep(time.Minute)
		if tries := l.store.tries(); tries != 1 {
			l.Errorf("%d tries", tries)
		}
		l.finds("order", dedupe.InFlight)
	})
}

func TestAClaimThatIsLostMeanwhileIsGivenUp(t *testing.T) {
	testLedger(t, func(l *ledgerTest) {
		first := l.claimed("order")
		l.store.suffer(down)
		l.accepts(first, errDown)
		l.store.mutex.Lock()
		l.store.claims["order"] = "another edge's delivery"
		l.store.mutex.Unlock()
		l.store.suffer(nil)
		time.Sleep(soon)
		tries := l.store.tries()
		time.Sleep(time.Minute)
		if l.store.tries() != tries {
			l.Error("it is tried again and again")
		}
		l.finds("order", dedupe.InFlight)
	})
}

// A delivery that took too long comes back to find that the next one has the claim. That
// the next one's yes is waiting to be recorded must not be forgotten over it.
func TestALostClaimLeavesAnothersYesAlone(t *testing.T) {
	testLedger(t, func(l *ledgerTest) {
		late, next := claim("order"), l.claimed("order")
		l.store.suffer(down)
		l.accepts(next, errDown)
		l.store.suffer(nil)
		l.accepts(late, dedupe.ErrLost)
		time.Sleep(soon)
		if !l.store.has("order") {
			l.Error("the next delivery's yes is forgotten")
		}
	})
}

func TestAReleaseThatFailsIsNotTriedAgain(t *testing.T) {
	testLedger(t, func(l *ledgerTest) {
		first := l.claimed("order")
		l.store.suffer(down)
		if err := l.ledger.Release(l.Context(), first); !errors.Is(err, errDown) {
			l.Errorf("error %v", err)
		}
		l.store.suffer(nil)
		time.Sleep(time.Minute)
		l.finds("order", dedupe.InFlight) // until the lease runs out
		if err := l.ledger.Release(l.Context(), first); err != nil {
			l.Error(err)
		}
		l.finds("order", dedupe.Claimed)
	})
}

func TestAStoreThatIsDownIsNotStormed(t *testing.T) {
	testLedger(t, func(l *ledgerTest) {
		const facts = 100
		for i := range facts {
			c := l.claimed(fmt.Sprint("order", i))
			l.store.suffer(down)
			l.accepts(c, errDown)
			l.store.suffer(nil)
		}
		l.store.suffer(down)
		before := l.store.tries()
		time.Sleep(10 * time.Second)
		if tries := l.store.tries() - before; tries < 10 || tries > 100 {
			l.Errorf("%d tries in 10 s, with %d facts waiting, want a few a second", tries, facts)
		}
		l.store.suffer(nil)
		time.Sleep(soon)
		for i := range facts {
			if !l.store.has(fmt.Sprint("order", i)) {
				l.Fatalf("order %d is not recorded", i)
			}
		}
	})
}

// On a disk that is full, there is no end of facts that can be claimed and not recorded.
// They would be lost if the process ended.
func TestNoFurtherCallBeginsWhileMuchIsUnrecorded(t *testing.T) {
	const most = 100
	testLedger(t, func(l *ledgerTest) {
		waiting := l.claimed("the last one")
		l.store.suffer(readOnly)
		for i := range most {
			l.accepts(l.claimed(fmt.Sprint("order", i)), errDown)
		}
		if _, err := l.ledger.Begin(l.Context(), claim("new")); err == nil || !strings.Contains(err.Error(), "could not be recorded") {
			l.Errorf("Begin: %v, want an error that says why", err)
		}
		l.accepts(waiting, errDown) // whose call had begun before
		l.store.suffer(nil)
		time.Sleep(soon)
		if recorded := l.store.recorded(); recorded != most+1 {
			l.Errorf("%d facts are recorded, want %d", recorded, most+1)
		}
		l.finds("new", dedupe.Claimed)
		l.finds("the last one", dedupe.Accepted)
	})
}
