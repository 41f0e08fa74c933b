package simulation

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// scenario is what the app and the edge go through while WeChat Pay notifies.
type scenario struct {
	name      string
	behave    behaviour
	meanwhile func(*edge, *rand.Rand, <-chan struct{}) // until the channel is closed
	promises  promises
	statuses  []int  // all of which must occur, or the scenario shows nothing
	store     string // the only one that it concerns
}

// factsPerRun is how many payments each scenario has with each store.
const factsPerRun = 80

// play runs the scenario and holds the edge to its promises.
func (s scenario) play(t *testing.T, store string) {
	seed, dir := newSeed(t), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		shop := &app{t: t, facts: make(map[string]*fact), behave: s.behave, began: began}
		e := start(t, dir, store, "", shop)
		random := rand.New(rand.NewPCG(seed, 0))
		done, ended := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			if s.meanwhile != nil {
				s.meanwhile(e, random, done)
			}
		}()
		var all sync.WaitGroup
		for i := range factsPerRun {
			paid := began.Add(time.Duration(i/2) * 43 * time.Second) // two at once
			f := newFact(seed, i, paid)
			shop.facts[f.order] = f
		}
		for _, f := range shop.facts {
			all.Go(func() {
				time.Sleep(time.Until(f.paid))
				e.notify(f)
			})
		}
		all.Wait()
		close(done)
		<-ended
		e.stop()
		s.judge(t, e, shop, seed)
	})
}

func (s scenario) judge(t *testing.T, e *edge, shop *app, seed uint64) {
	seen, wrong := make(map[int]int), 0
	for _, f := range shop.facts {
		for _, d := range f.sent {
			seen[d.answer.status()]++
		}
		if faults := s.promises.broken(f, e.crashes); faults != nil {
			if wrong++; wrong <= 3 {
				t.Errorf("WECHATPAY_TEST_SEED=%d, %s: %q%s", seed, f.order, faults, f.story(shop.began))
			}
		}
	}
	if wrong > 3 {
		t.Errorf("%d of %d payments are wrong", wrong, len(shop.facts))
	}
	for _, status := range s.statuses {
		if seen[status] == 0 {
			t.Errorf("WECHATPAY_TEST_SEED=%d: no answer had status %d, but %v", seed, status, seen)
		}
	}
	for status := range seen {
		if !slices.Contains(s.statuses, status) {
			t.Errorf("WECHATPAY_TEST_SEED=%d: an answer had status %d, none of %v", seed, status, s.statuses)
		}
	}
}

// newSeed is to be called outside of the simulation, where time is always the same.
func newSeed(t testing.TB) uint64 {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("WECHATPAY_TEST_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("WECHATPAY_TEST_SEED=%d", seed)
	return seed
}
