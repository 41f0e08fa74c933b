package dedupe_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

var errDown = errors.New("the store is down")

// fakeStore is a store that can be out of order. Its zero value knows nothing and works.
// Once something is in flight there, it is so until it is settled.
type fakeStore struct {
	mutex    sync.Mutex
	claims   map[string]string // owners by ID
	records  map[string]dedupe.Content
	accepts  int // how often Accept was called
	closed   int
	closeErr error

	// trouble, where set, is asked before anything else is done, and its error returned.
	trouble func(ctx context.Context, method string) error
}

// down is trouble for all methods.
func down(context.Context, string) error { return errDown }

// readOnly is the trouble of a disk that is full.
func readOnly(_ context.Context, method string) error {
	if method == "Accept" {
		return errDown
	}
	return nil
}

// enter is where each method begins. While trouble lasts, it waits without the lock.
func (f *fakeStore) enter(ctx context.Context, method string) error {
	f.mutex.Lock()
	if f.claims == nil {
		f.claims, f.records = make(map[string]string), make(map[string]dedupe.Content)
	}
	if method == "Accept" {
		f.accepts++
	}
	trouble := f.trouble
	f.mutex.Unlock()
	if trouble == nil {
		return nil
	}
	return trouble(ctx, method)
}

func (f *fakeStore) Begin(ctx context.Context, claim dedupe.Claim) (dedupe.State, error) {
	if err := f.enter(ctx, "Begin"); err != nil {
		return 0, err
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	content, recorded := f.records[claim.ID]
	owner, claimed := f.claims[claim.ID]
	switch {
	case recorded && content == claim.Content:
		return dedupe.Accepted, nil
	case recorded:
		return dedupe.Conflict, nil
	case claimed && owner != claim.Owner:
		return dedupe.InFlight, nil
	}
	f.claims[claim.ID] = claim.Owner
	return dedupe.Claimed, nil
}

func (f *fakeStore) Accept(ctx context.Context, claim dedupe.Claim) error {
	if err := f.enter(ctx, "Accept"); err != nil {
		return err
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	content, recorded := f.records[claim.ID]
	owner, claimed := f.claims[claim.ID]
	if recorded && content != claim.Content || !recorded && claimed && owner != claim.Owner {
		return dedupe.ErrLost
	}
	delete(f.claims, claim.ID)
	f.records[claim.ID] = claim.Content
	return nil
}

func (f *fakeStore) Release(ctx context.Context, claim dedupe.Claim) error {
	if err := f.enter(ctx, "Release"); err != nil {
		return err
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.claims[claim.ID] == claim.Owner {
		delete(f.claims, claim.ID)
	}
	return nil
}

func (f *fakeStore) Check(ctx context.Context) error { return f.enter(ctx, "Check") }

func (f *fakeStore) Close() error {
	if err := f.enter(context.Background(), "Close"); err != nil {
		return err
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.closed++
	return f.closeErr
}

func (f *fakeStore) suffer(trouble func(context.Context, string) error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.trouble = trouble
}

// has reports whether a fact is recorded.
func (f *fakeStore) has(id string) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	_, ok := f.records[id]
	return ok
}

// recorded returns how many facts are recorded.
func (f *fakeStore) recorded() int {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return len(f.records)
}

// tries returns how often Accept was called so far.
func (f *fakeStore) tries() int {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.accepts
}

// fakeSource is a source of fakeStores.
type fakeSource struct {
	dedupe.Options
	key    string
	mutex  sync.Mutex
	stores []*fakeStore
}

func (s *fakeSource) Key() string { return s.key }

func (s *fakeSource) NewStore(*zap.Logger) dedupe.Store {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	store := new(fakeStore)
	s.stores = append(s.stores, store)
	return store
}

// ledgerTest is a ledger over a fake store, in a bubble in which time passes at once.
type ledgerTest struct {
	*testing.T
	ledger *dedupe.Ledger
	store  *fakeStore
	logs   *observer.ObservedLogs
	giveUp func() error // returns the ledger; done in the end, unless it was before
}

func testLedger(t *testing.T, test func(l *ledgerTest)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zap.DebugLevel)
		source := &fakeSource{key: "fake " + dedupe.NewOwner()}
		l := &ledgerTest{T: t, ledger: dedupe.Acquire(source, zap.New(core)), store: source.stores[0], logs: logs}
		l.giveUp = sync.OnceValue(func() error { return dedupe.Return(source) })
		test(l)
		_ = l.giveUp()
	})
}

// claim is that of a new delivery of a fact.
func claim(fact string) dedupe.Claim {
	return dedupe.Claim{ID: fact, LoggedID: fact, Owner: dedupe.NewOwner()}
}

// claimed returns a claim that the store has given.
func (l *ledgerTest) claimed(fact string) dedupe.Claim {
	l.Helper()
	c := claim(fact)
	if state, err := l.ledger.Begin(l.Context(), c); err != nil || state != dedupe.Claimed {
		l.Fatalf("%s: state %d, error %v, want claimed", fact, state, err)
	}
	return c
}

func (l *ledgerTest) finds(fact string, want dedupe.State) {
	l.Helper()
	if state, err := l.ledger.Begin(l.Context(), claim(fact)); err != nil || state != want {
		l.Errorf("%s: state %d, error %v, want state %d", fact, state, err, want)
	}
}

// accepts expects Accept to return an error, or none.
func (l *ledgerTest) accepts(c dedupe.Claim, want error) {
	l.Helper()
	if err := l.ledger.Accept(l.Context(), c); !errors.Is(err, want) {
		l.Errorf("accepting %s: %v, want %v", c.ID, err, want)
	}
}
