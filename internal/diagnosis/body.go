package diagnosis

import (
	"slices"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// The bounds of undoing what is around a body.
const (
	maxWraps    = 3
	maxBranches = 48
)

// undone is what a body becomes when mistakes are undone.
type undone struct {
	body string
	path []found
}

// wrappingSteps undo what may have become of a whole body, the more telling ones first.
var wrappingSteps = slices.Concat(encodingSteps, pastedSteps, notationSteps)

// bodySteps take out of it whatever does not belong there as well.
var bodySteps = slices.Concat(wrappingSteps, []bodyStep{undoMarkup})

// bodyStep undoes one mistake. It returns nothing where there is no sign of it.
type bodyStep func(body string) []undone

// bodyStepOf makes a step of a function that returns the body before the mistake, or "".
func bodyStepOf(c cause, undo func(string) string) bodyStep {
	return func(body string) []undone {
		before := undo(body)
		if before == "" || before == body || len(before) > maxBody {
			return nil
		}
		return []undone{{before, []found{{cause: c}}}}
	}
}

// unwrap undoes what is around a body that cannot be read, until it gets further than
// before. path is nil where nothing helps, or nothing has to.
func (q *inquiry) unwrap(d delivery, refusal *verifier.Error) (best delivery, path []found) {
	top := rank(refusal)
	if isJSON(d.body) && !strings.HasPrefix(strings.TrimSpace(d.body), "{") {
		top = rank(malformed) // JSON, but no object
	}
	if top > rank(unsigned) {
		return d, nil
	}
	for _, steps := range [][]bodyStep{wrappingSteps, bodySteps} {
		inner, got := q.unwrapBy(steps, d)
		if got.rank > top {
			best, path, top = inner, got.path, got.rank
		}
		if top > rank(unsigned) {
			break
		}
	}
	return best, path
}

// progress is how far one gets by undoing mistakes.
type progress struct {
	rank int
	path []found
}

func (q *inquiry) unwrapBy(steps []bodyStep, d delivery) (best delivery, got progress) {
	level, seen := []undone{{body: d.body}}, map[string]bool{d.body: true}
	for range maxWraps {
		var next []undone
		for _, outer := range level {
			for _, inner := range q.undoBody(steps, outer, seen) {
				candidate := delivery{inner.body, d.header, d.mchID}
				_, refusal := q.try(candidate)
				if rank(refusal) > got.rank {
					best, got = candidate, progress{rank(refusal), inner.path}
				}
				if refusal == nil {
					return best, got
				}
				next = append(next, inner)
			}
		}
		if got.rank > rank(unsigned) {
			break
		}
		level = next[:min(len(next), maxBranches)]
	}
	return best, got
}

var (
	malformed = &verifier.Error{Reason: verifier.Malformed}
	unsigned  = &verifier.Error{Reason: verifier.Unsigned}
)

// undoBody applies each step to a body.
func (q *inquiry) undoBody(steps []bodyStep, outer undone, seen map[string]bool) (all []undone) {
	for _, step := range steps {
		for _, inner := range step(outer.body) {
			if seen[inner.body] || !q.work.spend(len(inner.body)) {
				continue
			}
			seen[inner.body] = true
			inner.path = slices.Concat(outer.path, inner.path)
			all = append(all, inner)
		}
	}
	return all
}

// undoMarkup writes the elements of a body anew, without whatever else is in it.
func undoMarkup(body string) (all []undone) {
	l := readLoosely(body)
	if !slices.ContainsFunc(l.elements, func(f verifier.Field) bool { return telling[f.Name] }) {
		return nil
	}
	odd := l.odd
	if len(odd) == 0 {
		odd = []found{{cause: bodyNotStrict}}
	}
	first, last := render(l.elements, false), render(l.elements, true)
	all = append(all, undone{first, odd})
	if last != first {
		all = append(all, undone{last, odd})
	}
	return all
}

// telling are elements that make a text look like a notification.
var telling = map[string]bool{
	"sign": true, "mch_id": true, "appid": true, "req_info": true, "return_code": true, "nonce_str": true, "combine_mch_id": true,
}
