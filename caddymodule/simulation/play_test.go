package simulation

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// The records of scripts are kept for less than max_age, so that it shows what happens
// when they are gone.
const (
	retention   = 30 * time.Minute
	withOptions = `, "retention": "30m"`
)

// player plays a script to the handler and to the model.
type player struct {
	edge  *edge
	steps []step
	facts []*fact
	sent  [][]*answer // by step

	model   model
	pending []pending
	want    []outcome
	owners  int

	mutex sync.Mutex
	calls []int // of the app, by step
}

// pending is a call that the model knows the end of.
type pending struct {
	step, owner int
	yes         bool
	keep        time.Duration
	at          time.Time
}

// play returns what the model wants of each step, and what came of it.
func play(t *testing.T, dir, store string, steps []step) (want, got []outcome) {
	synctest.Test(t, func(t *testing.T) {
		p := &player{
			steps: steps, model: model{}, want: make([]outcome, len(steps)),
			sent: make([][]*answer, len(steps)), calls: make([]int, len(steps)),
		}
		for i, paid := range []time.Duration{0, -24 * time.Hour, -47 * time.Hour, 5 * time.Hour} {
			p.facts = append(p.facts, newFact(0, i, time.Now().Add(paid)))
		}
		p.edge = start(t, dir, store, withOptions, caddyhttp.HandlerFunc(p.serve))
		for i := range steps {
			p.take(i)
		}
		time.Sleep(2 * time.Minute)
		p.catchUp()
		got = p.got(t)
		want = p.want
	})
	return want, got
}

// take plays one step.
func (p *player) take(i int) {
	s := p.steps[i]
	time.Sleep(s.wait)
	for p.onEdge(s.fact) { // of a millisecond
		time.Sleep(11 * time.Millisecond)
	}
	p.catchUp()
	if s.what == reload {
		p.edge.reload()
		return
	}
	for range max(1, s.copies) {
		p.expect(i)
	}
	ctx := context.Background()
	if s.hangUp {
		var hangUp context.CancelFunc
		ctx, hangUp = context.WithCancel(ctx)
		defer hangUp()
	}
	for range max(1, s.copies) {
		p.sent[i] = append(p.sent[i], p.edge.deliver(ctx, p.body(s), strconv.Itoa(i)))
	}
	synctest.Wait()
}

// onEdge reports whether it is open what a delivery of the fact would find, because
// something ends at this moment. Stores may round times.
func (p *player) onEdge(fact int) bool {
	edges := []time.Time{p.model[fact].until, p.facts[fact].paid.Add(maxAge)}
	return slices.ContainsFunc(edges, func(edge time.Time) bool { return time.Until(edge).Abs() < 5*time.Millisecond })
}

// catchUp tells the model which calls have ended by now.
func (p *player) catchUp() {
	synctest.Wait()
	slices.SortFunc(p.pending, func(a, b pending) int { return a.at.Compare(b.at) })
	for len(p.pending) > 0 && !p.pending[0].at.After(time.Now()) {
		c := p.pending[0]
		s := p.steps[c.step]
		p.model.end(s.fact, c.owner, s.content, c.yes, c.keep, c.at)
		p.pending = p.pending[1:]
	}
}

// expect tells the model of one delivery.
func (p *player) expect(i int) {
	s, paid, now := p.steps[i], p.facts[p.steps[i].fact].paid, time.Now()
	status := 0
	switch {
	case s.what == forged:
		status = http.StatusUnauthorized
	case now.Sub(paid) > maxAge:
		status = http.StatusForbidden
	default:
		p.owners++
		switch p.model.begin(s.fact, p.owners, s.content, now) {
		case inFlight:
			status = http.StatusServiceUnavailable
		case duplicate:
			status = http.StatusOK
		case conflict:
			status = http.StatusConflict
		case callIt:
			status = p.called(i, now, retention+max(0, paid.Sub(now)))
		}
	}
	p.want[i].statuses = append(p.want[i].statuses, status)
}

// called is a delivery that calls the app. It returns what WeChat Pay gets.
func (p *player) called(i int, now time.Time, keep time.Duration) int {
	s := p.steps[i]
	p.want[i].calls++
	c := pending{step: i, owner: p.owners, yes: s.plan.yes, keep: keep, at: now.Add(p.takes(i))}
	status := s.plan.status
	if deadline := now.Add(upstreamTimeout); c.at.After(deadline) {
		status = http.StatusGatewayTimeout
		if !s.plan.stubborn {
			c.at, c.yes = deadline, false
		}
	}
	p.pending = append(p.pending, c)
	return status
}

// takes is how long the app takes for a step. No two calls end at the same moment.
func (p *player) takes(i int) time.Duration {
	return p.steps[i].plan.after + time.Duration(i+1)*time.Microsecond
}

func (p *player) body(s step) string {
	f := p.facts[s.fact]
	fields := f.fields().With("total_fee", strconv.Itoa(f.total+s.content*100))
	if s.what == forged {
		return fields.Signed(apiKey, verifier.MD5).With("total_fee", "1000").XML()
	}
	return fields.Sign(apiKey, verifier.MD5)
}

// serve is the app.
func (p *player) serve(w http.ResponseWriter, r *http.Request) error {
	i, err := strconv.Atoi(r.Header.Get("X-Request-Id"))
	if err != nil {
		panic(err)
	}
	s := p.steps[i]
	if order, total, err := read(r); err != nil || order != p.facts[s.fact].order || total != p.facts[s.fact].total+s.content*100 {
		p.edge.t.Errorf("the app got order %s over %d (%v) in step %d, which is: %v", order, total, err, i+1, s)
	}
	p.mutex.Lock()
	p.calls[i]++
	p.mutex.Unlock()
	if _, err := s.plan.slowly(p.takes(i)).work(r.Context()); err != nil {
		return err
	}
	return s.plan.answer(w)
}

// got is what has come of it.
func (p *player) got(t *testing.T) []outcome {
	got := make([]outcome, len(p.steps))
	for i, answers := range p.sent {
		got[i].calls = p.calls[i]
		for _, a := range answers {
			got[i].statuses = append(got[i].statuses, a.status())
			if wrong := a.fault(); wrong != "" {
				t.Errorf("step %d: %s", i+1, wrong)
			}
		}
	}
	return got
}
