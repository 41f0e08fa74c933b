package dedupetest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// fact is what the model knows of a fact that is not absent.
type fact struct {
	accepted bool
	content  dedupe.Content // once accepted
	owner    string         // until then
	expires  time.Time
}

// model is the protocol.
type model map[string]fact

func (m model) begin(claim dedupe.Claim, now time.Time) dedupe.State {
	switch known := m.at(claim.ID, now); {
	case known.accepted && known.content == claim.Content:
		return dedupe.Accepted
	case known.accepted:
		return dedupe.Conflict
	case known.owner != "" && known.owner != claim.Owner:
		return dedupe.InFlight
	}
	m[claim.ID] = fact{owner: claim.Owner, expires: now.Add(claim.Lease)}
	return dedupe.Claimed
}

func (m model) accept(claim dedupe.Claim, now time.Time) error {
	switch known := m.at(claim.ID, now); {
	case known.accepted && known.content == claim.Content:
		return nil
	case known.accepted, known.owner != "" && known.owner != claim.Owner:
		return dedupe.ErrLost
	}
	m[claim.ID] = fact{accepted: true, content: claim.Content, expires: now.Add(claim.Keep)}
	return nil
}

func (m model) release(claim dedupe.Claim, now time.Time) {
	if known := m.at(claim.ID, now); known.owner == claim.Owner {
		delete(m, claim.ID)
	}
}

// at returns what is left of a fact at a time.
func (m model) at(id string, now time.Time) fact {
	known := m[id]
	if now.After(known.expires) {
		delete(m, id)
		return fact{}
	}
	return known
}

// In [Play], all waits are whole seconds, so that nothing expires at the very moment at
// which somebody looks.
const (
	lease = 10500 * time.Millisecond
	keep  = 40500 * time.Millisecond
)

var waits = [...]time.Duration{time.Second, 6 * time.Second, 11 * time.Second, 25 * time.Hour}

// What a move does is in its lower three bits.
var actions = [8]string{"begin", "begin", "begin", "accept", "release", "wait", "wait", "wait"}

// Script returns the moves of a random run for [Play]: the same for the same seed.
func Script(seed uint64) []byte {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	script := make([]byte, 200)
	_, _ = rand.NewChaCha8(key).Read(script) // never fails
	return script
}

// Play has four owners make a script's moves on two facts, and compares each answer of
// the store's with the model's. Its error lists all moves up to the wrong answer. wait
// lets time pass; it is called in a bubble of [testing/synctest], for the waits are long.
// If it is nil, no time passes.
func Play(store dedupe.Store, script []byte, wait func(time.Duration)) error {
	var moves strings.Builder
	expected, prefix := make(model), dedupe.NewOwner()
	for _, move := range script {
		action := actions[move&7]
		if action == "wait" {
			if wait != nil {
				fmt.Fprintf(&moves, "wait %v\n", waits[move>>3&3])
				wait(waits[move>>3&3])
			}
			continue
		}
		claim := dedupe.Claim{
			ID:    prefix + string('a'+rune(move>>3&1)),
			Owner: string('A' + rune(move>>4&3)),
			Lease: lease, Keep: keep,
		}
		if wait == nil { // in real time, for longer than any machine takes
			claim.Lease, claim.Keep = long, long
		}
		if move>>6 == 3 {
			claim.Content[0] = 1
		}
		got, want := answers(store, expected, action, claim)
		fmt.Fprintf(&moves, "%s of %s by %s with content %d: %s\n",
			action, claim.ID[len(prefix):], claim.Owner, claim.Content[0], got)
		if got != want {
			return fmt.Errorf("the model says: %s; the store's last answer is another:\n%s", want, moves.String())
		}
	}
	return nil
}

// answers makes one move.
func answers(store dedupe.Store, expected model, action string, claim dedupe.Claim) (got, want string) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	now := time.Now()
	switch action {
	case "begin":
		state, err := store.Begin(ctx, claim)
		if got = nameOf(state); err != nil {
			got = err.Error()
		}
		return got, nameOf(expected.begin(claim, now))
	case "accept":
		return describe(store.Accept(ctx, claim)), describe(expected.accept(claim, now))
	default:
		expected.release(claim, now)
		return describe(store.Release(ctx, claim)), describe(nil)
	}
}

func describe(err error) string {
	switch {
	case err == nil:
		return "done"
	case errors.Is(err, dedupe.ErrLost):
		return "lost"
	}
	return err.Error()
}
