package integration

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/caddyserver/caddy/v2"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

func recordsSurviveReload(t *testing.T, store string) {
	e := start(t, gate(store)+proxy)
	fields := wechatpaytest.Payment(mchID)
	wantDelivery(t, e, sign(fields), yes, 1)
	for i, site := range []string{
		gate(store, "max_age 47h") + proxy,
		gate(store+" {\n\t\ttimeout 3s\n\t}", "accept status") + php,
		"encode gzip\n" + gate(store, "upstream_timeout 7s") + proxy,
	} {
		reloaded(t, e, site)
		wantDelivery(t, e, sign(fields), duplicate, 0)
		wantDelivery(t, e, sign(fields.With("total_fee", "2")), conflict, 0)
		wantDelivery(t, e, payment(), yes, 1)
		if err := e.tryReload(gate(store) + "unknown_directive\n"); err == nil {
			t.Fatalf("configuration %d: a broken one loads", i)
		}
		wantDelivery(t, e, sign(fields), duplicate, 0)
	}
}

// What the old configuration began with, the new one knows of.
func flightSurvivesReload(t *testing.T, store string) {
	for name, next := range upstreams {
		t.Run(name, func(t *testing.T) {
			e := start(t, gate(store)+next)
			arrived, letGo := held(t, e, noContent)
			body := payment()
			first := posted(t, e, body)
			wantArrival(t, arrived)
			for range 2 {
				reloaded(t, e, gate(store, "max_age 47h")+next)
				wantDelivery(t, e, body, inFlight, 0)
			}
			letGo()
			wantAck(t, <-first, 200, successXML)
			wantDelivery(t, e, body, duplicate, 0)
		})
	}
}

func handlersShare(t *testing.T, store string) {
	e := start(t, "handle /a {\n"+gate(store)+proxy+"}\nhandle /b {\n"+gate(store, "upstream_timeout 7s")+php+"}\n")
	shared(t, e, withTarget("/a"), withTarget("/b"))
}

func sitesShare(t *testing.T, store string) {
	e := start(t, gate(store)+proxy+"}\nhttp://b.example {\n"+gate(store)+php)
	shared(t, e, withHost("a.example"), withHost("b.example"))
}

// shared demands that of what comes in two ways each knows what came in the other.
func shared(t *testing.T, e *edge, ways ...change) {
	t.Helper()
	for i, one := range ways {
		other := ways[1-i]
		body := payment()
		wantAck(t, e.post(body, one), 200, successXML)
		e.upstream.one(t)
		wantAck(t, e.post(body, other), 200, successXML)
		wantCalls(t, e, 0)
	}
}

// Each file has its own records, and going back to it finds them again.
func TestChangeOfFiles(t *testing.T) {
	one, other := gate("dedupe file "+newFile(t))+proxy, gate("dedupe file "+newFile(t))+proxy
	e := start(t, one)
	body := payment()
	wantDelivery(t, e, body, yes, 1)
	reloaded(t, e, other)
	wantDelivery(t, e, body, yes, 1)
	for range 3 {
		reloaded(t, e, one)
		wantDelivery(t, e, body, duplicate, 0)
		reloaded(t, e, other)
		wantDelivery(t, e, body, duplicate, 0)
	}
}

// Two ways to write a path name the same file.
func TestPathsOfTheSameFile(t *testing.T) {
	path := newFile(t)
	t.Setenv("DIRECTORY", filepath.Dir(path))
	t.Chdir(filepath.Dir(path))
	var site string
	for i, written := range []string{path, "{env.DIRECTORY}/dedupe.db", "./x/../dedupe.db", "dedupe.db"} {
		site += fmt.Sprintf("handle /%d {\n%s%s}\n", i, gate("dedupe file "+written), proxy)
	}
	e := start(t, site)
	for i := range 3 {
		shared(t, e, withTarget(fmt.Sprint("/", i)), withTarget(fmt.Sprint("/", i+1)))
	}
}

// The handler goes while the app is at work, and comes back: whether the app has
// answered by then or not, it is not called again.
func TestHandlerGoesAndComesBack(t *testing.T) {
	for rule, answeredBefore := range map[string]bool{"after the answer": true, "before the answer": false} {
		t.Run(rule, func(t *testing.T) {
			site := gate("dedupe file "+newFile(t)) + proxy
			e := start(t, site)
			arrived, letGo := held(t, e, noContent)
			body := payment()
			first := posted(t, e, body)
			wantArrival(t, arrived)
			reloaded(t, e, "respond 404\n")
			if answeredBefore {
				letGo()
				wantAck(t, <-first, 200, successXML)
				reloaded(t, e, site)
			} else {
				reloaded(t, e, site)
				wantDelivery(t, e, body, inFlight, 0)
				letGo()
				wantAck(t, <-first, 200, successXML)
			}
			wantDelivery(t, e, body, duplicate, 0)
		})
	}
}

// So it is when Caddy stops and starts.
func TestStopWhileTheUpstreamIsAtWork(t *testing.T) {
	for rule, answeredBefore := range map[string]bool{"the answer comes before the start": true, "the answer comes after the start": false} {
		t.Run(rule, func(t *testing.T) {
			site := gate("dedupe file "+newFile(t)) + proxy
			e := start(t, site)
			arrived, letGo := held(t, e, noContent)
			body := payment()
			first := posted(t, e, body)
			wantArrival(t, arrived)
			if err := caddy.Stop(); err != nil {
				t.Fatal(err)
			}
			if answeredBefore {
				letGo()
				wantAck(t, <-first, 200, successXML)
			}
			reloaded(t, e, site)
			if !answeredBefore {
				wantDelivery(t, e, body, inFlight, 0)
				letGo()
				wantAck(t, <-first, 200, successXML)
			}
			wantDelivery(t, e, body, duplicate, 0)
		})
	}
}

// Deliveries that go on under many reloads, from one file to another and back, are
// recorded in the file that they began with.
func TestReloadsUnderWay(t *testing.T) {
	files := []string{"dedupe file " + newFile(t), "dedupe file " + newFile(t)}
	e := start(t, gate(files[0])+proxy)
	arrived, letGo := held(t, e, noContent)
	bodies, firsts := []string{}, []<-chan answer{}
	for i := range 6 {
		reloaded(t, e, gate(files[i%2])+proxy)
		bodies = append(bodies, payment())
		firsts = append(firsts, posted(t, e, bodies[i]))
		wantArrival(t, arrived)
	}
	letGo()
	for _, first := range firsts {
		wantAck(t, <-first, 200, successXML)
	}
	for i, file := range files {
		reloaded(t, e, gate(file)+proxy)
		for j, body := range bodies {
			if j%2 == i {
				wantDelivery(t, e, body, duplicate, 0)
			} else {
				wantDelivery(t, e, body, yes, 1)
			}
		}
	}
}
