// Package dedupetest tests whether a [dedupe.Store] keeps to the protocol. Whoever writes
// a store runs [Run] and [Play] in its tests.
package dedupetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// Run tests all rules of the protocol, in real time. Each rule gets a store from open,
// and closes it. The stores may share their records: no two rules use the same IDs.
func Run(t *testing.T, open func(*testing.T) dedupe.Store) {
	t.Helper()
	for _, rules := range [][]rule{stateRules, settlingRules, lifetimeRules, raceRules} {
		for _, rule := range rules {
			t.Run(rule.name, func(t *testing.T) {
				store := open(t)
				t.Cleanup(func() {
					if err := store.Close(); err != nil {
						t.Errorf("Close: %v", err)
					}
				})
				rule.test(&subject{T: t, store: store, prefix: dedupe.NewOwner() + ":"})
			})
		}
	}
}

type rule struct {
	name string
	test func(*subject)
}

const (
	// patience is for what has to happen sooner or later.
	patience = 30 * time.Second
	// long is the lease of a claim that must not run out while the test lasts.
	long = 10 * time.Minute
	// short is a lease, or the life of a record, whose end the test waits for. A slow
	// machine makes the wait longer, and no rule fails.
	short = 200 * time.Millisecond
)

// subject is the store under test.
type subject struct {
	*testing.T
	store  dedupe.Store
	prefix string
}

// claim is a new delivery's of the fact called name. All claims to a fact have the same
// content.
func (s *subject) claim(name string) dedupe.Claim {
	return dedupe.Claim{
		ID: s.prefix + name, Owner: dedupe.NewOwner(),
		Content: dedupe.Digest([]byte(name)), Lease: long, Keep: long,
	}
}

// lasting returns the claim with a lease.
func lasting(claim dedupe.Claim, lease time.Duration) dedupe.Claim {
	claim.Lease = lease
	return claim
}

// kept returns the claim with a time for which its record is kept.
func kept(claim dedupe.Claim, keep time.Duration) dedupe.Claim {
	claim.Keep = keep
	return claim
}

// altered returns the claim with another content.
func altered(claim dedupe.Claim) dedupe.Claim {
	claim.Content[0]++
	return claim
}

func (s *subject) context() (context.Context, context.CancelFunc) {
	return context.WithTimeout(s.Context(), patience)
}

// begin returns what the store finds.
func (s *subject) begin(claim dedupe.Claim) dedupe.State {
	s.Helper()
	ctx, cancel := s.context()
	defer cancel()
	state, err := s.store.Begin(ctx, claim)
	if err != nil {
		s.Fatalf("Begin: %v", err)
	}
	return state
}

// finds expects the store to find a state.
func (s *subject) finds(claim dedupe.Claim, want dedupe.State) {
	s.Helper()
	if state := s.begin(claim); state != want {
		s.Fatalf("Begin: %s, want %s", nameOf(state), nameOf(want))
	}
}

// accepts expects the store to answer Accept with an error, or with none.
func (s *subject) accepts(claim dedupe.Claim, want error) {
	s.Helper()
	ctx, cancel := s.context()
	defer cancel()
	if err := s.store.Accept(ctx, claim); !errors.Is(err, want) {
		s.Fatalf("Accept: %v, want %v", err, want)
	}
}

// releases expects the store to take a release, which it does whoever's the claim is.
func (s *subject) releases(claim dedupe.Claim) {
	s.Helper()
	ctx, cancel := s.context()
	defer cancel()
	if err := s.store.Release(ctx, claim); err != nil {
		s.Fatalf("Release: %v", err)
	}
}

func nameOf(state dedupe.State) string {
	switch state {
	case dedupe.Claimed:
		return "claimed"
	case dedupe.InFlight:
		return "in flight"
	case dedupe.Accepted:
		return "accepted"
	case dedupe.Conflict:
		return "conflict"
	}
	return "a state that does not exist"
}
