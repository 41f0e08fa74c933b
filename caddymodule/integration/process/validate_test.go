package process

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Who validates a configuration neither makes the file nor disturbs who has it.
func TestValidateLeavesTheFileAlone(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"validate", "adapt"} {
		for name, option := range map[string]string{"the usual file": "", "a file of one's own": "dedupe file {env.HOME}/own/dedupe.db"} {
			t.Run(verb+" with "+name, func(t *testing.T) {
				t.Parallel()
				e := newEdge(t, newShop(t), option)
				validate := func() {
					t.Helper()
					printed := e.mustRun(verb, "--config", e.writeConfig("Caddyfile", e.options))
					if strings.Contains(printed, `"level":"error"`) || strings.Contains(printed, "cannot be used") {
						t.Errorf("caddy %s: %s", verb, printed)
					}
				}
				validate()
				if found := findStore(t, e.dir); found != "" {
					t.Errorf("on a new machine, %s appears", found)
				}

				e.start()
				known, fresh := newFacts(1), newFacts(1)
				e.want(success, known...)
				file := findStore(t, e.dir)
				if filepath.Base(file) != "dedupe.db" {
					t.Fatalf("%q is no file", file)
				}
				validate()
				e.want(success, known...)
				e.want(success, fresh...)
				e.stop()

				// Were it opened, that would not go well.
				if err := os.Remove(file); err != nil {
					t.Fatal(err)
				}
				if err := os.Mkdir(file, 0o700); err != nil {
					t.Fatal(err)
				}
				validate()
			})
		}
	}
}

// findStore returns the store's file, or its directory as long as there is no more.
func findStore(t *testing.T, dir string) (found string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if name := entry.Name(); name == "own" || name == "wechatpay" || name == "dedupe.db" {
			found = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
