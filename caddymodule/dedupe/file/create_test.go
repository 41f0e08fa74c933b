package file

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

func TestEmptyFileBecomesADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dedupe.db")
	write(t, path, nil)
	s := openTest(t, path)
	accept(t, s, claim("order"))
	closeTest(t, s)
	expect(t, openTest(t, path), "order", dedupe.Accepted)
}

func TestWhatAnInterruptedAttemptLeftIsRemoved(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "dedupe.db")
	stale, fresh, others := path+".123.new", path+".456.new", filepath.Join(dir, "other.db.123.new")
	for _, left := range []string{stale, fresh, others} {
		write(t, left, []byte("half a database"))
	}
	for _, left := range []string{stale, others} {
		longAgo := time.Now().Add(-time.Hour)
		if err := os.Chtimes(left, longAgo, longAgo); err != nil {
			t.Fatal(err)
		}
	}
	accept(t, openTest(t, path), claim("order"))
	for left, want := range map[string]bool{stale: false, fresh: true, others: true} { // a fresh one may be at work
		if _, err := os.Stat(left); (err == nil) != want {
			t.Errorf("%s: %v, want it there: %t", filepath.Base(left), err, want)
		}
	}
}

func TestCreatingLeavesNothingElse(t *testing.T) {
	dir := t.TempDir()
	openTest(t, filepath.Join(dir, "dedupe.db"))
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%v, error %v, want the file alone", entries, err)
	}
}

// Several processes may start at the same time. To the lock on the file, the stores here
// are as good as that.
func TestOneOfManyGetsANewFile(t *testing.T) {
	for round := range 100 {
		path := filepath.Join(t.TempDir(), "dedupe.db")
		if round%2 == 0 {
			write(t, path, nil)
		}
		var stores [8]*store
		var all sync.WaitGroup
		start, accepted := make(chan struct{}), make([]error, len(stores))
		order := claim("order")
		for i := range stores {
			stores[i] = newStore(path)
			all.Go(func() {
				<-start
				accepted[i] = stores[i].Accept(t.Context(), order)
			})
		}
		close(start)
		all.Wait()
		winners := 0
		for i, s := range stores {
			if accepted[i] == nil {
				winners++
			}
			closeTest(t, s)
		}
		if winners > 1 {
			t.Fatalf("%d stores had the file at the same time", winners)
		}
		if winners == 1 {
			expect(t, openTest(t, path), "order", dedupe.Accepted)
		}
	}
}
