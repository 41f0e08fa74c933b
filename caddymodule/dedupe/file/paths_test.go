package file

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPathThatCannotBeUsed(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text")
	write(t, text, []byte("a text"))
	tests := map[string]string{
		"a directory":                            t.TempDir(),
		"in a directory that cannot be written":  filepath.Join(unwritable(t), "dedupe.db"),
		"in a directory that cannot be made":     filepath.Join(unwritable(t), "wechatpay", "dedupe.db"),
		"in a directory that is a file":          filepath.Join(text, "dedupe.db"),
		"in a directory that is below a file":    filepath.Join(text, "wechatpay", "dedupe.db"),
		"with a name longer than any may be":     filepath.Join(t.TempDir(), strings.Repeat("a", 300)),
		"a link that leads to itself":            circle(t),
		"in a directory that is a dangling link": filepath.Join(dangling(t), "dedupe.db"),
	}
	for name, path := range tests {
		t.Run(name, func(t *testing.T) {
			s := newStore(path)
			if err := s.Check(t.Context()); err == nil || !names(err, path) {
				t.Errorf("Check: %v, want an error that names the path", err)
			}
			if _, err := s.Begin(t.Context(), claim("order")); err == nil {
				t.Error("Begin works")
			}
			if err := s.Accept(t.Context(), claim("order")); err == nil {
				t.Error("Accept works")
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// names reports whether the error is about the path, or about a directory above it.
func names(err error, path string) bool {
	var at *fs.PathError
	return strings.Contains(err.Error(), path) || errors.As(err, &at) && strings.HasPrefix(path, at.Path)
}

func TestPathThatCanBeUsedLater(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "wechatpay")
	write(t, dir, []byte("in the way"))
	s := newStore(filepath.Join(dir, "dedupe.db"))
	t.Cleanup(func() { closeTest(t, s) })
	if err := s.Check(t.Context()); err == nil {
		t.Fatal("a file is in the way, and there is no error")
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	accept(t, s, claim("order"))
}

// unwritable returns a directory in which nobody can create a file. To root, only the
// kernel says no.
func unwritable(t *testing.T) string {
	if os.Geteuid() == 0 {
		return "/proc"
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	return dir
}

func circle(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "circle")
	if err := os.Symlink(path, path); err != nil {
		t.Fatal(err)
	}
	return path
}

func dangling(t *testing.T) string {
	dir := t.TempDir()
	path := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "nowhere"), path); err != nil {
		t.Fatal(err)
	}
	return path
}
