package simulation

import (
	"slices"
	"testing"
	"time"
)

// What the protocol says, rule by rule. Here the model is held to it as well.
func TestProtocol(t *testing.T) {
	after := func(wait time.Duration, named string) step { return step{wait: wait, plan: planned(t, named)} }
	called := func(status int) outcome { return outcome{[]int{status}, 1} }
	only := func(statuses ...int) outcome { return outcome{statuses, 0} }
	nothing := outcome{}

	tests := []struct {
		name  string
		steps []step
		want  []outcome
	}{
		{"once accepted, SUCCESS comes from the record",
			[]step{after(0, "yes"), after(time.Second, "no"), after(0, "no")}, []outcome{called(200), only(200), only(200)}},
		{"of copies delivered at once, one calls the app",
			[]step{after(0, "yes after 8s").thrice(), after(9*time.Second, "no")},
			[]outcome{{[]int{200, 503, 503}, 1}, only(200)}},
		{"a no releases the fact",
			[]step{after(0, "no"), after(time.Second, "no after 9s"), after(time.Second, "yes"), after(9*time.Second, "yes")},
			[]outcome{called(500), called(500), only(503), called(200)}},
		{"a failure releases the fact",
			[]step{after(0, "a panic after 12s"), after(13*time.Second, "an error after 5s"), after(6*time.Second, "a login page after 3s"), after(4*time.Second, "yes")},
			[]outcome{called(502), called(502), called(502), called(200)}},
		{"a deadline releases the fact once the app minds it",
			[]step{after(0, "yes after 40s, but for the deadline"), after(29*time.Second, "yes"), after(2*time.Second, "yes")},
			[]outcome{called(504), only(503), called(200)}},
		{"a yes after the deadline is recorded",
			[]step{after(0, "yes after 32s, too late"), after(31*time.Second, "no"), after(2*time.Second, "no")},
			[]outcome{called(504), only(503), only(200)}},
		{"a yes after the lease is recorded if nobody else has the fact",
			[]step{after(0, "yes after 40s, too late and after the lease"), after(41*time.Second, "no")},
			[]outcome{called(504), only(200)}},
		{"a no after the deadline is a no",
			[]step{after(0, "no after 36s, too late"), after(37*time.Second, "yes")}, []outcome{called(504), called(200)}},
		{"what cannot be read after the deadline is no yes",
			[]step{after(0, "a login page after 50s, too late"), after(51*time.Second, "yes")}, []outcome{called(504), called(200)}},
		{"a lease runs out, and its owner can no longer settle what is another's",
			[]step{after(0, "yes after 40s, too late and after the lease"), after(34*time.Second, "no after 9s"), after(7*time.Second, "yes"), after(3*time.Second, "yes")},
			[]outcome{called(504), called(500), only(503), called(200)}},
		{"an owner that was late does not release another's claim",
			[]step{after(0, "no after 36s, too late"), after(34*time.Second, "yes after 8s"), after(3*time.Second, "no"), after(6*time.Second, "no")},
			[]outcome{called(504), called(200), only(503), only(200)}},
		{"other content than what was accepted is a conflict",
			[]step{after(0, "yes"), after(time.Second, "yes").altered(), after(0, "no")},
			[]outcome{called(200), only(409), only(200)}},
		{"other content during the call waits",
			[]step{after(0, "no after 9s"), after(time.Second, "yes").altered(), after(9*time.Second, "yes").altered()},
			[]outcome{called(500), only(503), called(200)}},
		{"a forgery changes nothing",
			[]step{after(0, "yes").byForger(), after(0, "yes after 8s"), after(time.Second, "yes").byForger(), after(0, "yes")},
			[]outcome{only(401), called(200), only(401), only(503)}},
		{"a hang-up changes nothing",
			[]step{after(0, "yes after 8s").hungUp(), after(7*time.Second, "no"), after(2*time.Second, "no")},
			[]outcome{called(200), only(503), only(200)}},
		{"a reload changes nothing",
			[]step{after(0, "yes after 8s"), {wait: time.Second, what: reload}, after(time.Second, "no"), after(7*time.Second, "no"), {what: reload}, after(0, "no")},
			[]outcome{called(200), nothing, only(503), only(200), nothing, only(200)}},
		{"facts are separate",
			[]step{after(0, "yes after 8s"), after(0, "no").of(1), after(time.Second, "yes").of(1)},
			[]outcome{called(200), called(500), called(200)}},
		{"a record goes after its retention",
			[]step{after(0, "yes"), after(retention-time.Second, "no"), after(2*time.Second, "no")},
			[]outcome{called(200), only(200), called(500)}},
		{"a record lasts longer where the fact's own clock is ahead",
			[]step{after(0, "yes").of(3), after(retention+5*time.Hour-time.Second, "no").of(3), after(2*time.Second, "no").of(3)},
			[]outcome{called(200), only(200), called(500)}},
		{"what is too old is refused, accepted or not",
			[]step{after(0, "yes"), after(maxAge-time.Second, "no"), after(2*time.Second, "yes"), after(0, "yes").of(1)},
			[]outcome{called(200), called(500), only(403), only(403)}},
	}
	for _, test := range tests {
		for _, store := range stores {
			t.Run(test.name+" "+store, func(t *testing.T) {
				if got := follow(t, store, test.steps); !slices.EqualFunc(got, test.want, outcome.equal) {
					t.Error("not what the rule says", story(test.steps, test.want, got))
				}
			})
		}
	}
}

func planned(t *testing.T, name string) plan {
	t.Helper()
	i := slices.IndexFunc(plans, func(p plan) bool { return p.name == name })
	if i < 0 {
		t.Fatalf("there is no plan %q", name)
	}
	return plans[i]
}

// follow plays steps, and demands that they come to what the model says.
func follow(t *testing.T, store string, steps []step) []outcome {
	t.Helper()
	want, got := play(t, t.TempDir(), store, steps)
	if !slices.EqualFunc(want, got, outcome.equal) {
		t.Errorf("%s: the handler and the model differ in the last of these steps%s", store, story(steps, want, got))
	}
	return got
}
