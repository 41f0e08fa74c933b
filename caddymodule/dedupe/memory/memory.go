// Package memory keeps the record of accepted notifications in the memory of the
// process, for tests and throwaway set-ups.
package memory

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// errFull is returned when the upstream is working on as many notifications as there is
// room for.
var errFull = errors.New("max_records notifications are in flight already")

// store is bounded: where it is full, the record that was accepted first goes.
type store struct {
	logger *zap.Logger

	mutex    sync.Mutex
	max      int
	facts    map[string]*fact
	accepted list.List // of *fact, in the order in which they were accepted
	warned   bool
}

// fact is in flight, or accepted and then a member of the list.
type fact struct {
	id      string
	owner   string
	content dedupe.Content
	expires time.Time
	record  *list.Element
}

func newStore(maxRecords int, logger *zap.Logger) *store {
	return &store{logger: logger, max: maxRecords, facts: make(map[string]*fact)}
}

// Begin implements [dedupe.Store].
func (s *store) Begin(_ context.Context, claim dedupe.Claim) (dedupe.State, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := time.Now()
	switch known := s.lookup(claim.ID, now); {
	case known == nil:
		if !s.makeRoom(now) {
			return 0, errFull
		}
		s.facts[claim.ID] = &fact{id: claim.ID, owner: claim.Owner, expires: now.Add(claim.Lease)}
	case known.record != nil && known.content == claim.Content:
		return dedupe.Accepted, nil
	case known.record != nil:
		return dedupe.Conflict, nil
	case known.owner != claim.Owner:
		return dedupe.InFlight, nil
	default:
		known.expires = now.Add(claim.Lease)
	}
	return dedupe.Claimed, nil
}

// Accept implements [dedupe.Store].
func (s *store) Accept(_ context.Context, claim dedupe.Claim) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := time.Now()
	switch known := s.lookup(claim.ID, now); {
	case known == nil:
		if !s.makeRoom(now) {
			return errFull
		}
	case known.record != nil && known.content == claim.Content:
		return nil
	case known.record != nil, known.owner != claim.Owner:
		return dedupe.ErrLost
	}
	accepted := &fact{id: claim.ID, content: claim.Content, expires: now.Add(claim.Keep)}
	accepted.record = s.accepted.PushBack(accepted)
	s.facts[claim.ID] = accepted
	return nil
}

// Release implements [dedupe.Store].
func (s *store) Release(_ context.Context, claim dedupe.Claim) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if known := s.facts[claim.ID]; known != nil && known.record == nil && known.owner == claim.Owner {
		s.forget(known)
	}
	return nil
}

// Check implements [dedupe.Store].
func (*store) Check(context.Context) error { return nil }

// Close implements [dedupe.Store].
func (*store) Close() error { return nil }

// lookup returns what is known of the fact, unless that has expired.
func (s *store) lookup(id string, now time.Time) *fact {
	known := s.facts[id]
	if known != nil && now.After(known.expires) {
		s.forget(known)
		return nil
	}
	return known
}

// makeRoom reports whether there is room for one more fact.
func (s *store) makeRoom(now time.Time) bool {
	s.forgetExpired(now)
	for len(s.facts) >= s.max {
		oldest := s.accepted.Front()
		if oldest == nil {
			return s.forgetAbandoned(now)
		}
		if !s.warned {
			s.warned = true
			s.logger.Warn("the memory store is full; the oldest records go, and what they stood for would reach the upstream again",
				zap.Int("max_records", s.max))
		}
		s.forget(oldest.Value.(*fact))
	}
	return true
}

// forgetExpired drops expired records from the front of the list. It takes little time:
// there are hardly ever more of them than have been added since.
func (s *store) forgetExpired(now time.Time) {
	for first := s.accepted.Front(); first != nil; first = s.accepted.Front() {
		oldest := first.Value.(*fact)
		if !now.After(oldest.expires) {
			return
		}
		s.forget(oldest)
	}
}

// forgetAbandoned drops claims whose lease has run out, and reports whether there were
// any. It looks at all of them, which happens only when nothing but claims is left.
func (s *store) forgetAbandoned(now time.Time) bool {
	for _, known := range s.facts {
		if now.After(known.expires) {
			s.forget(known)
		}
	}
	return len(s.facts) < s.max
}

func (s *store) forget(known *fact) {
	delete(s.facts, known.id)
	if known.record != nil {
		s.accepted.Remove(known.record)
	}
}

var _ dedupe.Store = (*store)(nil)
