package simulation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// step is one thing that happens.
type step struct {
	wait    time.Duration // before it
	what    action
	fact    int
	content int // of the facts' two
	copies  int // delivered at once, 0 standing for 1
	hangUp  bool
	plan    plan
}

// action is what happens in a step.
type action byte

// The actions.
const (
	genuine action = iota
	forged
	reload
)

// of is the same of another fact.
func (s step) of(fact int) step {
	s.fact = fact
	return s
}

// altered is the same with the fact's other content.
func (s step) altered() step {
	s.content = 1
	return s
}

// thrice is the same, three times at once.
func (s step) thrice() step {
	s.copies = 3
	return s
}

// hungUp is the same by a sender who does not wait.
func (s step) hungUp() step {
	s.hangUp = true
	return s
}

// byForger is the same with a signature that does not belong to it.
func (s step) byForger() step {
	s.what = forged
	return s
}

// plan is what the app does when it is called in a step.
type plan struct {
	reaction
	status int // of the ack, if it is in time
	name   string
}

var waits = []time.Duration{
	0, 0, 0, time.Millisecond, time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second,
	20 * time.Second, 26 * time.Second, 31 * time.Second, 34 * time.Second, 45 * time.Second, 10 * time.Minute, 21 * time.Minute, 3 * time.Hour,
}

// longWait takes one of the facts across max_age.
const longWait = 25 * time.Hour

var plans = []plan{
	{yes[0], 200, "yes"},
	{yes[2].slowly(2 * time.Second), 200, "yes after 2s"},
	{yes[3].slowly(8 * time.Second), 200, "yes after 8s"},
	{yes[5].slowly(29 * time.Second), 200, "yes after 29s"},
	{yes[0].slowly(32 * time.Second).stubbornly(), 200, "yes after 32s, too late"},
	{yes[0].slowly(40 * time.Second).stubbornly(), 200, "yes after 40s, too late and after the lease"},
	{yes[0].slowly(70 * time.Second).stubbornly(), 200, "yes after 70s, too late and after the lease"},
	{yes[3].slowly(40 * time.Second), 200, "yes after 40s, but for the deadline"},
	{declines[0], 500, "no"},
	{declines[1].slowly(9 * time.Second), 500, "no after 9s"},
	{declines[2].slowly(36 * time.Second).stubbornly(), 500, "no after 36s, too late"},
	{down[0], 502, "status 500"},
	{down[4].slowly(5 * time.Second), 502, "an error after 5s"},
	{panics[0].slowly(12 * time.Second), 502, "a panic after 12s"},
	{lies[0].slowly(3 * time.Second), 502, "a login page after 3s"},
	{lies[0].slowly(50 * time.Second).stubbornly(), 502, "a login page after 50s, too late"},
}

// mostly is the fact that a step is about. Only what happens to the same one is entangled.
var mostly = [8]int{0, 0, 0, 0, 0, 1, 2, 3}

const (
	stepSize = 3
	maxSteps = 80
)

// parse reads a script that is written as bytes, three to a step, so that it can be drawn,
// and mutated by the fuzzer.
func parse(script []byte) (steps []step) {
	for ; len(script) >= stepSize && len(steps) < maxSteps; script = script[stepSize:] {
		when, what, how := script[0], script[1], script[2]
		s := step{
			wait: waits[when%16], hangUp: when&0x10 > 0, fact: mostly[when>>5],
			plan: plans[how%16],
		}
		if what >= 0xFC {
			s.wait = longWait
		}
		switch kind := what % 16; {
		case kind < 2:
			s.content = 1
		case kind == 2:
			s.what = forged
		case kind == 3:
			s.what = reload
		case kind < 6:
			s.copies = 3
		}
		steps = append(steps, s)
	}
	return steps
}

// drawScript returns a random script.
func drawScript(random *rand.Rand, steps int) []byte {
	script := make([]byte, steps*stepSize)
	for i := range script {
		script[i] = byte(random.Uint32())
	}
	return script
}

func (s step) String() string {
	what := []string{"genuine", "forged", "reload"}[s.what]
	if s.what == reload {
		return fmt.Sprintf("after %v %s", s.wait, what)
	}
	return fmt.Sprintf("after %v %s, fact %d, content %d, %d times, hang-up %v; the app would say: %s",
		s.wait, what, s.fact, s.content, max(1, s.copies), s.hangUp, s.plan.name)
}

// outcome is what a step has come to: the statuses of the acks, and the calls of the app.
type outcome struct {
	statuses []int
	calls    int
}

func (o outcome) equal(other outcome) bool {
	slices.Sort(o.statuses)
	slices.Sort(other.statuses)
	return o.calls == other.calls && slices.Equal(o.statuses, other.statuses)
}

// story tells what the script has come to, up to the first step that went wrong.
func story(steps []step, want, got []outcome) string {
	var text strings.Builder
	for i := range steps {
		fmt.Fprintf(&text, "\n%3d %s: %v, want %v", i+1, steps[i], got[i], want[i])
		if !want[i].equal(got[i]) {
			break
		}
	}
	return text.String()
}
