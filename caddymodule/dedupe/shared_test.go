package dedupe_test

import (
	"errors"
	"sync"
	"testing"

	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

func TestSourcesWithTheSameKeyShareAStore(t *testing.T) {
	one, same, other := &fakeSource{key: "shared"}, &fakeSource{key: "shared"}, &fakeSource{key: "not shared"}
	first, second, third := dedupe.Acquire(one, zap.NewNop()), dedupe.Acquire(same, zap.NewNop()), dedupe.Acquire(other, zap.NewNop())
	if first != second || len(one.stores) != 1 || len(same.stores) != 0 {
		t.Error("two sources with the same key have a store each")
	}
	if first == third || len(other.stores) != 1 {
		t.Error("a source with another key has the same store")
	}
	store := one.stores[0]
	if err := dedupe.Return(one); err != nil || store.closed != 0 {
		t.Errorf("error %v, closed %d times with one user left", err, store.closed)
	}
	if err := dedupe.Return(same); err != nil || store.closed != 1 {
		t.Errorf("error %v, closed %d times by the last return", err, store.closed)
	}
	if other.stores[0].closed != 0 {
		t.Error("that closed the other store too")
	}
	if again := dedupe.Acquire(same, zap.NewNop()); again == first || len(same.stores) != 1 {
		t.Error("a store that is closed is used again")
	}
	for _, source := range []dedupe.Source{same, other} {
		if err := dedupe.Return(source); err != nil {
			t.Error(err)
		}
	}
}

func TestAStoreIsNeverUsedOnceItIsClosed(t *testing.T) {
	source := &fakeSource{key: "in a hurry"}
	var users sync.WaitGroup
	for range 8 {
		users.Go(func() {
			for range 200 {
				ledger := dedupe.Acquire(source, zap.NewNop())
				if err := ledger.Check(t.Context()); err != nil {
					t.Error(err)
				}
				if err := dedupe.Return(source); err != nil {
					t.Error(err)
				}
			}
		})
	}
	users.Wait()
	for _, store := range source.stores {
		if store.closed != 1 {
			t.Fatalf("one of %d stores was closed %d times", len(source.stores), store.closed)
		}
	}
}

func TestErrorOfClosingIsReturned(t *testing.T) {
	testLedger(t, func(l *ledgerTest) {
		l.store.closeErr = errDown
		if err := l.giveUp(); !errors.Is(err, errDown) {
			t.Errorf("error %v, want the store's", err)
		}
	})
}

func TestEveryOwnerIsAnother(t *testing.T) {
	seen := make(map[string]bool)
	for range 1000 {
		owner := dedupe.NewOwner()
		if len(owner) < 20 || seen[owner] {
			t.Fatalf("owner %q", owner)
		}
		seen[owner] = true
	}
}

func TestDigestTellsContentsApart(t *testing.T) {
	seen := make(map[dedupe.Content]string)
	for _, text := range []string{"", "1 fen", "2 fen", "1 fen ", "1 FEN"} {
		digest := dedupe.Digest([]byte(text))
		if other, there := seen[digest]; there || digest == (dedupe.Content{}) {
			t.Errorf("the digest of %q is nothing, or that of %q", text, other)
		}
		seen[digest] = text
	}
	for digest, text := range seen {
		if dedupe.Digest([]byte(text)) != digest {
			t.Errorf("%q has two digests", text)
		}
	}
}
