// Package fault plays forgeries and network faults against an edge, one by one and by their
// names, and tells whether each ended as it should.
//
// Whatever an edge lets through reaches its app as a payment of 1 fen for a made-up order
// number that begins with FAULT, unless other fields are given. Genuine and new are only
// those notifications whose description says so.
package fault

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
)

// Class is what a fault is about.
type Class string

// The classes. A control is no fault, but a genuine notification: a door that is always
// closed refuses every fault as well.
const (
	Control   Class = "control"
	Forgery   Class = "forgery"
	Malformed Class = "malformed"
	Replay    Class = "replay"
	Network   Class = "network"
)

// Fault is something that an edge has to stand.
type Fault struct {
	Name        string
	Class       Class
	Description string
	// Want are the statuses that mean that it ended as it should.
	Want []int

	needs needs
	play  playFunc
}

// playFunc leaves the names in the result to [Fault.Play].
type playFunc = func(context.Context, *stage) Result

// needs is what cannot be done without.
type needs uint8

const (
	nothing     needs = iota
	apiV2Key          // the right one, since the fault lies elsewhere
	hmacPinned        // a merchant who accepts HMAC-SHA256 alone
	platformKey       // and the APIv3 key
	either            // the keys of one API or the other
)

// All returns all faults in their order, which begins with the control.
func All() []Fault {
	return slices.Concat(controls, forgeries, refunds, v3Forgeries, malformed, requests, replays, network)
}

// Named returns the fault of a name.
func Named(name string) (Fault, bool) {
	all := All()
	i := slices.IndexFunc(all, func(f Fault) bool { return f.Name == name })
	if i < 0 {
		return Fault{}, false
	}
	return all[i], true
}

// Target is an edge, and what is known about it.
type Target struct {
	// Sender delivers to the edge, and its Issuer holds the keys that the edge is configured
	// with.
	Sender *sender.Sender
	// Fields are set in every notification: an edge with a list of appids, for one, accepts no
	// other.
	Fields []issuer.Field
	// Limit bounds each fault. Default: 15 s.
	Limit time.Duration
	// MaxBody is the largest body that the edge takes, in bytes. Default: 64 KiB.
	MaxBody int
	// Slow is how long a slow body takes. Default: 3 s.
	Slow time.Duration
}

// The defaults of a [Target].
const (
	defaultLimit   = 15 * time.Second
	defaultMaxBody = 64 << 10
	defaultSlow    = 3 * time.Second
)

// State is how a fault ended.
type State string

// The states.
const (
	Refused       State = "refused"           // as it should be
	Taken         State = "taken"             // likewise: it is genuine
	LetThrough    State = "let through"       // it is not
	Unexpected    State = "unexpected answer" // neither this nor that
	Failed        State = "error"             // it could not be played
	NotProven     State = "not proven"        // the app's own no leaves it open
	NotApplicable State = "not applicable"    // something is missing, such as a key
)

// Result is what has come of a fault.
type Result struct {
	Name  string
	Class Class
	Want  []int
	State State
	// Status and Code are those of the answer that decided: return_code of APIv2, code of
	// APIv3. Both are empty where there is none.
	Status int
	Code   string
	Took   time.Duration
	// Detail says in words what happened. It quotes what a stranger sent.
	Detail string
}

// OK reports whether it ended as it should.
func (r Result) OK() bool { return r.State == Refused || r.State == Taken }

// Bad reports whether it ended as it should not.
func (r Result) Bad() bool {
	return r.State == LetThrough || r.State == Unexpected || r.State == Failed
}

// Play plays the fault.
func (f Fault) Play(ctx context.Context, t Target) Result {
	t.Limit, t.MaxBody, t.Slow = cmp.Or(t.Limit, defaultLimit), cmp.Or(t.MaxBody, defaultMaxBody), cmp.Or(t.Slow, defaultSlow)
	ctx, cancel := context.WithTimeout(ctx, t.Limit)
	defer cancel()
	started := time.Now()
	var r Result
	if s, missing := newStage(f, t); missing != "" {
		r = Result{State: NotApplicable, Detail: missing}
	} else {
		r = f.play(ctx, s)
	}
	r.Name, r.Class, r.Want, r.Took = f.Name, f.Class, f.Want, time.Since(started)
	return r
}
