package dedupe

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"
)

// ledgers are all that are in use, by the key of their source. Handlers of the same
// records share one, before and after a reload.
var ledgers = caddy.NewUsagePool()

// Acquire returns the ledger of source, which is to be given back with [Return]. A
// request holds on to it for itself: it may outlive the handler's configuration.
func Acquire(source Source, logger *zap.Logger) *Ledger {
	ledger, _, _ := ledgers.LoadOrNew(source.Key(), func() (caddy.Destructor, error) {
		return newLedger(source.NewStore(logger), logger), nil
	})
	return ledger.(*Ledger)
}

// Return gives back what [Acquire] returned. The last one closes the store.
func Return(source Source) error {
	_, err := ledgers.Delete(source.Key())
	return err
}

// Ledger is a Store together with what it could not be told yet: when the upstream has
// said yes while the store is down, the upstream must not be asked again once the store
// is back.
type Ledger struct {
	store  Store
	logger *zap.Logger

	mutex      sync.Mutex
	unrecorded map[string]Claim
	retrying   bool
	closing    chan struct{}
	retries    sync.WaitGroup
}

// maxUnrecorded is how many yeses may wait to be recorded before no further call of the
// upstream begins. A store that is down lets none begin anyway, but one whose disk is
// full can still be read. If the process ended, what waits would be lost.
const maxUnrecorded = 100

const (
	retryInterval = 250 * time.Millisecond
	retryTimeout  = 2 * time.Second
)

func newLedger(store Store, logger *zap.Logger) *Ledger {
	return &Ledger{
		store: store, logger: logger,
		unrecorded: make(map[string]Claim), closing: make(chan struct{}),
	}
}

// Begin claims the fact as [Store.Begin] does.
func (l *Ledger) Begin(ctx context.Context, claim Claim) (state State, err error) {
	if accepted, ok := l.unrecordedClaim(claim.ID); ok {
		if err := l.record(ctx, accepted); err != nil && !errors.Is(err, ErrLost) {
			return 0, fmt.Errorf("it is accepted, but that could not be recorded: %w", err)
		}
	}
	if l.isBehind() {
		return 0, errBehind
	}
	err = guard(func() error {
		state, err = l.store.Begin(ctx, claim)
		return err
	})
	return state, err
}

// Accept records the upstream's yes. Where that fails, it goes on trying.
func (l *Ledger) Accept(ctx context.Context, claim Claim) error {
	err := l.record(ctx, claim)
	if err != nil && !errors.Is(err, ErrLost) {
		l.keepTrying(claim)
	}
	return err
}

// Release gives the claim up.
func (l *Ledger) Release(ctx context.Context, claim Claim) error {
	return guard(func() error { return l.store.Release(ctx, claim) })
}

// Check reports whether the store can be used.
func (l *Ledger) Check(ctx context.Context) error {
	return guard(func() error { return l.store.Check(ctx) })
}

// Destruct closes the store, after a last attempt to tell it all.
func (l *Ledger) Destruct() error {
	close(l.closing)
	l.retries.Wait()
	l.retryAll()
	if left := len(l.unrecorded); left > 0 {
		l.logger.Error("the store is still out of reach: what the upstream has accepted will reach it again", zap.Int("notifications", left))
	}
	return guard(l.store.Close)
}

func (l *Ledger) record(ctx context.Context, claim Claim) error {
	err := guard(func() error { return l.store.Accept(ctx, claim) })
	if err == nil || errors.Is(err, ErrLost) {
		l.forget(claim)
	}
	return err
}

// forget drops the claim, but not that of another owner who came later.
func (l *Ledger) forget(claim Claim) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.unrecorded[claim.ID].Owner == claim.Owner {
		delete(l.unrecorded, claim.ID)
	}
}

var errBehind = errors.New("much that the upstream has accepted could not be recorded yet")

func (l *Ledger) isBehind() bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return len(l.unrecorded) >= maxUnrecorded
}

func (l *Ledger) unrecordedClaim(id string) (Claim, bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	claim, ok := l.unrecorded[id]
	return claim, ok
}

func (l *Ledger) keepTrying(claim Claim) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.unrecorded[claim.ID] = claim
	if !l.retrying {
		l.retrying = true
		l.retries.Go(l.retryUntilDone)
	}
}

// retryUntilDone does not wait for the next delivery: with several edges on one store,
// that may come to another edge, which knows nothing of the yes.
func (l *Ledger) retryUntilDone() {
	ticker := time.NewTicker(retryInterval)
	defer ticker.Stop()
	for {
		select {
		case <-l.closing:
			return
		case <-ticker.C:
		}
		if l.isClosing() || l.retryAll() { // of two cases that are ready, select takes any
			return
		}
	}
}

func (l *Ledger) isClosing() bool {
	select {
	case <-l.closing:
		return true
	default:
		return false
	}
}

// retryAll reports whether nothing is left to do. While the store is down, it tries no
// more than the first.
func (l *Ledger) retryAll() bool {
	for {
		l.mutex.Lock()
		var next *Claim
		for _, claim := range l.unrecorded {
			next = &claim
			break
		}
		if next == nil {
			l.retrying = false
			l.mutex.Unlock()
			return true
		}
		l.mutex.Unlock()

		ctx, cancel := context.WithTimeout(context.Background(), retryTimeout)
		err := l.record(ctx, *next)
		cancel()
		if err != nil && !errors.Is(err, ErrLost) {
			return false
		}
		l.logger.Info("the store is back: it is recorded now that the upstream has accepted the notification", zap.String("id", next.LoggedID))
	}
}

// guard turns a panic into an error: bbolt panics over a damaged file, and reading one
// that was cut off under its hands faults.
func guard(call func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("the store panicked: %v", value)
		}
	}()
	return call()
}
