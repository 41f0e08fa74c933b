package redis

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe/dedupetest"
)

// startSentinel starts a sentinel that watches a master, which it calls shop.
func startSentinel(t *testing.T, master *process) *process {
	t.Helper()
	address := freeAddress(t)
	dir := t.TempDir()
	s := &process{T: t, address: address, dir: dir, args: []string{filepath.Join(dir, "sentinel.conf"), "--sentinel"}}
	config := fmt.Sprintf(`port %s
bind 127.0.0.1
dir %s
sentinel monitor shop 127.0.0.1 %s 1
sentinel down-after-milliseconds shop 1000
sentinel failover-timeout shop 4000
`, s.port(), dir, master.port())
	if err := os.WriteFile(s.args[0], []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	s.start()
	return s
}

func testSentinel(t *testing.T) {
	master := startServer(t)
	replica := startServer(t, "--replicaof", "127.0.0.1 "+master.port())
	eventually(t, "the replica has the master's data", func() error { return replicated(replica) })
	watcher := startSentinel(t, master)
	eventually(t, "the sentinel knows the replica", func() error {
		if known := fmt.Sprint(watcher.do("SENTINEL", "REPLICAS", "shop")); !strings.Contains(known, replica.port()) {
			return errors.New(known)
		}
		return nil
	})
	url := "redis://" + watcher.address + "/0?master_name=shop"

	t.Run("keeps to the protocol", func(t *testing.T) {
		dedupetest.Run(t, func(t *testing.T) dedupe.Store { return connect(t, url) })
	})
	t.Run("another master's name", func(t *testing.T) {
		fails(t, open(t, "redis://"+watcher.address+"?master_name=nobody"))
	})
	t.Run("one sentinel out of two is enough", func(t *testing.T) {
		works(t, open(t, "redis://"+freeAddress(t)+"?master_name=shop&addr="+watcher.address))
	})
	t.Run("failover", func(t *testing.T) { testFailover(t, url, master, replica) })
	// Nothing is left that could become the master, and no sentinel that could be upset.
	t.Run("a stopped master", func(t *testing.T) {
		connected, fresh := open(t, url), open(t, url)
		works(t, connected)
		goOn := replica.stop()
		defer goOn()
		fails(t, connected)
		fails(t, fresh)
	})
	t.Run("a stopped sentinel", func(t *testing.T) {
		goOn := watcher.stop()
		defer goOn()
		fails(t, open(t, url))
	})
}

func testFailover(t *testing.T, url string, master, replica *process) {
	store := open(t, url)
	const fact = "failover"
	accepted := claim(fact)
	finds(t, store, accepted, dedupe.Claimed)
	accept(t, store, accepted)
	eventually(t, "the replica has the record", func() error {
		if replica.do("EXISTS", keyPrefix+fact).(int64) != 1 {
			return errors.New("it has not")
		}
		return nil
	})
	master.kill()
	fails(t, store)
	eventually(t, "the replica is the master", func() error {
		state, err := store.Begin(t.Context(), claim(fact))
		if err == nil && state != dedupe.Accepted {
			t.Fatalf("state %d, want accepted", state)
		}
		return err
	})
	works(t, store)
	works(t, open(t, url))
}
