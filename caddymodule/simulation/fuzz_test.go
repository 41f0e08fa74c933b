package simulation

import (
	"os"
	"path/filepath"
	"testing"
)

// wantSeeds demands that the target has seeds of its own in testdata/fuzz. A target
// that starts from nothing finds nothing, and looks just as green.
func wantSeeds(f *testing.F) {
	f.Helper()
	dir := filepath.Join("testdata", "fuzz", f.Name())
	if files, err := os.ReadDir(dir); err != nil || len(files) == 0 {
		f.Fatalf("%s holds no seeds: %v", dir, err)
	}
}

// No script makes the handler do anything but what the model does.
func FuzzScript(f *testing.F) {
	wantSeeds(f)
	f.Fuzz(func(t *testing.T, onDisk bool, script []byte) {
		store := "memory"
		if onDisk {
			store = "file"
		}
		follow(t, store, parse(script))
	})
}
