package examples

import (
	"net/http"
	"sync"
	"testing"
)

// duplicate reaches the app once. While it does, its copies are told to come again.
func (s *shop) duplicate(t *testing.T) {
	before := s.edge.calls(t)
	body := sign(payment("ORDER-1002", "2500"))
	var copies sync.WaitGroup
	for range 12 {
		copies.Go(func() {
			got := deliver(t, s.url, body)
			if inFlight := got.status == http.StatusServiceUnavailable && got.code == "FAIL"; got != success && !inFlight {
				t.Errorf("a copy got %+v", got)
			}
		})
	}
	copies.Wait()
	expect(t, deliver(t, s.url, body), success)
	s.expectShipped(t, "ORDER-1002", 1)
	s.expectCalls(t, before+1)
}

// duplicateUnfiltered is what the app sees where the edge's record is lost or off.
func (s *shop) duplicateUnfiltered(t *testing.T) {
	s.place(t, "ORDER-2002")
	before := s.edge.calls(t)
	url, body := s.edge.sites[dedupeOff]+"/notify", sign(payment("ORDER-2002", "100"))
	var copies sync.WaitGroup
	for range 12 {
		copies.Go(func() { expect(t, deliver(t, url, body), success) })
	}
	copies.Wait()
	s.expectShipped(t, "ORDER-2002", 1)
	s.expectCalls(t, before+12)
}
