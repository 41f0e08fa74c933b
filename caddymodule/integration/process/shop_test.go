package process

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"
)

// shop is the merchant's app. It has no idempotency of its own, and keeps account of what
// it is told.
type shop struct {
	t       *testing.T
	address string

	mutex sync.Mutex
	calls map[string][]call // by the fact's ID
	work  func(id string) bool
}

// call is one notification as the shop sees it.
type call struct {
	start     int // which start of the edge it came from
	requestID string
	accepted  bool
}

// newShop returns a shop that says yes.
func newShop(t *testing.T) *shop {
	s := &shop{t: t, calls: make(map[string][]call), work: func(string) bool { return true }}
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	s.address = server.Listener.Addr().String()
	return s
}

// ServeHTTP takes a notification. As many apps do, it goes on when the edge hangs up.
func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return // the edge was killed before all of it was sent
	}
	id := r.Header.Get("Webhook-Id")
	start, err := strconv.Atoi(r.Header.Get("X-Edge-Start"))
	if err != nil || id == "" {
		s.t.Errorf("a request that is no notification: %v", r.Header)
	}
	s.mutex.Lock()
	number := len(s.calls[id])
	s.calls[id] = append(s.calls[id], call{start: start, requestID: r.Header.Get("X-Request-Id")})
	work := s.work
	s.mutex.Unlock()

	if !work(id) {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	s.mutex.Lock()
	s.calls[id][number].accepted = true // before anybody can learn of it
	s.mutex.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

// does sets what the shop does from now on. The result says whether it accepts.
func (s *shop) does(work func(id string) bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.work = work
}

// callsFor returns how often the shop was told of the fact.
func (s *shop) callsFor(f *fact) []call {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return append([]call(nil), s.calls[f.id]...)
}

func (s *shop) hasAccepted(f *fact) bool {
	for _, c := range s.callsFor(f) {
		if c.accepted {
			return true
		}
	}
	return false
}

// wantCalls checks how often the shop was told of each fact.
func (s *shop) wantCalls(t *testing.T, want int, facts ...*fact) {
	t.Helper()
	for _, f := range facts {
		if got := len(s.callsFor(f)); got != want {
			t.Errorf("the shop was told %d times of %s, want %d", got, f.id, want)
		}
	}
}

// isBusy makes the shop's next work last until it is told to finish.
func (s *shop) isBusy(t *testing.T) (begun <-chan struct{}, finish func()) {
	started, end := make(chan struct{}), make(chan struct{})
	var once, first sync.Once
	finish = func() { once.Do(func() { close(end) }) }
	t.Cleanup(finish)
	s.does(func(string) bool {
		mine := false
		first.Do(func() { mine = true })
		if mine {
			close(started)
			<-end
		}
		return true
	})
	return started, finish
}

func await(t *testing.T, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal(what + " did not happen")
	}
}
