package process

import "testing"

// The file belongs to one process. A second one says so, takes nothing on, and takes over
// as soon as the first has gone.
func TestSecondProcessOnTheFile(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*edge){
		"the first is stopped": (*edge).stop,
		"the first is killed":  func(e *edge) { e.kill() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			first := newEdge(t, s)
			file := first.path("dedupe.db")
			first.options = []string{fileStore(file)}
			second := newEdge(t, s, first.options...)
			known, fresh := newFacts(3), newFacts(3)

			first.start()
			first.want(success, known...)
			second.start()
			second.wantError(file)
			second.want(storeDown, known...)
			second.want(storeDown, fresh...)
			s.wantCalls(t, 1, known...)
			s.wantCalls(t, 0, fresh...)
			first.want(success, newFacts(1)...)

			end(first)
			second.wantInTheEnd(known, storeDown)
			second.wantInTheEnd(fresh, storeDown)
			s.wantCalls(t, 1, known...)
			s.wantCalls(t, 1, fresh...)
		})
	}
}

// Processes that start at the same time on a machine without the file do not make one
// each.
func TestTwoProcessesMakeTheFile(t *testing.T) {
	t.Parallel()
	for range 4 {
		s := newShop(t)
		first := newEdge(t, s)
		first.options = []string{fileStore(first.path("dedupe.db"))}
		second := newEdge(t, s, first.options...)
		edges := []*edge{first, second}
		for _, e := range edges {
			e.launch()
		}
		facts := newFacts(3)
		for _, e := range edges {
			e.awaitListening()
		}
		for _, f := range facts {
			eventually(t, "neither can use the file", func() bool {
				return first.post(f) == success || second.post(f) == success
			})
			for _, e := range edges {
				if got := e.post(f); got != success && got != storeDown {
					t.Errorf("got %v", got)
				}
			}
		}
		s.wantCalls(t, 1, facts...)
		first.kill()
		second.kill()
		first.start()
		first.want(success, facts...)
		s.wantCalls(t, 1, facts...)
		first.kill()
	}
}
