package file

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// damageEnv names the directory of the files that TestUseOfADamagedFile uses in a process
// of its own: what goes wrong in a memory map can end the process.
const damageEnv = "WECHATPAY_TEST_DAMAGED_FILES"

func TestUseOfADamagedFile(t *testing.T) {
	if dir := os.Getenv(damageEnv); dir != "" {
		useDamaged(t, dir)
		return
	}
	const few, many = 1, 2000
	tests := map[string]struct {
		records int
		damage  func(t *testing.T, path string, whole int64)
	}{
		"what is no database":           {few, overwrite([]byte("this is a text\n"))},
		"a page of what is no database": {few, overwrite(bytes.Repeat([]byte("text "), 4000))},
		"nothing but zeros":             {few, overwrite(make([]byte, 64<<10))},
		"cut off in the first page":     {few, truncate(0.1)},
		"cut off after the first page":  {few, truncate(1)},
		"cut off after two pages":       {few, truncate(2)},
		"cut off after three pages":     {few, truncate(3)},
		"many, cut off after two":       {many, truncate(2)},
		"many, cut off after four":      {many, truncate(4)},
		"many, cut off after eight":     {many, truncate(8)},
		"half of it": {many, func(t *testing.T, path string, whole int64) {
			truncateAt(t, path, whole/2)
		}},
		"without its last page": {many, func(t *testing.T, path string, whole int64) {
			truncateAt(t, path, whole-int64(os.Getpagesize()))
		}},
		"zeros from the third page on": {many, func(t *testing.T, path string, whole int64) {
			truncateAt(t, path, int64(2*os.Getpagesize()))
			truncateAt(t, path, whole)
		}},
	}
	dir := t.TempDir()
	for name, test := range tests {
		path := filepath.Join(dir, name)
		s := openTest(t, path)
		acceptTogether(t, s, numbered("order", test.records, 72*time.Hour))
		accept(t, s, claim("last"))
		var whole int64
		view(t, s, func(tx *bbolt.Tx) error { whole = tx.Size(); return nil })
		closeTest(t, s)
		test.damage(t, path, whole)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	use := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestUseOfADamagedFile$", "-test.v")
	use.Env = append(os.Environ(), damageEnv+"="+dir)
	output, err := use.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, output)
	}
	if done := strings.Count(string(output), "--- PASS: TestUseOfADamagedFile/"); done != len(tests) {
		t.Errorf("%d of %d files were answered with errors", done, len(tests))
	}
}

// useDamaged expects errors that name the file, again and again.
func useDamaged(t *testing.T, dir string) {
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(file.Name(), func(t *testing.T) {
			path := filepath.Join(dir, file.Name())
			ledger := dedupe.Acquire(&Source{path: path}, zap.NewNop())
			calls := map[string]func() error{
				"Check":  func() error { return ledger.Check(t.Context()) },
				"Begin":  func() error { _, err := ledger.Begin(t.Context(), claim("order-000000")); return err },
				"Accept": func() error { return ledger.Accept(t.Context(), claim("order-000000")) },
			}
			for _, name := range []string{"Check", "Begin", "Accept", "Check"} {
				err := calls[name]()
				switch {
				case err == nil:
					t.Errorf("%s works", name)
				case !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "another process"):
					t.Errorf("%s: %v, want an error about the file itself", name, err)
				}
			}
		})
	}
}

func overwrite(content []byte) func(*testing.T, string, int64) {
	return func(t *testing.T, path string, _ int64) { write(t, path, content) }
}

// truncate cuts the file off after some pages.
func truncate(pages float64) func(*testing.T, string, int64) {
	return func(t *testing.T, path string, _ int64) {
		truncateAt(t, path, int64(pages*float64(os.Getpagesize())))
	}
}

func truncateAt(t *testing.T, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
