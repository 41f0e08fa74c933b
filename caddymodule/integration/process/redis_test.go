package process

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

func TestRedis(t *testing.T) {
	t.Parallel()
	program := redisProgram(t)
	for name, test := range map[string]func(*testing.T, *redis){
		"an edge is killed under load":                        redisKillRounds,
		"the lease of a killed edge":                          redisLease,
		"copies to two edges":                                 redisCopies,
		"Redis is killed":                                     redisKilled,
		"Redis is killed while the shop is at work":           redisKilledMeanwhile,
		"Redis does not answer":                               redisStopped,
		"Redis does not answer while the shop is at work":     redisStoppedMeanwhile,
		"an edge is stopped while the shop is at work":        redisEdgeStopped,
		"an edge is reloaded under load, with Redis as store": redisReload,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, startRedis(t, program))
		})
	}
}

func redisKillRounds(t *testing.T, r *redis) {
	// The lease of what the killed edge was at is 6 s.
	killAndRestart(t, newEdge(t, newShop(t), "upstream_timeout 2s", r.option("3s")), 6)
}

func redisEdgeStopped(t *testing.T, r *redis) { stopWhileBusy(t, r.option("20s")) }

func redisReload(t *testing.T, r *redis) {
	reloadUnderLoad(t, 4, []string{r.option("20s")}, []string{"upstream_timeout 20s", r.option("25s")})
}

// newPair returns two edges before one shop, on one Redis.
func newPair(t *testing.T, options ...string) (a, b *edge) {
	t.Helper()
	s := newShop(t)
	a, b = newEdge(t, s, options...), newEdge(t, s, options...)
	a.start()
	b.start()
	return a, b
}

// Several copies to both edges at the same time are one call of the shop, and what one
// edge has recorded the other one knows.
func redisCopies(t *testing.T, r *redis) {
	a, b := newPair(t, r.option("20s"))
	a.shop.does(func(string) bool { time.Sleep(rand.N(30 * time.Millisecond)); return true })
	for range 30 {
		f := newFact()
		edges := []*edge{a, b, a, b, a, b}
		answers := make([]answer, len(edges))
		var copies sync.WaitGroup
		for i, e := range edges {
			copies.Go(func() { answers[i] = e.post(f) })
		}
		copies.Wait()
		if !slices.Contains(answers, success) {
			t.Errorf("no copy was acked: %v", answers)
		}
		for _, got := range answers {
			if got != success && got != inFlight {
				t.Errorf("got %v", got)
			}
		}
		a.want(success, f)
		b.want(success, f)
		a.shop.wantCalls(t, 1, f)
	}
}

// What a killed edge was at is in flight for the others until its lease runs out. Then
// it is their turn.
func redisLease(t *testing.T, r *redis) {
	const lease = 6 * time.Second // upstream_timeout, timeout, and a second
	a, b := newPair(t, "upstream_timeout 2s", r.option("3s"))
	begun, finish := a.shop.isBusy(t)
	f := newFact()
	claimed := time.Now() // or later
	go func() { _, _ = a.deliver(t.Context(), f) }()
	await(t, "the call of the shop", begun)
	a.kill()
	for {
		got := b.post(f)
		early := time.Since(claimed) < lease-50*time.Millisecond // clocks may differ a little
		switch {
		case got == inFlight && early:
			a.shop.wantCalls(t, 1, f)
		case early:
			t.Fatalf("got %v while the lease holds", got)
		case got == success:
			a.shop.wantCalls(t, 2, f)
			finish() // even now, which nobody learns of
			b.want(success, f)
			a.shop.wantCalls(t, 2, f)
			return
		case got != inFlight:
			t.Fatalf("got %v", got)
		case time.Since(claimed) > patience:
			t.Fatal("the lease does not end")
		}
		time.Sleep(50 * time.Millisecond)
	}
}
