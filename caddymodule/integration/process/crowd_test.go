package process

import (
	mathrand "math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// crowd plays many of WeChat Pay's servers at once: each has payments to tell of, tells
// of each until it is acked, sometimes twice at the same time, sometimes once more
// although it has been acked.
type crowd struct {
	t       *testing.T
	edge    *edge
	senders []*sender
	killed  bool // the edge is, so that a connection may break at any moment
}

const crowdSize = 8

func newCrowd(e *edge) *crowd {
	c := &crowd{t: e.t, edge: e}
	for range crowdSize {
		c.senders = append(c.senders, &sender{edge: e, unanswered: make(map[string]bool)})
	}
	return c
}

// each runs what each sender does, and waits for all of them.
func (c *crowd) each(do func(*sender)) {
	var senders sync.WaitGroup
	for _, s := range c.senders {
		senders.Go(func() { do(s) })
	}
	senders.Wait()
}

// during lets the crowd go on for as long as something else happens.
func (c *crowd) during(something func()) {
	over := make(chan struct{})
	var senders sync.WaitGroup
	senders.Go(func() {
		c.each(func(s *sender) {
			for {
				select {
				case <-over:
					return
				default:
					s.tell()
				}
			}
		})
	})
	defer senders.Wait()
	defer close(over)
	something()
}

// repeat checks that the edge knows what has been acked since the last time, and some of
// what was acked before; or all.
func (c *crowd) repeat(all bool) {
	c.each(func(s *sender) {
		for i, f := range s.acked {
			if all || i >= s.checked || mathrand.IntN(s.checked) < 20 {
				s.repeat(f)
			}
		}
		s.checked = len(s.acked)
	})
}

// finish tells of what is left until all is acked.
func (c *crowd) finish() {
	c.t.Helper()
	deadline := time.Now().Add(2 * patience)
	c.each(func(s *sender) {
		for len(s.open) > 0 && time.Now().Before(deadline) {
			for i := range slices.Backward(s.open) {
				s.deliver(i)
			}
			time.Sleep(20 * time.Millisecond)
		}
		for _, f := range s.open {
			c.t.Errorf("%s was never acked", f.id)
		}
	})
}

// audit looks at the shop's account of what has been acked.
func (c *crowd) audit() {
	c.t.Helper()
	facts, unanswered := 0, 0
	for _, s := range c.senders {
		facts += len(s.acked)
		unanswered += len(s.unanswered)
		for _, f := range s.acked {
			c.auditFact(s, f)
		}
	}
	c.t.Logf("%d facts acked, %d deliveries without an answer, %d starts of the edge", facts, unanswered, c.edge.starts)
	if facts < 3*crowdSize {
		c.t.Errorf("%d facts prove nothing", facts)
	}
}

// auditFact: one process never gives the shop what the shop has accepted from the same
// process; after an ack, no later process gives it anything; and what has reached the
// shop is answered, unless the edge was killed.
func (c *crowd) auditFact(s *sender, f *fact) {
	accepted := make(map[int]int) // by the start of the edge
	for _, call := range c.edge.shop.callsFor(f) {
		if call.accepted {
			accepted[call.start]++
		}
		if call.start > f.ackedBy {
			c.t.Errorf("%s was acked, and reached the shop again after a restart", f.id)
		}
		if !c.killed && s.unanswered[call.requestID] {
			c.t.Errorf("a delivery of %s reached the shop, but got no answer", f.id)
		}
	}
	for _, times := range accepted {
		if times > 1 && !f.late {
			c.t.Errorf("one process gave the shop %s again, which it had accepted", f.id)
		}
	}
}
