package redis

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe/dedupetest"
)

// TestRedis has all tests that need a server. Each starts servers of its own.
func TestRedis(t *testing.T) {
	t.Parallel()
	program(t)
	tests := []struct {
		name string
		test func(*testing.T)
	}{
		{"one server keeps to the protocol", testConformance},
		{"answers are those of the model", testModel},
		{"two edges share their records", testTwoEdges},
		{"keys end when the claim or the record does", testKeys},
		{"a call is one round trip", testRoundTrips},
		{"a server that forgets its scripts gets them again", testScriptFlush},
		{"the database of the URL is used", testDatabase},
		{"passwords", testPasswords},
		{"a user with few rights is enough", testFewRights},
		{"unix socket", testUnixSocket},
		{"TLS", testTLS},
		{"records survive a killed server", testKilled},
		{"a stopped server takes no longer than the deadline", testStopped},
		{"a full server is an error", testFull},
		{"a replica is an error", testReplica},
		{"cluster", testCluster},
		{"sentinel", testSentinel},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.test(t)
		})
	}
}

func testConformance(t *testing.T) {
	s := startServer(t)
	dedupetest.Run(t, func(t *testing.T) dedupe.Store { return connect(t, s.url()) })
}

func testModel(t *testing.T) {
	store := open(t, startServer(t).url())
	for seed := range uint64(30) {
		if err := dedupetest.Play(store, dedupetest.Script(seed), nil); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

// edges are two stores, of which each call takes the next.
type edges struct {
	stores [2]dedupe.Store
	calls  atomic.Int64
}

func (e *edges) next() dedupe.Store { return e.stores[e.calls.Add(1)%2] }

func (e *edges) Begin(ctx context.Context, claim dedupe.Claim) (dedupe.State, error) {
	return e.next().Begin(ctx, claim)
}

func (e *edges) Accept(ctx context.Context, claim dedupe.Claim) error {
	return e.next().Accept(ctx, claim)
}

func (e *edges) Release(ctx context.Context, claim dedupe.Claim) error {
	return e.next().Release(ctx, claim)
}

func (e *edges) Check(ctx context.Context) error { return e.next().Check(ctx) }

func (e *edges) Close() error {
	if err := e.stores[0].Close(); err != nil {
		return err
	}
	return e.stores[1].Close()
}

func testTwoEdges(t *testing.T) {
	s := startServer(t)
	dedupetest.Run(t, func(t *testing.T) dedupe.Store {
		return &edges{stores: [2]dedupe.Store{connect(t, s.url()), connect(t, s.url())}}
	})
}

func testKeys(t *testing.T) {
	s := startServer(t)
	store, admin := open(t, s.url()), s.admin()
	const fact = "transaction:1900000109:4200000171201808221550954201:SUCCESS"
	const key = "wechatpay:" + fact
	c := claim(fact)

	// lives expects the key to live for as long, less what the test took so far.
	lives := func(want time.Duration) {
		t.Helper()
		left, err := admin.PTTL(t.Context(), key).Result()
		if err != nil || left > want || left < want-patience/2 {
			t.Errorf("the key ends in %v, error %v, want %v", left, err, want)
		}
	}
	finds(t, store, c, dedupe.Claimed)
	lives(c.Lease)
	accept(t, store, c)
	lives(c.Keep)
	accept(t, store, c)
	finds(t, store, claim(fact), dedupe.Accepted)
	lives(c.Keep)
	if keys, err := admin.Keys(t.Context(), "*").Result(); err != nil || !slices.Equal(keys, []string{key}) {
		t.Errorf("keys %q, error %v, want %q alone", keys, err, key)
	}

	another := claim("another")
	finds(t, store, another, dedupe.Claimed)
	release(t, store, another)
	if there, err := admin.Exists(t.Context(), "wechatpay:another").Result(); err != nil || there != 0 {
		t.Errorf("what is released has a key still, error %v", err)
	}
}

func testRoundTrips(t *testing.T) {
	s := startServer(t)
	store := open(t, s.url())
	works(t, store) // loads the scripts, and connects
	s.do("CONFIG", "RESETSTAT")
	const facts = 10
	for i := range facts {
		accepted, released := claim(fmt.Sprint("accepted", i)), claim(fmt.Sprint("released", i))
		finds(t, store, accepted, dedupe.Claimed)
		accept(t, store, accepted)
		finds(t, store, claim(accepted.ID), dedupe.Accepted)
		finds(t, store, released, dedupe.Claimed)
		release(t, store, released)
	}
	for command, calls := range s.calls() {
		switch command {
		case "get", "set", "del": // what the scripts call
		case "evalsha":
			if calls != strconv.Itoa(5*facts) {
				t.Errorf("%s evalsha for %d calls of the store", calls, 5*facts)
			}
		default:
			t.Errorf("%s %s besides", calls, command)
		}
	}
}

// calls returns how often each command was called since the last reset. What asks for
// it, and the reset, do not count.
func (s *process) calls() map[string]string {
	s.Helper()
	calls := make(map[string]string)
	info, err := s.admin().Info(s.Context(), "commandstats").Result()
	if err != nil {
		s.Fatal(err)
	}
	for line := range strings.Lines(info) {
		command, stats, found := strings.Cut(strings.TrimPrefix(line, "cmdstat_"), ":calls=")
		if !found {
			continue
		}
		switch name, _, _ := strings.Cut(command, "|"); name {
		case "config", "info", "hello", "client", "select":
		default:
			calls[command], _, _ = strings.Cut(stats, ",")
		}
	}
	if len(calls) == 0 {
		s.Fatalf("no commands in %s", info)
	}
	return calls
}

func testScriptFlush(t *testing.T) {
	s := startServer(t)
	store := open(t, s.url())
	for range 3 {
		works(t, store)
		s.do("SCRIPT", "FLUSH")
	}
	first := claim("order")
	finds(t, store, first, dedupe.Claimed)
	s.do("SCRIPT", "FLUSH")
	accept(t, store, first)
	finds(t, store, claim("order"), dedupe.Accepted)
}

func testDatabase(t *testing.T) {
	s := startServer(t)
	store := open(t, "redis://"+s.address+"/3")
	works(t, store)
	if keyspace := s.do("INFO", "keyspace").(string); !strings.Contains(keyspace, "db3:keys=1") || strings.Contains(keyspace, "db0") {
		t.Errorf("keys are in %q, want one in db3", keyspace)
	}
	finds(t, open(t, s.url()), claim("order"), dedupe.Claimed)
	finds(t, store, claim("order"), dedupe.Claimed)
}
