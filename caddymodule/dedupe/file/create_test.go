package file

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

func TestWhatIsLeftOfAnAttemptIsNoHindrance(t *testing.T) {
	tests := map[string]func(t *testing.T, path string){
		"an empty file":                   func(t *testing.T, path string) { write(t, path, nil) },
		"a file that was not finished":    func(t *testing.T, path string) { write(t, path+".new", []byte("half of it")) },
		"an empty one that was not begun": func(t *testing.T, path string) { write(t, path+".new", nil) },
		"both": func(t *testing.T, path string) {
			write(t, path, nil)
			write(t, path+".new", make([]byte, 5000))
		},
	}
	for name, leave := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "dedupe.db")
			leave(t, path)
			s := openTest(t, path)
			accept(t, s, claim("order"))
			closeTest(t, s)
			expect(t, openTest(t, path), "order", dedupe.Accepted)
			entries, err := os.ReadDir(dir)
			if err != nil || len(entries) != 1 {
				t.Errorf("%v, error %v, want the file alone", entries, err)
			}
		})
	}
}

// Several processes may start at the same time. To the lock on the file, the stores here
// are as good as that.
func TestOneOfManyGetsANewFile(t *testing.T) {
	for range 100 {
		path := filepath.Join(t.TempDir(), "dedupe.db")
		var stores [8]*store
		var all sync.WaitGroup
		start, accepted := make(chan struct{}), make([]error, len(stores))
		order := claim("order")
		for i := range stores {
			stores[i] = newStore(path)
			all.Go(func() {
				<-start
				accepted[i] = stores[i].Accept(t.Context(), order)
			})
		}
		close(start)
		all.Wait()
		winners := 0
		for i, s := range stores {
			if accepted[i] == nil {
				winners++
			}
			closeTest(t, s)
		}
		if winners > 1 {
			t.Fatalf("%d stores had the file at the same time", winners)
		}
		if winners == 1 {
			expect(t, openTest(t, path), "order", dedupe.Accepted)
		}
	}
}
