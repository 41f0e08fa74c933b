package memory

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// An hour passes in no time in a bubble of synctest.
const (
	lease = time.Minute
	keep  = time.Hour
)

// bounded is a store with few records, and what it logs.
type bounded struct {
	*testing.T
	store *store
	logs  *observer.ObservedLogs
}

// withRoomFor runs a test with a store, in a bubble in which time passes at once.
func withRoomFor(t *testing.T, records int, test func(b *bounded)) {
	t.Helper()
	core, logs := observer.New(zap.DebugLevel)
	synctest.Test(t, func(t *testing.T) {
		test(&bounded{T: t, store: newStore(records, zap.New(core)), logs: logs})
	})
}

// claim is that of a fact's only delivery.
func claim(fact string) dedupe.Claim {
	return dedupe.Claim{ID: fact, Owner: "of " + fact, Lease: lease, Keep: keep}
}

func (b *bounded) accept(facts ...string) {
	b.Helper()
	for _, fact := range facts {
		if err := b.store.Accept(b.Context(), claim(fact)); err != nil {
			b.Fatalf("accepting %s: %v", fact, err)
		}
	}
}

func (b *bounded) begin(facts ...string) {
	b.Helper()
	for _, fact := range facts {
		if state, err := b.store.Begin(b.Context(), claim(fact)); err != nil || state != dedupe.Claimed {
			b.Fatalf("claiming %s: state %d, error %v", fact, state, err)
		}
	}
}

// finds asks for a fact as another delivery of it. What it claims it gives up.
func (b *bounded) finds(want dedupe.State, facts ...string) {
	b.Helper()
	for _, fact := range facts {
		another := claim(fact)
		another.Owner = "another"
		state, err := b.store.Begin(b.Context(), another)
		if err != nil || state != want {
			b.Errorf("%s: state %d, error %v, want state %d", fact, state, err, want)
		}
		_ = b.store.Release(b.Context(), another)
	}
}

func TestOldestRecordGoesFirst(t *testing.T) {
	withRoomFor(t, 3, func(b *bounded) {
		b.accept("1", "2", "3")
		b.finds(dedupe.Accepted, "1", "2", "3") // which does not make one of them younger
		b.accept("1")                           // nor does this
		b.accept("4")
		b.finds(dedupe.Accepted, "2", "3", "4")
		b.accept("5")
		b.finds(dedupe.Accepted, "3", "4", "5")
		b.begin("1", "2")
		b.finds(dedupe.Accepted, "5")
		b.finds(dedupe.InFlight, "1", "2")
	})
}

func TestAcceptingAClaimNeedsNoFurtherRoom(t *testing.T) {
	withRoomFor(t, 2, func(b *bounded) {
		b.accept("1")
		b.begin("2")
		b.accept("2")
		b.finds(dedupe.Accepted, "1", "2")
		if n := b.logs.Len(); n != 0 {
			b.Errorf("%d lines were logged", n)
		}
	})
}

func TestFullStoreWarnsOnce(t *testing.T) {
	withRoomFor(t, 2, func(b *bounded) {
		b.accept("1", "2")
		if n := b.logs.Len(); n != 0 {
			b.Fatalf("%d lines were logged before a record had to go", n)
		}
		b.accept("3", "4", "5")
		b.begin("6")
		warnings := b.logs.TakeAll()
		if len(warnings) != 1 || warnings[0].Level != zap.WarnLevel || warnings[0].ContextMap()["max_records"] != int64(2) {
			b.Errorf("logged %v, want one warning that names max_records", warnings)
		}
	})
}

func TestClaimsAreNeverEvicted(t *testing.T) {
	withRoomFor(t, 3, func(b *bounded) {
		b.begin("1", "2")
		b.accept("3")
		for i := range 10 {
			b.accept(fmt.Sprint("more", i))
		}
		b.finds(dedupe.InFlight, "1", "2")
		b.finds(dedupe.Accepted, "more9")
		b.begin("4")
		b.finds(dedupe.InFlight, "1", "2", "4")
		b.expectFull()
		b.finds(dedupe.InFlight, "1", "2", "4")

		if err := b.store.Release(b.Context(), claim("2")); err != nil {
			b.Fatal(err)
		}
		b.begin("5")
		b.finds(dedupe.InFlight, "1", "4", "5")
	})
}

// expectFull expects an error for whatever is new, and for nothing else.
func (b *bounded) expectFull() {
	b.Helper()
	if _, err := b.store.Begin(b.Context(), claim("too much")); !errors.Is(err, errFull) {
		b.Errorf("Begin: %v, want %v", err, errFull)
	}
	if err := b.store.Accept(b.Context(), claim("too much")); !errors.Is(err, errFull) {
		b.Errorf("Accept: %v, want %v", err, errFull)
	}
}

func TestAbandonedClaimsMakeRoom(t *testing.T) {
	withRoomFor(t, 2, func(b *bounded) {
		b.begin("1", "2")
		b.expectFull()
		time.Sleep(lease + time.Second)
		b.begin("3", "4")
		b.finds(dedupe.InFlight, "3", "4")
		b.expectFull()
	})
}

func TestExpiredRecordsAreDropped(t *testing.T) {
	withRoomFor(t, 100, func(b *bounded) {
		for hour := range 50 {
			for i := range 10 {
				b.accept(fmt.Sprint(hour, "-", i))
			}
			if kept := len(b.store.facts); kept != 10 || b.store.accepted.Len() != kept {
				b.Fatalf("hour %d: %d facts, %d records, want 10 of each", hour, kept, b.store.accepted.Len())
			}
			time.Sleep(keep + time.Second)
		}
		if n := b.logs.Len(); n != 0 {
			b.Errorf("%d lines were logged: the store has never been full", n)
		}
	})
}

func TestReleasedClaimsAreDropped(t *testing.T) {
	withRoomFor(t, 2, func(b *bounded) {
		for i := range 10 {
			fact := fmt.Sprint(i)
			b.begin(fact)
			if err := b.store.Release(b.Context(), claim(fact)); err != nil {
				b.Fatal(err)
			}
		}
		if n := len(b.store.facts); n != 0 {
			b.Errorf("%d facts are left", n)
		}
	})
}
