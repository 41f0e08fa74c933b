package process

import (
	"crypto/rand"
	mathrand "math/rand/v2"
	"sync"
)

// sender works alone; its facts are nobody else's.
type sender struct {
	edge        *edge
	open, acked []*fact
	checked     int // of acked

	mutex      sync.Mutex
	unanswered map[string]bool // by the ID of the request
}

// openFacts is how many a sender tells of alternately.
const openFacts = 6

// tell makes one delivery, now and then two.
func (s *sender) tell() {
	if len(s.acked) > 0 && mathrand.IntN(8) == 0 {
		s.repeat(s.acked[mathrand.IntN(len(s.acked))])
		return
	}
	for len(s.open) < openFacts {
		s.open = append(s.open, newFact())
	}
	s.deliver(mathrand.IntN(len(s.open)))
}

// deliver tells of an open fact.
func (s *sender) deliver(index int) {
	f := s.open[index]
	var copies sync.WaitGroup
	answers := make([]answer, 1+mathrand.IntN(4)/3)
	for i := range answers {
		copies.Go(func() { answers[i] = s.answerTo(f) })
	}
	copies.Wait()
	for _, got := range answers {
		switch got {
		case success:
			f.acked = true
		case tooLate:
			f.late = true
		case inFlight, refused, answer{}:
		default:
			s.edge.t.Errorf("got %v for %s: %s", got, f.id, s.edge.log.about(f.id))
		}
	}
	if f.acked {
		f.ackedBy = s.edge.starts
		s.open = append(s.open[:index], s.open[index+1:]...)
		s.acked = append(s.acked, f)
	}
}

// repeat tells of what has been acked already.
func (s *sender) repeat(f *fact) {
	before := s.callsNow(f)
	if got := s.answerTo(f); got != success && got != (answer{}) {
		s.edge.t.Errorf("%s was acked, and then got %v: %s", f.id, got, s.edge.log.about(f.id))
	}
	if s.callsNow(f) != before {
		s.edge.t.Errorf("%s was acked, and reached the shop again", f.id)
	}
}

// callsNow counts the calls from the edge that is running. One that was killed may have
// left a call that the shop has not looked at yet.
func (s *sender) callsNow(f *fact) (number int) {
	for _, call := range s.edge.shop.callsFor(f) {
		if call.start == s.edge.starts {
			number++
		}
	}
	return number
}

// answerTo returns no answer if the connection broke.
func (s *sender) answerTo(f *fact) answer {
	requestID := rand.Text()
	got, err := s.edge.deliverAs(s.edge.t.Context(), f, requestID)
	if err != nil {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.unanswered[requestID] = true
		return answer{}
	}
	return got
}
