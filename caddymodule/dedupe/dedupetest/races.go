package dedupetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// raceRules are about deliveries at the same time.
var raceRules = []rule{
	{"one of many gets the claim", oneOfMany},
	{"claims never overlap, and a fact is accepted once", neverTwice},
	{"different facts do not wait for each other", manyFacts},
}

// together runs call many times at once, and reports all errors. The first one ends the
// context of all.
func (s *subject) together(times int, call func(ctx context.Context, i int) error) {
	s.Helper()
	ctx, cancel := s.context()
	defer cancel()
	var all sync.WaitGroup
	start, errs := make(chan struct{}), make([]error, times)
	for i := range times {
		all.Go(func() {
			<-start
			if errs[i] = call(ctx, i); errs[i] != nil {
				cancel()
			}
		})
	}
	close(start)
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		s.Fatal(err)
	}
}

func oneOfMany(s *subject) {
	const deliveries = 50
	for round := range 12 {
		name := fmt.Sprint("order", round)
		claims := make([]dedupe.Claim, deliveries)
		for i := range claims {
			claims[i] = s.claim(name)
		}
		begin := func() (states [deliveries]dedupe.State) {
			s.Helper()
			s.together(deliveries, func(ctx context.Context, i int) (err error) {
				states[i], err = s.store.Begin(ctx, claims[i])
				return err
			})
			return states
		}
		winner := s.onlyClaimed(begin())
		if round%2 == 0 {
			s.releases(claims[winner])
			winner = s.onlyClaimed(begin())
		}
		s.accepts(claims[winner], nil)
		for _, state := range begin() {
			if state != dedupe.Accepted {
				s.Fatalf("Begin after Accept: %s, want accepted", nameOf(state))
			}
		}
	}
}

// onlyClaimed returns which of the states is claimed. All others must be in flight.
func (s *subject) onlyClaimed(states [50]dedupe.State) int {
	s.Helper()
	winner := -1
	for i, state := range states {
		switch {
		case state == dedupe.Claimed && winner < 0:
			winner = i
		case state != dedupe.InFlight:
			s.Fatalf("one of many finds: %s, want one claimed and the others in flight", nameOf(state))
		}
	}
	if winner < 0 {
		s.Fatal("nobody has the claim")
	}
	return winner
}

// neverTwice has deliveries come again, as WeChat Pay's do, until they find the fact
// accepted. Two calls of the upstream in three fail.
func neverTwice(s *subject) {
	const facts, deliveries = 4, 6
	var upstream [facts]struct{ calling, accepted atomic.Int32 }
	s.together(facts*deliveries, func(ctx context.Context, i int) error {
		fact := &upstream[i%facts]
		for ctx.Err() == nil {
			claim := s.claim(fmt.Sprint("order", i%facts))
			state, err := s.store.Begin(ctx, claim)
			switch {
			case err != nil:
				return err
			case state == dedupe.Accepted:
				return nil
			case state == dedupe.InFlight:
				runtime.Gosched()
				continue
			case fact.calling.Add(1) > 1:
				return errors.New("two deliveries have the claim")
			}
			if fact.accepted.Load() > 0 {
				return errors.New("what is accepted was claimed again")
			}
			said := rand.IntN(3) == 0 // #nosec G404 -- any will do
			if said {
				fact.accepted.Add(1)
			}
			fact.calling.Add(-1)
			settle := s.store.Release
			if said {
				settle = s.store.Accept
			}
			if err := settle(ctx, claim); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
	for i := range upstream {
		if times := upstream[i].accepted.Load(); times != 1 {
			s.Errorf("fact %d was accepted %d times, want once", i, times)
		}
	}
}

func manyFacts(s *subject) {
	s.together(100, func(ctx context.Context, i int) error {
		first, second := s.claim(fmt.Sprint("order", i)), s.claim(fmt.Sprint("order", i))
		if state, err := s.store.Begin(ctx, first); err != nil || state != dedupe.Claimed {
			return errors.Join(fmt.Errorf("fact %d: Begin: %s, want claimed", i, nameOf(state)), err)
		}
		if err := s.store.Accept(ctx, first); err != nil {
			return fmt.Errorf("fact %d: Accept: %w", i, err)
		}
		if state, err := s.store.Begin(ctx, second); err != nil || state != dedupe.Accepted {
			return errors.Join(fmt.Errorf("fact %d: Begin: %s, want accepted", i, nameOf(state)), err)
		}
		return nil
	})
}
