package process

import (
	"bytes"
	"os"
	"slices"
	"testing"
)

// A file that is damaged, by a copy that was cut off for example, must not bring down
// Caddy, which serves other sites too. Nothing is taken on until the file is whole again.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	whole, known := recordedFile(t, s)
	page := os.Getpagesize()
	for name, damage := range map[string]func([]byte) []byte{
		"cut off in the first page":     func(file []byte) []byte { return file[:page/2] },
		"cut off after the second page": func(file []byte) []byte { return file[:2*page] },
		"cut off after the fourth page": func(file []byte) []byte { return file[:4*page] },
		"cut off after the sixth page":  func(file []byte) []byte { return file[:6*page] },
		"zeros after the second page":   func(file []byte) []byte { clear(file[2*page:]); return file },
		"zeros all over":                func(file []byte) []byte { clear(file); return file },
		"something else in its place":   func([]byte) []byte { return bytes.Repeat([]byte("not a database\n"), 5000) },
		"one page of something else":    func([]byte) []byte { return bytes.Repeat([]byte{'x'}, page) },
		"something else after the start": func(file []byte) []byte {
			return append(file[:2*page], bytes.Repeat([]byte{0xff}, len(file)-2*page)...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEdge(t, s)
			file := e.path("dedupe.db")
			e.options = []string{fileStore(file)}
			overwrite(t, file, damage(slices.Clone(whole)))
			fresh := newFacts(1)

			e.start()
			e.wantError(file)
			for range 2 {
				e.want(storeDown, known...)
				e.want(storeDown, fresh...)
			}
			s.wantCalls(t, 1, known...)
			s.wantCalls(t, 0, fresh...)

			overwrite(t, file, whole)
			e.wantInTheEnd(known, storeDown)
			e.wantInTheEnd(fresh, storeDown)
			s.wantCalls(t, 1, known...)
			s.wantCalls(t, 1, fresh...)
		})
	}
}

// recordedFile returns a file of several pages, and two of the many facts in it.
func recordedFile(t *testing.T, s *shop) (file []byte, known []*fact) {
	t.Helper()
	e := newEdge(t, s)
	e.options = []string{fileStore(e.path("dedupe.db"))}
	e.start()
	facts := newFacts(200)
	e.want(success, facts...)
	e.stop()
	file, err := os.ReadFile(e.path("dedupe.db"))
	if err != nil {
		t.Fatal(err)
	}
	return file, []*fact{facts[0], facts[len(facts)-1]}
}

// overwrite leaves the file the one that it was, as restoring a copy of it does.
func overwrite(t *testing.T, file string, content []byte) {
	t.Helper()
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
