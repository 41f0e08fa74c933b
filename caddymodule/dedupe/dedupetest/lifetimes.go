package dedupetest

import (
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// lifetimeRules are about the ends of leases and of records.
var lifetimeRules = []rule{
	{"a claim lasts as long as its lease", func(s *subject) {
		began := time.Now()
		s.finds(lasting(s.claim("order"), short), dedupe.Claimed)
		s.claimableAfter(began, short, s.claim("order"), dedupe.InFlight)
	}},
	{"a claim made again lasts a whole lease again", func(s *subject) {
		first := lasting(s.claim("order"), short)
		s.finds(first, dedupe.Claimed)
		time.Sleep(short / 2)
		began := time.Now()
		s.finds(first, dedupe.Claimed)
		s.claimableAfter(began, short, s.claim("order"), dedupe.InFlight)
	}},
	{"a record is kept as long as it is told", func(s *subject) {
		first, second := kept(s.claim("order"), short), altered(s.claim("order"))
		s.finds(first, dedupe.Claimed)
		began := time.Now()
		s.accepts(first, nil)
		s.claimableAfter(began, short, second, dedupe.Conflict)
		s.accepts(second, nil)
		s.finds(second, dedupe.Accepted)
	}},
	{"a record outlives the lease that it had", func(s *subject) {
		first := lasting(s.claim("order"), short)
		s.finds(first, dedupe.Claimed)
		s.accepts(first, nil)
		time.Sleep(2 * short)
		s.finds(s.claim("order"), dedupe.Accepted)
	}},
	{"accept after the lease is recorded while nobody else has a claim", func(s *subject) {
		first := lasting(s.claim("order"), short)
		s.finds(first, dedupe.Claimed)
		time.Sleep(2 * short)
		s.accepts(first, nil)
		s.finds(s.claim("order"), dedupe.Accepted)
	}},
	{"accept after the lease is recorded once the next one's has run out too", func(s *subject) {
		first := s.lost()
		time.Sleep(short)
		s.eventually("accepting", func() bool {
			ctx, cancel := s.context()
			defer cancel()
			return s.store.Accept(ctx, first) == nil
		})
		s.finds(s.claim("order"), dedupe.Accepted)
	}},
	{"who has lost a claim cannot accept what is another's", func(s *subject) {
		first, second := lasting(s.claim("order"), short), s.claim("order")
		s.finds(first, dedupe.Claimed)
		s.eventually("claiming", func() bool { return s.begin(second) == dedupe.Claimed })
		s.accepts(first, dedupe.ErrLost)
		s.finds(s.claim("order"), dedupe.InFlight)
		s.accepts(second, nil)
		s.finds(first, dedupe.Accepted)
	}},
	{"who has lost a claim cannot release what is another's", func(s *subject) {
		first, second := lasting(s.claim("order"), short), s.claim("order")
		s.finds(first, dedupe.Claimed)
		s.eventually("claiming", func() bool { return s.begin(second) == dedupe.Claimed })
		s.releases(first)
		s.finds(s.claim("order"), dedupe.InFlight)
		s.finds(first, dedupe.InFlight)
		s.accepts(second, nil)
		s.finds(first, dedupe.Accepted)
	}},
}

// lost returns a claim that has become another's, for a short time.
func (s *subject) lost() dedupe.Claim {
	first, second := lasting(s.claim("order"), short), lasting(s.claim("order"), short)
	s.finds(first, dedupe.Claimed)
	s.eventually("claiming", func() bool { return s.begin(second) == dedupe.Claimed })
	return first
}

// claimableAfter expects the store to let claim have the fact in the end, to find a
// state until then, and not to let go of it before its time.
func (s *subject) claimableAfter(began time.Time, lifetime time.Duration, claim dedupe.Claim, until dedupe.State) {
	s.Helper()
	s.eventually("claiming", func() bool {
		state := s.begin(claim)
		if state != dedupe.Claimed && state != until {
			s.Fatalf("Begin: %s, want %s until it can be claimed", nameOf(state), nameOf(until))
		}
		return state == dedupe.Claimed
	})
	// A store's own clock may tick in milliseconds.
	if took := time.Since(began); took < lifetime-10*time.Millisecond {
		s.Errorf("it could be claimed after %v, want %v", took, lifetime)
	}
}

func (s *subject) eventually(what string, done func() bool) {
	s.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(short / 20) {
		if time.Now().After(deadline) {
			s.Fatalf("%s has not worked for %v", what, patience)
		}
	}
}
