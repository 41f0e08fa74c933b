package integration

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// wantWarnedOfStore waits for the error about a store that cannot be used, which comes
// before any notification does, and demands words in it.
func wantWarnedOfStore(t *testing.T, e *edge, words ...string) {
	t.Helper()
	var lines []logLine
	eventually(t, "nothing is said about the store", func() bool {
		lines = e.logs.which(func(line logLine) bool {
			return line["level"] == "error" && strings.Contains(line["msg"].(string), "the store cannot be used")
		})
		return len(lines) > 0
	})
	reason, _ := lines[0]["error"].(string)
	for _, word := range words {
		if !strings.Contains(reason, word) {
			t.Errorf("%q is missing in: %s", word, reason)
		}
	}
}

// With a file that cannot be used, nothing is acked and nothing is forwarded: WeChat Pay
// comes again.
func TestFileThatCannotBeUsed(t *testing.T) {
	directory := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(directory, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for rule, path := range map[string]string{
		"it is a directory":       directory,
		"its directory is a file": filepath.Join(write("plain", ""), "dedupe.db"),
		"it is no database":       write("text", strings.Repeat("this is no database\n", 2000)),
		"it is a short text":      write("short", "x"),
	} {
		t.Run(rule, func(t *testing.T) {
			named := strings.TrimSuffix(path, "/dedupe.db") // it is the directory that cannot be made
			e := start(t, reporting+gate("dedupe file "+path)+proxy)
			wantWarnedOfStore(t, e, named)
			body := payment()
			for range 2 {
				wantDelivery(t, e, body, storeError, 0)
				wantReport(t, e, "failed", "store_error", mchID, "payment")
				wantFields(t, e.logs.one(t, ownLogger), map[string]any{"level": "error"})
			}
			if detail, _ := e.logs.one(t, ownLogger)["detail"].(string); !strings.Contains(detail, named) {
				t.Errorf("the log does not name the file: %s", detail)
			}
			e.t = t
			reloaded(t, e, gate("dedupe memory")+proxy)
			wantDelivery(t, e, body, yes, 1)
		})
	}
}

// lock opens a file of records as another process would.
func lock(t *testing.T, path string) (unlock func()) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	unlock = func() { _ = db.Close() }
	t.Cleanup(unlock)
	return unlock
}

// While another process has the file, notifications come again later; once it is gone,
// they are accepted without a reload.
func TestFileOfAnotherProcess(t *testing.T) {
	path := newFile(t)
	unlock := lock(t, path)
	e := start(t, gate("dedupe file "+path)+proxy)
	wantWarnedOfStore(t, e, path, "another process")
	body := payment()
	for range 3 {
		asked := time.Now()
		wantDelivery(t, e, body, storeError, 0)
		if took := time.Since(asked); took > 4*time.Second {
			t.Errorf("took %v, and WeChat Pay waits 5 s", took)
		}
	}
	unlock()
	wantDelivery(t, e, body, yes, 1)
	wantDelivery(t, e, body, duplicate, 0)
}

// What has been accepted before the outage is still known after it.
func TestRecordsOutliveAnOutage(t *testing.T) {
	path := newFile(t)
	site := gate("dedupe file "+path) + proxy
	e := start(t, site)
	body, other := payment(), payment()
	wantDelivery(t, e, body, yes, 1)
	reloaded(t, e, gate()+proxy)
	unlock := lock(t, path)
	reloaded(t, e, site)
	wantDelivery(t, e, body, storeError, 0)
	wantDelivery(t, e, other, storeError, 0)
	unlock()
	wantDelivery(t, e, body, duplicate, 0)
	wantDelivery(t, e, other, yes, 1)
}

// Many copies at once find the store down alike.
func TestManyCopiesDuringAnOutage(t *testing.T) {
	path := newFile(t)
	unlock := lock(t, path)
	e := start(t, gate("dedupe file "+path)+proxy)
	body := payment()
	copiesAtOnce(t, e, body, storeError)
	wantCalls(t, e, 0)
	unlock()
	copiesAtOnce(t, e, body, yes, inFlight)
	settled(t, e, body, yes)
	wantCalls(t, e, 1)
}
