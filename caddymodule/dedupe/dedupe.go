// Package dedupe sees to it that a fact reaches the upstream once, however often WeChat
// Pay delivers it.
//
// A fact is absent, in flight, or accepted. [Store.Begin] claims an absent one for a
// single delivery; everybody else is told that it is in flight. [Store.Accept] turns the
// claim into a record that lasts, [Store.Release] makes the fact absent again. A claim
// has a lease: should its owner perish, the next delivery gets its turn. Whoever has lost
// a claim that way can no longer settle what has become another's.
package dedupe

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"time"
)

// State is what [Store.Begin] finds.
type State int

// The states of a fact, as the delivery sees them that asks.
const (
	// Claimed: the fact was absent, and the claim now has it.
	Claimed State = iota
	// InFlight: another delivery's claim has it.
	InFlight
	// Accepted: the upstream has accepted it, with the same content.
	Accepted
	// Conflict: the upstream has accepted it, with other content.
	Conflict
)

// Content is a digest of what every delivery of the same fact says alike.
type Content [16]byte

// Digest returns the Content of text.
func Digest(text []byte) Content {
	sum := sha256.Sum256(text)
	return Content(sum[:])
}

// Claim is one delivery's claim to a fact.
type Claim struct {
	// ID names the fact. LoggedID is what a log may call it, where ID is personal.
	ID, LoggedID string
	// Content is compared with that of the accepted record.
	Content Content
	// Owner tells this delivery from all others.
	Owner string
	// Lease is how long the claim holds. Keep is how long the record is kept once the
	// fact is accepted.
	Lease, Keep time.Duration
}

// NewOwner returns an owner unlike all others.
func NewOwner() string { return rand.Text() }

// ErrLost is returned by [Store.Accept] when the fact has become another owner's, or was
// accepted with other content.
var ErrLost = errors.New("the lease ran out, and another delivery has the claim")

// Store keeps the states of facts. Its methods may be called concurrently and mind the
// deadline of their context. Each may be repeated with the same claim, for one that
// returns an error may or may not have done its work.
type Store interface {
	// Begin claims the fact, unless it is in flight for another owner or accepted.
	Begin(ctx context.Context, claim Claim) (State, error)
	// Accept records that the upstream has accepted the fact. The record is as durable as
	// the store can make it when Accept returns nil. It needs no claim, as long as no
	// other owner has one.
	Accept(ctx context.Context, claim Claim) error
	// Release gives the claim up. It does nothing where the claim is lost already.
	Release(ctx context.Context, claim Claim) error
	// Check reports whether the store can be used, so that a mistake in its configuration
	// is seen before the first notification comes.
	Check(ctx context.Context) error
	// Close lets go of what the store holds. Nothing is called after it.
	Close() error
}
