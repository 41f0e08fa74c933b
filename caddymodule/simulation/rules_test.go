package simulation

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"
)

// promises are what a scenario holds the edge to. These always hold:
//
//   - 200 goes with SUCCESS and nothing else, and only after the app has accepted.
//   - Once the app has accepted, it is not called again.
//   - While it is being called, it is not called again before the lease has run out.
//
// A call that was under way when the edge was killed binds nobody: whatever became of it,
// the edge has no way to know.
type promises struct {
	calledOnce bool // the app is called a single time
	never      bool // WeChat Pay never gets a SUCCESS; otherwise it does in the end
	again      bool // calls may be longer than the lease, and then come again
}

// broken tells what the history of f breaks.
func (p promises) broken(f *fact, crashes []time.Time) (faults []string) {
	fault := func(format string, args ...any) {
		if text := fmt.Sprintf(format, args...); !slices.Contains(faults, text) {
			faults = append(faults, text)
		}
	}
	calls := slices.DeleteFunc(slices.Clone(f.calls), func(c *call) bool { return c.orphaned(crashes) })
	for i, c := range calls {
		for _, next := range calls[i+1:] {
			switch {
			case c.yes && !next.begin.Before(c.end):
				fault("the app accepted it, and was called again")
			case next.begin.Before(c.end) && next.begin.Sub(c.begin) < lease:
				fault("the app was called again while it was being called")
			case next.begin.Before(c.end) && !p.again:
				fault("the app was called again, though only after the lease")
			}
		}
	}
	acked := false
	for _, d := range f.sent {
		acked = acked || d.acked
		if d.answer.status() == 200 && !slices.ContainsFunc(calls, func(c *call) bool { return c.yes && !c.end.After(d.answer.at) }) {
			fault("SUCCESS before the app accepted it")
		}
		if wrong := d.answer.fault(); wrong != "" {
			fault("%s", wrong)
		}
	}
	switch {
	case p.calledOnce && len(calls) != 1:
		fault("the app was called %d times, want once", len(calls))
	case p.never && acked:
		fault("SUCCESS")
	case !p.never && !acked:
		fault("it was never acked")
	}
	return faults
}

// orphaned reports whether the edge was killed during the call.
func (c *call) orphaned(crashes []time.Time) bool {
	return slices.ContainsFunc(crashes, func(crash time.Time) bool { return crash.After(c.begin) && crash.Before(c.end) })
}

// story tells what has come of a fact, for a failure.
func (f *fact) story(began time.Time) (text string) {
	for _, c := range f.calls {
		text += fmt.Sprintf("\n  call      %12v to %v, yes: %v", c.begin.Sub(began), c.end.Sub(began), c.yes)
	}
	for _, d := range f.sent {
		text += fmt.Sprintf("\n  delivery  %12v answered at %v: %d, hung up: %v", d.at.Sub(began), d.answer.at.Sub(began), d.answer.status(), d.hungUp)
	}
	return text
}

// A judge that lets everything pass judges nothing.
func TestRulesSeeWhatIsWrong(t *testing.T) {
	at := func(seconds int) time.Time { return time.Unix(int64(seconds), 0) }
	did := func(begin, end int, yes bool) *call { return &call{at(begin), at(end), yes} }
	got := func(status int, body string, when int) *delivery {
		a := &answer{ResponseRecorder: recorded(status, body), at: at(when)}
		return &delivery{at: at(when), acked: status == 200, answer: a}
	}
	success := got(200, successAck, 20)
	tests := []struct {
		name string
		p    promises
		f    *fact
		want []string
	}{
		{"all is well", promises{calledOnce: true},
			&fact{calls: []*call{did(0, 8, true)}, sent: []*delivery{got(503, failAck+"x"+ackEnd, 5), success}}, nil},
		{"a second call after the yes", promises{},
			&fact{calls: []*call{did(0, 8, true), did(8, 9, false)}, sent: []*delivery{success}}, []string{"the app accepted it, and was called again"}},
		{"a second call during the first", promises{},
			&fact{calls: []*call{did(0, 40, true), did(32, 50, false)}, sent: []*delivery{got(200, successAck, 40)}}, []string{"the app was called again while it was being called"}},
		{"a second call after the lease", promises{},
			&fact{calls: []*call{did(0, 40, true), did(33, 50, false)}, sent: []*delivery{got(200, successAck, 40)}}, []string{"the app was called again, though only after the lease"}},
		{"the same where calls are long", promises{again: true},
			&fact{calls: []*call{did(0, 40, true), did(33, 50, false)}, sent: []*delivery{got(200, successAck, 40)}}, nil},
		{"SUCCESS during the call", promises{},
			&fact{calls: []*call{did(0, 21, true)}, sent: []*delivery{success}}, []string{"SUCCESS before the app accepted it"}},
		{"SUCCESS after a no", promises{},
			&fact{calls: []*call{did(0, 8, false)}, sent: []*delivery{success}}, []string{"SUCCESS before the app accepted it"}},
		{"SUCCESS with another status", promises{never: true},
			&fact{sent: []*delivery{got(500, successAck, 9)}}, []string{`status 500 came with "` + successAck + `"`}},
		{"200 with something else", promises{never: true},
			&fact{calls: []*call{did(0, 8, true)}, sent: []*delivery{{answer: got(200, "SUCCESS", 9).answer}}}, []string{`status 200 came with "SUCCESS"`}},
		{"called twice instead of once", promises{calledOnce: true},
			&fact{calls: []*call{did(0, 8, false), did(9, 10, true)}, sent: []*delivery{success}}, []string{"the app was called 2 times, want once"}},
		{"never acked", promises{}, &fact{calls: []*call{did(0, 8, false)}}, []string{"it was never acked"}},
		{"acked against all odds", promises{never: true},
			&fact{calls: []*call{did(0, 8, true)}, sent: []*delivery{success}}, []string{"SUCCESS"}},
		{"SUCCESS for what a dead edge has heard", promises{},
			&fact{calls: []*call{did(49, 60, true)}, sent: []*delivery{got(200, successAck, 70)}}, []string{"SUCCESS before the app accepted it"}},
	}
	for _, test := range tests {
		if got := test.p.broken(test.f, []time.Time{at(55)}); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// recorded is an answer that was complete long ago.
func recorded(status int, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.WriteString(body)
	return w
}
