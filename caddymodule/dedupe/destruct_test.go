package dedupe_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

func TestTheLastReturnRecordsWhatItCan(t *testing.T) {
	testLedger(t, func(l *ledgerTest) {
		for i := range 10 {
			c := l.claimed(fmt.Sprint("order", i))
			l.store.suffer(down)
			l.accepts(c, errDown)
			l.store.suffer(nil)
		}
		began := time.Now()
		if err := l.giveUp(); err != nil {
			l.Error(err)
		}
		if time.Since(began) > 0 {
			l.Errorf("it took %v, though the store is back", time.Since(began))
		}
		for i := range 10 {
			if !l.store.has(fmt.Sprint("order", i)) {
				l.Errorf("order %d is not recorded", i)
			}
		}
		if l.store.closed != 1 || l.logs.FilterLevelExact(zap.ErrorLevel).Len() != 0 {
			l.Errorf("closed %d times, logged %v", l.store.closed, l.logs.All())
		}
	})
}

func TestTheLastReturnTellsWhatIsLeft(t *testing.T) {
	testLedger(t, func(l *ledgerTest) {
		l.store.suffer(readOnly)
		for i := range 3 {
			l.accepts(l.claimed(fmt.Sprint("order", i)), errDown)
		}
		if err := l.giveUp(); err != nil || l.store.closed != 1 {
			l.Errorf("error %v, closed %d times", err, l.store.closed)
		}
		errs := l.logs.FilterLevelExact(zap.ErrorLevel).All()
		if len(errs) != 1 || errs[0].ContextMap()["notifications"] != int64(3) {
			l.Errorf("logged %v, want one error that counts three notifications", errs)
		}
	})
}

// A store that does not answer must not keep Caddy from ending.
func TestTheLastReturnDoesNotWaitForEver(t *testing.T) {
	testLedger(t, func(l *ledgerTest) {
		first := l.claimed("order")
		l.store.suffer(func(ctx context.Context, method string) error {
			if method == "Close" {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		})
		ctx, cancel := context.WithTimeout(l.Context(), time.Second)
		defer cancel()
		if err := l.ledger.Accept(ctx, first); !errors.Is(err, context.DeadlineExceeded) {
			l.Errorf("error %v", err)
		}
		time.Sleep(time.Minute)
		began := time.Now()
		if err := l.giveUp(); err != nil {
			l.Error(err)
		}
		if took := time.Since(began); took > 10*time.Second {
			l.Errorf("it took %v", took)
		}
	})
}

func TestPanicsOfAStoreAreErrors(t *testing.T) {
	panics := func(_ context.Context, method string) error { panic("broken " + method) }
	testLedger(t, func(l *ledgerTest) {
		first := l.claimed("order")
		l.store.suffer(panics)
		calls := map[string]func() error{
			"Begin":   func() error { _, err := l.ledger.Begin(l.Context(), claim("another")); return err },
			"Accept":  func() error { return l.ledger.Accept(l.Context(), first) },
			"Release": func() error { return l.ledger.Release(l.Context(), first) },
			"Check":   func() error { return l.ledger.Check(l.Context()) },
		}
		for method, call := range calls {
			if err := call(); err == nil || !strings.Contains(err.Error(), "the store panicked: broken "+method) {
				l.Errorf("%s: %v, want the panic as an error", method, err)
			}
		}
		time.Sleep(time.Minute) // attempts to record it panic too
		l.store.suffer(nil)
		time.Sleep(soon)
		l.finds("order", dedupe.Accepted)

		l.store.suffer(panics)
		if err := l.giveUp(); err == nil || !strings.Contains(err.Error(), "broken Close") {
			l.Errorf("Close: %v, want the panic as an error", err)
		}
	})
}
