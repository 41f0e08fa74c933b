package redis

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// provision reads a URL as Caddy does.
func provision(t *testing.T, url string) (*Source, error) {
	t.Helper()
	ctx, cancel := caddy.NewContext(caddy.Context{Context: context.Background()})
	defer cancel()
	source := &Source{URL: url}
	return source, source.Provision(ctx)
}

// connect returns a store, which the caller closes. It reads the URL from a file, for of a
// password in the configuration itself Caddy would warn.
func connect(t *testing.T, url string) dedupe.Store {
	t.Helper()
	file := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(file, []byte(url), 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := provision(t, "{file."+file+"}")
	if err != nil {
		t.Fatal(err)
	}
	return source.NewStore(zap.NewNop())
}

// open returns a store until the test ends.
func open(t *testing.T, url string) dedupe.Store {
	t.Helper()
	store := connect(t, url)
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return store
}

// claim is that of a new delivery of a fact.
func claim(fact string) dedupe.Claim {
	return dedupe.Claim{
		ID: fact, Owner: dedupe.NewOwner(), Content: dedupe.Digest([]byte(fact)),
		Lease: time.Minute, Keep: 72 * time.Hour,
	}
}

func finds(t *testing.T, store dedupe.Store, c dedupe.Claim, want dedupe.State) {
	t.Helper()
	if state, err := store.Begin(t.Context(), c); err != nil || state != want {
		t.Fatalf("%s: state %d, error %v, want state %d", c.ID, state, err, want)
	}
}

func accept(t *testing.T, store dedupe.Store, c dedupe.Claim) {
	t.Helper()
	if err := store.Accept(t.Context(), c); err != nil {
		t.Fatalf("accepting %s: %v", c.ID, err)
	}
}

func release(t *testing.T, store dedupe.Store, c dedupe.Claim) {
	t.Helper()
	if err := store.Release(t.Context(), c); err != nil {
		t.Fatalf("releasing %s: %v", c.ID, err)
	}
}

// works has one fact go all the way.
func works(t *testing.T, store dedupe.Store) {
	t.Helper()
	if err := store.Check(t.Context()); err != nil {
		t.Errorf("Check: %v", err)
	}
	fact := "transaction:1900000109:" + dedupe.NewOwner() + ":SUCCESS"
	first := claim(fact)
	finds(t, store, first, dedupe.Claimed)
	finds(t, store, claim(fact), dedupe.InFlight)
	release(t, store, first)
	finds(t, store, first, dedupe.Claimed)
	accept(t, store, first)
	finds(t, store, claim(fact), dedupe.Accepted)
}

// callsOf returns all calls of a store, each about a fact of its own.
func callsOf(store dedupe.Store) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Check":   store.Check,
		"Begin":   func(ctx context.Context) error { _, err := store.Begin(ctx, claim(dedupe.NewOwner())); return err },
		"Accept":  func(ctx context.Context) error { return store.Accept(ctx, claim(dedupe.NewOwner())) },
		"Release": func(ctx context.Context) error { return store.Release(ctx, claim(dedupe.NewOwner())) },
	}
}

// What a call may take beyond its deadline, on a slow machine. The client's own limits
// are longer.
const (
	deadline = 300 * time.Millisecond
	grace    = 4 * time.Second
)

// fails expects an error of every call, not much later than its deadline and without any
// of the secrets.
func fails(t *testing.T, store dedupe.Store, secrets ...string) {
	t.Helper()
	for name, err := range answersInTime(t, store) {
		if err == nil {
			t.Errorf("%s works", name)
		}
		discreet(t, fmt.Sprint(err), secrets...)
	}
}

// answersInTime makes all calls at once, with a deadline that they are to mind, and
// returns what they return.
func answersInTime(t *testing.T, store dedupe.Store) map[string]error {
	t.Helper()
	type answer struct {
		name string
		err  error
		took time.Duration
	}
	answers := make(chan answer)
	calls := callsOf(store)
	for name, call := range calls {
		go func() {
			began := time.Now()
			ctx, cancel := context.WithTimeout(context.Background(), deadline)
			defer cancel()
			err := call(ctx)
			answers <- answer{name, err, time.Since(began)}
		}()
	}
	errs := make(map[string]error)
	for range calls {
		a := <-answers
		errs[a.name] = a.err
		if a.took > deadline+grace {
			t.Errorf("%s took %v, with a deadline of %v", a.name, a.took, deadline)
		}
	}
	return errs
}

// discreet expects a text not to hold any of the secrets.
func discreet(t *testing.T, text string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("it tells %q: %s", secret, text)
		}
	}
}
