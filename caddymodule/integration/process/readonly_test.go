package process

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Where Caddy may not write, it says so and takes nothing on, until it may.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		exists bool   // the file, with records in it
		spoil  string // file or directory
		mode   fs.FileMode
		about  string // what the error names
	}{
		{"a file that cannot be written", true, "store/dedupe.db", 0o400, "store/dedupe.db"},
		{"a directory that takes no new file", false, "store", 0o500, "store/dedupe.db"},
		{"a directory that takes no new directory", false, ".", 0o500, "store"},
		{"a directory that cannot be entered", true, "store", 0, "store/dedupe.db"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := newEdge(t, newShop(t))
			e.user = unprivileged()
			area := e.area(t)
			file := filepath.Join(area, "store", "dedupe.db")
			e.options = []string{fileStore(file)}
			known, fresh := newFacts(0), newFacts(2)
			switch {
			case test.exists:
				known = newFacts(2)
				e.start()
				e.want(success, known...)
				e.stop()
			case test.spoil == "store":
				e.makeDir(t, filepath.Dir(file))
			}
			spoiled := filepath.Join(area, test.spoil)
			before := chmod(t, spoiled, test.mode)

			e.start()
			e.wantError(filepath.Join(area, test.about))
			e.want(storeDown, known...)
			e.want(storeDown, fresh...)
			e.shop.wantCalls(t, 1, known...)
			e.shop.wantCalls(t, 0, fresh...)

			chmod(t, spoiled, before)
			e.wantInTheEnd(known, storeDown)
			e.wantInTheEnd(fresh, storeDown)
			e.shop.wantCalls(t, 1, known...)
			e.shop.wantCalls(t, 1, fresh...)
		})
	}
}

// unprivileged is a user for whom permissions count, where the test's own is above them.
func unprivileged() *syscall.Credential {
	if os.Geteuid() != 0 {
		return nil
	}
	return &syscall.Credential{Uid: 65534, Gid: 65534}
}

// area returns a directory that belongs to the edge.
func (e *edge) area(t *testing.T) string {
	t.Helper()
	dir := e.path("area")
	e.makeDir(t, dir)
	return dir
}

func (e *edge) makeDir(t *testing.T, dir string) {
	t.Helper()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if e.user != nil {
		e.own(dir)
	}
}

// chmod returns the mode that was before.
func chmod(t *testing.T, path string, mode fs.FileMode) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err == nil {
		err = os.Chmod(path, mode)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(path, info.Mode()) }) // so that it can be removed
	return info.Mode()
}
