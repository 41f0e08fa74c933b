package main

import (
	"flag"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench/sample"
)

var perDay = flag.Int("per-day", 1000, "payments a day")

// TestFileOverDays lets weeks go by on a clock of its own. Once the first records are as old as they get, the file has
// found its size: what is swept makes room for what comes. A small file grows by doubling.
func TestFileOverDays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dedupe.db")
	var sizes []int64
	synctest.Test(t, func(t *testing.T) {
		l, err := open(t.Context(), fileSource(path))
		if err != nil {
			t.Fatal(err)
		}
		defer l.close()
		var next atomic.Int64
		for range 24 {
			if _, err := l.deliver(t.Context(), sample.TransactionID, &next, 64,
				func(done int) bool { return done <= *perDay }); err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			sizes = append(sizes, info.Size())
			t.Logf("day %2d: %d bytes, %.0f for each payment of a day", len(sizes), info.Size(),
				float64(info.Size())/float64(*perDay))
			time.Sleep(24 * time.Hour)
		}
	})
	if settled, last := sizes[5], sizes[len(sizes)-1]; last > 2*settled {
		t.Errorf("%d bytes after six days, and %d after %d", settled, last, len(sizes))
	}
}
