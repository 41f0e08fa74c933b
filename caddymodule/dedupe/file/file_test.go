package file

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe/dedupetest"
)

func TestFileConforms(t *testing.T) {
	dedupetest.Run(t, func(t *testing.T) dedupe.Store { return newStore(filepath.Join(t.TempDir(), "dedupe.db")) })
}

func TestFileAnswersAsTheModelDoes(t *testing.T) {
	for seed := range uint64(60) {
		synctest.Test(t, func(t *testing.T) {
			store := openTest(t, filepath.Join(t.TempDir(), "dedupe.db"))
			if err := dedupetest.Play(store, dedupetest.Script(seed), time.Sleep); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		})
	}
}

// patience is for what has to happen sooner or later.
const patience = 30 * time.Second

// openTest returns the store of a file, open until the test ends.
func openTest(t *testing.T, path string) *store {
	t.Helper()
	s := newStore(path)
	t.Cleanup(func() { closeTest(t, s) })
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// closeTest closes the store, once.
func closeTest(t *testing.T, s *store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	s.records = nil
}

// claim is that of a new delivery of a fact.
func claim(fact string) dedupe.Claim {
	return dedupe.Claim{ID: fact, Owner: dedupe.NewOwner(), Lease: time.Minute, Keep: 72 * time.Hour}
}

func keptFor(keep time.Duration, fact string) dedupe.Claim {
	c := claim(fact)
	c.Keep = keep
	return c
}

func accept(t *testing.T, s dedupe.Store, claims ...dedupe.Claim) {
	t.Helper()
	for _, c := range claims {
		if err := s.Accept(t.Context(), c); err != nil {
			t.Fatalf("accepting %s: %v", c.ID, err)
		}
	}
}

// acceptTogether accepts facts at the same time.
func acceptTogether(t *testing.T, s dedupe.Store, claims []dedupe.Claim) {
	t.Helper()
	errs := make(chan error)
	for _, c := range claims {
		go func() { errs <- s.Accept(context.Background(), c) }()
	}
	for range claims {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func expect(t *testing.T, s dedupe.Store, fact string, want dedupe.State) {
	t.Helper()
	if state, err := s.Begin(t.Context(), claim(fact)); err != nil || state != want {
		t.Errorf("%s: state %d, error %v, want state %d", fact, state, err, want)
	}
}

// view runs look in a transaction.
func view(t *testing.T, s *store, look func(*bbolt.Tx) error) {
	t.Helper()
	if err := s.records.db.View(look); err != nil {
		t.Fatal(err)
	}
}

// inBuckets returns how many records are in the bucket of each day.
func inBuckets(t *testing.T, s *store) map[string]int {
	t.Helper()
	counts := make(map[string]int)
	view(t, s, func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, day *bbolt.Bucket) error {
			counts[string(name)] = 0
			return day.ForEach(func(_, _ []byte) error {
				counts[string(name)]++
				return nil
			})
		})
	})
	return counts
}

// transactions returns how many have been written.
func transactions(t *testing.T, s *store) int {
	t.Helper()
	var id int
	view(t, s, func(tx *bbolt.Tx) error { id = tx.ID(); return nil })
	return id
}

func numbered(prefix string, count int, keep time.Duration) []dedupe.Claim {
	claims := make([]dedupe.Claim, count)
	for i := range claims {
		claims[i] = keptFor(keep, fmt.Sprintf("%s-%06d", prefix, i))
	}
	return claims
}
