package integration

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// atOnce runs do n times, at most width at a time.
func atOnce(n, width int, do func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range width {
		all.Go(func() {
			for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
				do(i)
			}
		})
	}
	all.Wait()
}

// Hundreds of deliveries at once, genuine and forged, do not get into each other's
// way: each genuine one arrives once, with its own content.
func TestManyAtOnce(t *testing.T) {
	e := start(t, gate()+proxy)
	e.logs.muted.Store(true)
	senders := []sender{e.over("HTTP/1.1").send, e.over("HTTP/2.0").send}
	const count = 900
	atOnce(count, 300, func(i int) {
		order, attach := fmt.Sprintf("ORDER-%d", i), strings.Repeat(fmt.Sprint(i, ","), 1+i%400)
		fields := wechatpaytest.Payment(mchID).With("out_trade_no", order).With("attach", attach)
		key, status, ack := apiKey, 200, successXML
		if i%3 == 0 {
			key, status, ack = someKey, 401, failXML(refused)
		}
		got, err := senders[i%2].try(fields.Sign(key, verifier.MD5))
		if err != nil || got.status != status || got.body != ack {
			t.Errorf("%s: %v %v, want %d", order, got, err, status)
		}
	})
	orders := map[string]int{}
	for _, call := range e.upstream.calls() {
		_, rest, _ := strings.Cut(call.body, `"out_trade_no":"`)
		order, _, _ := strings.Cut(rest, `"`)
		orders[order]++
		_, number, _ := strings.Cut(order, "-")
		if !strings.Contains(call.body, `"attach":"`+number+",") || strings.Count(call.body, order) != 2 {
			t.Errorf("%s got the content of another: %s", order, call.body)
		}
	}
	if len(orders) != count*2/3 {
		t.Errorf("%d orders arrived, want %d", len(orders), count*2/3)
	}
	for order, times := range orders {
		if times != 1 {
			t.Errorf("%s arrived %d times", order, times)
		}
	}
}

// A flood of forgeries leaves neither memory nor goroutines behind.
func TestFloodOfForgeries(t *testing.T) {
	e := start(t, gate()+proxy)
	e.logs.muted.Store(true)
	forged := wechatpaytest.Payment(mchID).Sign(someKey, verifier.MD5)
	many := "<xml>" + strings.Repeat("<a>", 1000)
	large := "<xml><attach>" + strings.Repeat("x", 60<<10) + "</attach></xml>"
	small := []string{forged, forged + "<a/>", many, "{}"}
	big := []string{large, strings.Repeat("<", 60<<10), "{" + strings.Repeat("[", 60<<10)}
	flood := func(n int) {
		atOnce(n, 64, func(i int) {
			body := small[i%len(small)]
			if i%10 == 0 {
				body = big[i/10%len(big)]
			}
			got, err := e.send.try(body)
			if err != nil || got.status != 401 && got.status != 400 {
				t.Errorf("%v %v, want a refusal", got, err)
			}
		})
	}
	flood(500) // pools and connections are filled
	settled, goroutines := settledHeap(), runtime.NumGoroutine()
	peak := watchMemory()
	flood(10_000)
	if grown := peak(); grown > 96<<20 {
		t.Errorf("during the flood the heap grew by %d MiB", grown>>20)
	}
	if after := settledHeap(); after > settled+8<<20 {
		t.Errorf("the flood left %d MiB behind", (after-settled)>>20)
	}
	eventually(t, "the flood left goroutines behind", func() bool { return runtime.NumGoroutine() <= goroutines+64 })
	if calls := e.upstream.calls(); len(calls) != 0 {
		t.Errorf("the upstream was called %d times", len(calls))
	}
}

// What is done with is forgotten at once, not when upstream_timeout has passed.
func TestNothingIsKept(t *testing.T) {
	e := start(t, gate("upstream_timeout 1h")+proxy)
	e.logs.muted.Store(true)
	deliver := func(n int) {
		atOnce(n, 16, func(int) {
			if got, err := e.send.try(payment()); err != nil || got.status != 200 {
				t.Errorf("%v %v, want 200", got, err)
			}
		})
		e.upstream.clear()
	}
	deliver(200)
	settled := settledHeap()
	deliver(3000)
	if after := settledHeap(); after > settled+4<<20 {
		t.Errorf("3000 deliveries left %d KiB behind", (after-settled)>>10)
	}
}

// A flood does not fill the log either: strangers decide how often a refusal is
// logged, so of many alike only some are.
func TestFloodIsSampledInTheLog(t *testing.T) {
	const count = 2000
	e := start(t, gate()+proxy)
	begin := time.Now()
	atOnce(count, 32, func(int) {
		if _, err := e.send.try("hello"); err != nil {
			t.Error(err)
		}
	})
	seconds := int(time.Since(begin).Seconds()) + 2
	eventually(t, "the access log is not complete", func() bool { return len(e.logs.of(accessLogger)) == count })
	if lines := len(e.logs.of(ownLogger)); lines < 100 || lines > 100*seconds+count/100 {
		t.Errorf("%d refusals in %d s make %d lines", count, seconds, lines)
	}
	wantAck(t, e.post(payment()), 200, successXML)
	wantFields(t, e.logs.one(t, ownLogger), map[string]any{"outcome": "accepted"})
}

// settledHeap returns how much memory is really in use.
func settledHeap() uint64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// watchMemory returns a func that tells by how much the memory in use has grown at
// most since.
func watchMemory() (peak func() uint64) {
	before, highest := settledHeap(), uint64(0)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
				highest = max(highest, settledHeap())
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-stopped
		return max(highest, before) - before
	}
}
