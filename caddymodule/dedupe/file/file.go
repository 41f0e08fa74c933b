// Package file keeps the record of accepted notifications in one file, without any
// server. The file belongs to one process at a time. Claims are kept in its memory: when
// the process ends, nobody is left who could settle them.
package file

import (
	"context"
	"errors"
	"sync"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// store keeps its records in the file at path, which it opens when it is first used, and
// as often as it takes until that succeeds.
type store struct {
	path   string
	claims claims

	mutex   sync.Mutex
	records *records // nil until the file is open
}

func newStore(path string) *store { return &store{path: path, claims: newClaims()} }

// open returns the records in the file.
func (s *store) open() (*records, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.records != nil {
		return s.records, nil
	}
	opened, err := openRecords(s.path)
	if err != nil {
		return nil, err
	}
	s.records = opened
	return opened, nil
}

// Begin implements [dedupe.Store].
func (s *store) Begin(_ context.Context, claim dedupe.Claim) (dedupe.State, error) {
	records, err := s.open()
	if err != nil {
		return 0, err
	}
	if state, err := records.state(claim); err != nil || state != dedupe.Claimed {
		return state, err
	}
	if !s.claims.take(claim, claim.Lease) {
		return dedupe.InFlight, nil
	}
	// The claim before this one may have become a record since.
	state, err := records.state(claim)
	if err != nil || state != dedupe.Claimed {
		s.claims.drop(claim)
	}
	return state, err
}

// Accept implements [dedupe.Store].
func (s *store) Accept(ctx context.Context, claim dedupe.Claim) error {
	records, err := s.open()
	if err != nil {
		return err
	}
	// The lease may be about to run out. Nobody is to get the claim while it becomes a
	// record.
	if !s.claims.take(claim, maxCommitTime) {
		return dedupe.ErrLost
	}
	err = records.add(ctx, claim)
	if err == nil || errors.Is(err, dedupe.ErrLost) {
		s.claims.drop(claim)
	}
	return err
}

// Release implements [dedupe.Store].
func (s *store) Release(_ context.Context, claim dedupe.Claim) error {
	s.claims.drop(claim)
	return nil
}

// Check implements [dedupe.Store].
func (s *store) Check(context.Context) error {
	_, err := s.open()
	return err
}

// Close implements [dedupe.Store].
func (s *store) Close() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.records == nil {
		return nil
	}
	return s.records.close()
}

var _ dedupe.Store = (*store)(nil)
