package inspector

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// journalFor returns an open one.
func journalFor(t *testing.T, keep int) *journal {
	t.Helper()
	var j journal
	h := new(Handler)
	j.enter(h, keep)
	t.Cleanup(func() { j.leave(h) })
	return &j
}

// factNo is a delivery of a fact of its own.
func factNo(n int) *Delivery {
	return payment(func(d *Delivery) { d.ID = fmt.Sprintf("transaction:1900000109:%d:SUCCESS", n) })
}

func forgery() *Delivery {
	return payment(refusedFor(verifier.BadSignature), func(d *Delivery) { d.Merchant, d.Kind, d.ID = unknown, unknown, "" })
}

func refusedOfMerchant() *Delivery {
	return payment(refusedFor(verifier.Stale), func(d *Delivery) { d.ID = "" })
}

// read returns everything that a page learns that begins now.
func read(t *testing.T, j *journal) (entries []*entry) {
	t.Helper()
	for seq := uint64(0); ; {
		n := j.since(seq)
		entries = append(entries, n.Deliveries...)
		if !n.More {
			return entries
		}
		if len(n.Deliveries) == 0 {
			t.Fatal("there is more, but nothing comes")
		}
		seq = n.Deliveries[len(n.Deliveries)-1].Seq
	}
}

func countLevels(entries []*entry) map[string]int {
	counts := make(map[string]int)
	for _, e := range entries {
		counts[e.Level]++
	}
	return counts
}

// The last deliveries are kept, and no more.
func TestJournalIsBounded(t *testing.T) {
	j := journalFor(t, 30)
	for n := range 500 {
		j.add(factNo(n))
	}
	entries := read(t, j)
	if len(entries) != 30 || entries[0].Seq != 471 || entries[29].Seq != 500 {
		t.Fatalf("kept are %d, from %d", len(entries), entries[0].Seq)
	}
}

// Nobody can push out what is genuine: neither who sends forgeries, nor who sends what he
// has captured.
func TestStrangersPushOutNothing(t *testing.T) {
	j := journalFor(t, 100)
	j.add(factNo(1))
	j.add(refusedOfMerchant())
	for range 1000 {
		j.add(forgery())
	}
	if got := countLevels(read(t, j)); got["fact"] != 1 || got["merchant"] != 1 || got["stranger"] != 25 {
		t.Fatalf("after forgeries there are %v", got)
	}
	for range 1000 {
		j.add(refusedOfMerchant())
	}
	if got := countLevels(read(t, j)); got["fact"] != 1 || got["merchant"] != 25 || got["stranger"] != 25 {
		t.Fatalf("after old notifications there are %v", got)
	}
	for range 1000 {
		j.add(factNo(2))
	}
	entries := read(t, j)
	if got := countLevels(entries); got["fact"] != 1+perFact {
		t.Fatalf("after the same notification again and again there are %v", got)
	}
	if last := entries[len(entries)-1]; last.Nth != 1000 {
		t.Errorf("the last one is counted as number %d", last.Nth)
	}
}

// Deliveries of one fact belong together, and say nothing about it.
func TestGroups(t *testing.T) {
	j := journalFor(t, 30)
	for _, d := range []*Delivery{factNo(1), factNo(2), factNo(1), forgery(), forgery()} {
		j.add(d)
	}
	e := read(t, j)
	if e[0].Group != e[2].Group || e[0].Group == e[1].Group || e[0].Group == "" || e[3].Group != "" || e[4].Group != "" {
		t.Errorf("the groups are %q, %q, %q, %q, %q", e[0].Group, e[1].Group, e[2].Group, e[3].Group, e[4].Group)
	}
	if e[0].Nth != 1 || e[1].Nth != 1 || e[2].Nth != 2 || e[4].Nth != 1 {
		t.Errorf("they are counted as %d, %d, %d, %d", e[0].Nth, e[1].Nth, e[2].Nth, e[4].Nth)
	}
	if other := read(t, withOne(t)); other[0].Group == e[0].Group {
		t.Error("the group of a fact can be found out without seeing it")
	}
}

func withOne(t *testing.T) *journal {
	t.Helper()
	j := journalFor(t, 30)
	j.add(factNo(1))
	return j
}

