package file

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

func TestRecordsSurviveAReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dedupe.db")
	for round := range 5 {
		s := openTest(t, path)
		for earlier := range round {
			expect(t, s, fmt.Sprint("order", earlier), dedupe.Accepted)
		}
		accept(t, s, claim(fmt.Sprint("order", round)))
		closeTest(t, s)
	}
	s := openTest(t, path)
	other := claim("order0")
	other.Content[0]++
	if state, err := s.Begin(t.Context(), other); err != nil || state != dedupe.Conflict {
		t.Errorf("with other content: state %d, error %v, want a conflict", state, err)
	}
}

// The process is gone that could have settled them.
func TestClaimsDoNotSurviveAReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dedupe.db")
	s := openTest(t, path)
	expect(t, s, "order", dedupe.Claimed)
	expect(t, s, "order", dedupe.InFlight)
	closeTest(t, s)
	expect(t, openTest(t, path), "order", dedupe.Claimed)
}

func TestRecordsExpireAcrossAReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dedupe.db")
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t, path)
		accept(t, s, keptFor(72*time.Hour, "order"))
		closeTest(t, s)
		time.Sleep(72*time.Hour - time.Second)
		s = openTest(t, path)
		expect(t, s, "order", dedupe.Accepted)
		closeTest(t, s)
		time.Sleep(2 * time.Second)
		expect(t, openTest(t, path), "order", dedupe.Claimed)
	})
}

func TestNothingIsCreatedBeforeTheFirstUse(t *testing.T) {
	dir := t.TempDir()
	s := newStore(filepath.Join(dir, "wechatpay", "dedupe.db"))
	if err := s.Release(t.Context(), claim("order")); err != nil { // has nothing to do
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("%s is there", entries[0].Name())
	}
}

func TestFileIsItsOwnersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("Windows has no such modes; only that it works is tested")
	}
	dir := filepath.Join(t.TempDir(), "a", "b")
	path := filepath.Join(dir, "dedupe.db")
	accept(t, openTest(t, path), claim("order"))
	for path, want := range map[string]os.FileMode{filepath.Dir(dir): 0o700, dir: 0o700, path: 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want && runtime.GOOS != "windows" {
			t.Errorf("%s has mode %o, want %o", filepath.Base(path), got, want)
		}
	}
}

// A directory that is there already may be shared with others, who know why.
func TestDirectoryThatExistsIsLeftAsItIs(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	openTest(t, filepath.Join(dir, "dedupe.db"))
	if info, err := os.Stat(dir); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o750 {
		t.Errorf("mode %o, error %v, want 750", info.Mode().Perm(), err)
	}
}

func TestFileIsOneProcesssAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dedupe.db")
	first, second := openTest(t, path), newStore(path)
	t.Cleanup(func() { closeTest(t, second) })
	accept(t, first, claim("order"))

	calls := map[string]func(context.Context) error{
		"Check":  second.Check,
		"Begin":  func(ctx context.Context) error { _, err := second.Begin(ctx, claim("order")); return err },
		"Accept": func(ctx context.Context) error { return second.Accept(ctx, claim("order2")) },
	}
	for name, call := range calls {
		answered := make(chan error, 1)
		go func() { answered <- call(context.Background()) }()
		select {
		case err := <-answered:
			if err == nil || !strings.Contains(err.Error(), "another process has "+path+" open; stop it") {
				t.Errorf("%s: error %v, want one that says what to do about the other process", name, err)
			}
		case <-time.After(patience):
			t.Fatalf("%s waits for the other process", name)
		}
	}
	accept(t, first, claim("order3")) // which the second one does not disturb

	closeTest(t, first)
	expect(t, second, "order", dedupe.Accepted)
	expect(t, second, "order3", dedupe.Accepted)
	expect(t, second, "order2", dedupe.Claimed)
	if err := first.Check(t.Context()); err == nil {
		t.Error("now the file is the second's, and yet the first has it")
	}
}
