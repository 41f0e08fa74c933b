package dedupetest_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe/dedupetest"
)

func TestSimpleStoreConforms(t *testing.T) {
	dedupetest.Run(t, func(*testing.T) dedupe.Store { return newSimple(noFlaw) })
}

// A play that takes every store for a good one would prove nothing.
func TestPlayFindsEveryFlaw(t *testing.T) {
	for flaw, name := range flaws {
		t.Run(name, func(t *testing.T) {
			found := 0
			for seed := range uint64(100) {
				synctest.Test(t, func(*testing.T) {
					if dedupetest.Play(newSimple(flaw), dedupetest.Script(seed), time.Sleep) != nil {
						found++
					}
				})
			}
			t.Logf("found in %d of 100 runs", found)
			if (found > 0) != (flaw != noFlaw) {
				t.Errorf("%d of 100 runs found something", found)
			}
		})
	}
}

type flaw int

const (
	noFlaw flaw = iota
	everybodyClaims
	anybodyAccepts
	anybodyReleases
	claimsLastForEver
	recordsLastForEver
	recordsEndWithTheLease
	releaseTouchesRecords
	acceptOverwrites
	contentIsIgnored
	acceptNeedsAClaim
	firstLeaseCounts
)

var flaws = map[flaw]string{
	noFlaw:                 "none",
	everybodyClaims:        "everybody gets the claim",
	anybodyAccepts:         "anybody may accept",
	anybodyReleases:        "anybody may release",
	claimsLastForEver:      "claims last for ever",
	recordsLastForEver:     "records last for ever",
	recordsEndWithTheLease: "records end with the lease",
	releaseTouchesRecords:  "release forgets what is accepted",
	acceptOverwrites:       "accept overwrites what is accepted",
	contentIsIgnored:       "the content is ignored",
	acceptNeedsAClaim:      "accept needs a claim",
	firstLeaseCounts:       "a claim made again keeps its first lease",
}

// simple is a store that has a flaw.
type simple struct {
	flaw  flaw
	mutex sync.Mutex
	facts map[string]entry
}

type entry struct {
	owner   string // of the claim; what is accepted has none
	content dedupe.Content
	expires time.Time
}

func newSimple(flaw flaw) *simple { return &simple{flaw: flaw, facts: make(map[string]entry)} }

func (s *simple) entry(id string) (entry, bool) {
	known, ok := s.facts[id]
	lastsForEver := known.owner == "" && s.flaw == recordsLastForEver ||
		known.owner != "" && s.flaw == claimsLastForEver
	if ok && !lastsForEver && time.Now().After(known.expires) {
		delete(s.facts, id)
		return entry{}, false
	}
	return known, ok
}

func (s *simple) Begin(_ context.Context, claim dedupe.Claim) (dedupe.State, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	known, ok := s.entry(claim.ID)
	switch {
	case ok && known.owner == "" && (known.content == claim.Content || s.flaw == contentIsIgnored):
		return dedupe.Accepted, nil
	case ok && known.owner == "":
		return dedupe.Conflict, nil
	case ok && known.owner != claim.Owner && s.flaw != everybodyClaims:
		return dedupe.InFlight, nil
	case ok && s.flaw == firstLeaseCounts:
		return dedupe.Claimed, nil
	}
	s.facts[claim.ID] = entry{owner: claim.Owner, expires: time.Now().Add(claim.Lease)}
	return dedupe.Claimed, nil
}

func (s *simple) Accept(_ context.Context, claim dedupe.Claim) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	known, ok := s.entry(claim.ID)
	switch {
	case !ok && s.flaw == acceptNeedsAClaim:
		return dedupe.ErrLost
	case ok && known.owner == "" && known.content == claim.Content:
		return nil
	case ok && known.owner == "" && s.flaw != acceptOverwrites:
		return dedupe.ErrLost
	case ok && known.owner != "" && known.owner != claim.Owner && s.flaw != anybodyAccepts:
		return dedupe.ErrLost
	}
	life := claim.Keep
	if s.flaw == recordsEndWithTheLease {
		life = claim.Lease
	}
	s.facts[claim.ID] = entry{content: claim.Content, expires: time.Now().Add(life)}
	return nil
}

func (s *simple) Release(_ context.Context, claim dedupe.Claim) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	known, ok := s.entry(claim.ID)
	recorded := ok && known.owner == ""
	switch {
	case recorded && s.flaw == releaseTouchesRecords,
		ok && !recorded && (known.owner == claim.Owner || s.flaw == anybodyReleases):
		delete(s.facts, claim.ID)
	}
	return nil
}

func (*simple) Check(context.Context) error { return nil }

func (*simple) Close() error { return nil }