// A page that asks again gets what it has not seen, in pieces of a bounded size.
func TestNews(t *testing.T) {
	j := journalFor(t, 1000)
	for n := range 2*mostNews + 1 {
		j.add(factNo(n))
		j.add(forgery())
	}
	first := j.since(0)
	if len(first.Deliveries) != mostNews || !first.More {
		t.Fatalf("the first piece has %d, more: %t", len(first.Deliveries), first.More)
	}
	entries := read(t, j)
	if got := countLevels(entries); got["fact"] != 2*mostNews+1 || got["stranger"] != 2*mostNews+1 {
		t.Fatalf("there are %v", got)
	}
	for i, e := range entries[1:] {
		if e.Seq <= entries[i].Seq {
			t.Fatalf("%d comes after %d", e.Seq, entries[i].Seq)
		}
	}
	last := j.since(entries[len(entries)-1].Seq)
	if len(last.Deliveries) != 0 || last.More || last.Epoch != first.Epoch {
		t.Errorf("after all of it there is still %+v", last)
	}
	if beyond := j.since(1 << 60); len(beyond.Deliveries) != 0 {
		t.Error("something comes after what has not come yet")
	}
}

// Without an inspector nothing is kept, and the next one begins anew.
func TestJournalWithoutReaders(t *testing.T) {
	var j journal
	j.add(factNo(1))
	first, second := new(Handler), new(Handler)
	j.leave(first) // it never came
	j.enter(first, 30)
	j.add(factNo(2))
	before := j.since(0)
	j.enter(second, 60) // as a reload does
	j.leave(first)
	j.leave(first) // once more changes nothing
	if after := j.since(0); len(after.Deliveries) != 1 || after.Epoch != before.Epoch || after.Limits["fact"] != 60 {
		t.Fatalf("a reload leaves %+v", after)
	}
	j.leave(second)
	j.add(factNo(3))
	if j.open.Load() || len(j.windows[fact]) != 0 || j.windows[fact] != nil {
		t.Fatal("something is kept that nobody can see")
	}
	j.enter(first, 30)
	defer j.leave(first)
	if again := j.since(0); len(again.Deliveries) != 0 || again.Epoch == before.Epoch {
		t.Errorf("the next one begins with %+v", again)
	}
}

// With the inspector that wants most goes what the others do not want.
func TestJournalShrinks(t *testing.T) {
	var j journal
	small, large := new(Handler), new(Handler)
	j.enter(small, 30)
	j.enter(large, 200)
	defer j.leave(small)
	for n := range 300 {
		j.add(factNo(n))
	}
	if got := len(read(t, &j)); got != 200 {
		t.Fatalf("kept are %d", got)
	}
	j.leave(large)
	if entries := read(t, &j); len(entries) != 30 || entries[29].Seq != 300 {
		t.Fatalf("kept are %d", len(entries))
	}
}

// No text of a delivery is kept at any length.
func TestEntriesAreSmall(t *testing.T) {
	long := strings.Repeat("很\x00", 100_000)
	d := &Delivery{
		Received: time.Now(), Merchant: long, Kind: long, Detail: long, APIVersion: long, Authenticity: long, ID: long,
		EventType: long, OutTradeNo: long, TransactionID: long, Currency: long, Total: 1, Forwarded: `{"` + long + `":1}`,
		ForwardedType: long, UpstreamStatus: 200, UpstreamType: long, AckStatus: 500, AckMessage: long, RemoteIP: long,
	}
	for range 1000 {
		d.Warnings = append(d.Warnings, long)
	}
	text, err := json.Marshal(newEntry(d))
	if err != nil || len(text) > 80<<10 {
		t.Errorf("it takes %d bytes, %v", len(text), err)
	}
}

// Deliveries come in while pages ask and configurations change.
func TestJournalAtOnce(t *testing.T) {
	j := journalFor(t, 30)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for n := range 200 {
				j.add(factNo(n % 40))
			}
		})
		all.Go(func() {
			for range 200 {
				h := new(Handler)
				j.enter(h, 50)
				j.since(0)
				j.leave(h)
			}
		})
	}
	all.Wait()
	if got := len(read(t, j)); got != 30 {
		t.Errorf("kept are %d", got)
	}
}
