package process

import (
	"syscall"
	"testing"
	"time"
)

// While Redis is down, nothing is taken on. Once it is back, all is as before.
func redisKilled(t *testing.T, r *redis) {
	a, b := newPair(t, r.option("5s"))
	known, fresh := newFacts(1), newFacts(1)
	a.want(success, known...)
	r.kill()
	for _, e := range []*edge{a, b} {
		e.want(storeDown, known...)
		e.want(storeDown, fresh...)
	}
	a.shop.wantCalls(t, 1, known...)
	a.shop.wantCalls(t, 0, fresh...)

	r.start()
	for _, e := range []*edge{a, b} {
		e.wantInTheEnd(known, storeDown)
		e.wantInTheEnd(fresh, storeDown)
	}
	a.shop.wantCalls(t, 1, known...)
	a.shop.wantCalls(t, 1, fresh...)
}

// The shop has accepted, but Redis cannot be told, so WeChat Pay is not told either. The
// edge goes on trying: the next delivery may come to another one.
func redisKilledMeanwhile(t *testing.T, r *redis) {
	a, b := newPair(t, r.option("3s"))
	f := whileTheShopIsAtWork(t, a, r.kill)
	b.want(storeDown, f)
	r.start()
	b.wantInTheEnd([]*fact{f}, storeDown, inFlight)
	a.want(success, f)
	a.shop.wantCalls(t, 1, f)
}

// The same with a Redis that does not answer.
func redisStoppedMeanwhile(t *testing.T, r *redis) {
	a, b := newPair(t, r.option("3s"))
	f := whileTheShopIsAtWork(t, a, func() { r.signal(syscall.SIGSTOP) })
	r.signal(syscall.SIGCONT)
	b.wantInTheEnd([]*fact{f}, inFlight)
	a.want(success, f)
	a.shop.wantCalls(t, 1, f)
}

// whileTheShopIsAtWork delivers a fact, and has something happen to the store meanwhile.
func whileTheShopIsAtWork(t *testing.T, e *edge, happens func()) *fact {
	t.Helper()
	begun, finish := e.shop.isBusy(t)
	f := newFact()
	answered := make(chan answer, 1)
	go func() { answered <- e.post(f) }()
	await(t, "the call of the shop", begun)
	happens()
	finish()
	select {
	case got := <-answered:
		if got != storeDown {
			t.Fatalf("got %v for what could not be recorded", got)
		}
	case <-time.After(patience):
		t.Fatal("no answer")
	}
	e.shop.wantCalls(t, 1, f)
	return f
}

// A Redis that does not answer is waited for as long as timeout says, and no longer.
func redisStopped(t *testing.T, r *redis) {
	const short = time.Second
	s := newShop(t)
	a := newEdge(t, s, "upstream_timeout 2s", r.option(short.String()))
	b := newEdge(t, s, r.option("20s"))
	a.start()
	b.start()
	known := newFacts(1)
	b.want(success, known...)
	a.wantInTheEnd(known, storeDown)

	r.signal(syscall.SIGSTOP)
	patient := newFact()
	answered := make(chan answer, 1)
	go func() { answered <- b.post(patient) }()
	fresh := newFacts(1)
	asked := time.Now()
	a.want(storeDown, fresh...)
	if took := time.Since(asked); took < short {
		t.Errorf("a timeout of %v was over after %v", short, took)
	}
	a.want(storeDown, known...)
	select {
	case got := <-answered:
		t.Errorf("a timeout of 20s was over with the one of %v: %v", short, got)
	default:
	}
	s.wantCalls(t, 0, fresh[0], patient)

	r.signal(syscall.SIGCONT)
	select {
	case got := <-answered:
		if got != success {
			t.Errorf("got %v", got)
		}
	case <-time.After(patience):
		t.Fatal("no answer")
	}
	a.wantInTheEnd(known, storeDown)
	// Redis has read meanwhile that the fact is claimed, by nobody any more.
	a.wantInTheEnd(fresh, inFlight, storeDown)
	s.wantCalls(t, 1, known[0], fresh[0], patient)
}
