package integration

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

func init() { caddy.RegisterModule(new(flakySource)) }

// flakySource is a store of somebody else's that gets into trouble when a test says so.
// Caddyfile: dedupe flaky <name>.
type flakySource struct {
	Name string `json:"name"`
	dedupe.Options
}

// CaddyModule returns the Caddy module information.
func (*flakySource) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.wechatpay.stores.flaky", New: func() caddy.Module { return new(flakySource) }}
}

// UnmarshalCaddyfile reads: flaky <name> { ... }.
func (s *flakySource) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next()
	if !d.Args(&s.Name) {
		return d.ArgErr()
	}
	return s.UnmarshalBlock(d, "flaky")
}

// Key implements dedupe.Source.
func (s *flakySource) Key() string { return "flaky " + s.Name }

// NewStore implements dedupe.Source. As a server would, it outlives its clients.
func (s *flakySource) NewStore(*zap.Logger) dedupe.Store {
	store, _ := flakyStores.Load(s.Name)
	return store.(*flakyStore)
}

var flakyStores sync.Map // by name

// flakyStore holds what is in flight and accepted, the former without any lease but its
// owner's release.
type flakyStore struct {
	mutex     sync.Mutex
	owners    map[string]string
	accepted  map[string]dedupe.Content
	calls     map[string]int
	before    trouble
	after     trouble
	over      chan struct{} // closed when the trouble is another
	inTrouble map[string]bool
}

// trouble is what a call meets with, until it is over.
type trouble func(ctx context.Context, over <-chan struct{}) error

var errFlaky = errors.New("the store is out of order")

func errs(context.Context, <-chan struct{}) error { return errFlaky }

func panics(context.Context, <-chan struct{}) error { panic("out of order") }

// hangs is a store that does not answer, as one behind a dead network.
func hangs(ctx context.Context, over <-chan struct{}) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-over:
		return errFlaky
	}
}

// newFlaky returns a store that works, and the option that uses it.
func newFlaky(t *testing.T) (store *flakyStore, option string) {
	store = &flakyStore{owners: map[string]string{}, accepted: map[string]dedupe.Content{}, calls: map[string]int{}, over: make(chan struct{})}
	flakyStores.Store(t.Name(), store)
	t.Cleanup(func() { flakyStores.Delete(t.Name()) })
	return store, "dedupe flaky \"" + t.Name() + "\" {\n\t\ttimeout 300ms\n\t}"
}

// works has all calls work from now on.
func (s *flakyStore) works() { s.troubles(nil, nil) }

// troubles has the named calls do something before their work and after it.
func (s *flakyStore) troubles(before, after trouble, calls ...string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	close(s.over)
	s.over = make(chan struct{})
	s.before, s.after, s.inTrouble = before, after, map[string]bool{}
	for _, call := range calls {
		s.inTrouble[call] = true
	}
}

func (s *flakyStore) count(call string) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.calls[call]
}

// do is one call, with its trouble around it.
func (s *flakyStore) do(ctx context.Context, call string, work func() error) error {
	s.mutex.Lock()
	s.calls[call]++
	before, after, over, inTrouble := s.before, s.after, s.over, s.inTrouble[call]
	s.mutex.Unlock()
	if inTrouble && before != nil {
		if err := before(ctx, over); err != nil {
			return err
		}
	}
	s.mutex.Lock()
	err := work()
	s.mutex.Unlock()
	if err == nil && inTrouble && after != nil {
		return after(ctx, over)
	}
	return err
}

// Begin implements dedupe.Store.
func (s *flakyStore) Begin(ctx context.Context, claim dedupe.Claim) (state dedupe.State, err error) {
	err = s.do(ctx, "begin", func() error {
		content, accepted := s.accepted[claim.ID]
		owner, inFlight := s.owners[claim.ID]
		switch {
		case accepted && content == claim.Content:
			state = dedupe.Accepted
		case accepted:
			state = dedupe.Conflict
		case inFlight && owner != claim.Owner:
			state = dedupe.InFlight
		default:
			s.owners[claim.ID] = claim.Owner
		}
		return nil
	})
	return state, err
}

// Accept implements dedupe.Store.
func (s *flakyStore) Accept(ctx context.Context, claim dedupe.Claim) error {
	return s.do(ctx, "accept", func() error {
		if owner, inFlight := s.owners[claim.ID]; inFlight && owner != claim.Owner {
			return dedupe.ErrLost
		}
		delete(s.owners, claim.ID)
		s.accepted[claim.ID] = claim.Content
		return nil
	})
}

// Release implements dedupe.Store.
func (s *flakyStore) Release(ctx context.Context, claim dedupe.Claim) error {
	return s.do(ctx, "release", func() error {
		if s.owners[claim.ID] == claim.Owner {
			delete(s.owners, claim.ID)
		}
		return nil
	})
}

// Check implements dedupe.Store.
func (s *flakyStore) Check(ctx context.Context) error {
	return s.do(ctx, "check", func() error { return nil })
}

// Close implements dedupe.Store.
func (s *flakyStore) Close() error { return nil }
