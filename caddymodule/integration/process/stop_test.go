package process

import (
	"context"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Who stops Caddy in the middle of a call of the shop loses nothing, not even when WeChat
// Pay does not wait any more.
func TestStopWhileTheShopIsAtWork(t *testing.T) {
	t.Parallel()
	stopWhileBusy(t, fileStore(""))
}

func stopWhileBusy(t *testing.T, options ...string) {
	t.Helper()
	for name, hangUp := range map[string]bool{"WeChat Pay waits": false, "WeChat Pay has hung up": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEdge(t, newShop(t), options...)
			e.start()
			var finished atomic.Bool
			begun, finish := e.shop.isBusy(t)

			f := newFact()
			sender, cancel := context.WithCancel(t.Context())
			defer cancel()
			answered := make(chan answer, 1)
			go func() {
				got, _ := e.deliver(sender, f)
				answered <- got
			}()
			await(t, "the call of the shop", begun)
			want := success
			if hangUp {
				want = answer{}
				cancel()
			}
			time.AfterFunc(3*time.Second, func() { finished.Store(true); finish() })
			e.signal(syscall.SIGTERM)
			if status := e.wait(); status != 0 {
				t.Errorf("exit status %d after SIGTERM", status)
			}
			if !finished.Load() {
				t.Error("Caddy did not wait for the shop")
			}
			if got := <-answered; got != want {
				t.Errorf("got %v, want %v", got, want)
			}

			e.start()
			e.want(success, f)
			e.shop.wantCalls(t, 1, f)
		})
	}
}
