package simulation

import "time"

// model is the whole protocol: what is known of each fact.
type model map[int]record

// record is a claim until it has run out, or an acceptance until it is forgotten.
type record struct {
	owner    int // of a claim; 0 once accepted
	content  int // once accepted
	accepted bool
	until    time.Time
}

// What begin says.
const (
	callIt = iota
	inFlight
	duplicate
	conflict
)

// begin is a delivery that has passed all checks.
func (m model) begin(fact, owner, content int, now time.Time) int {
	switch r := m[fact]; {
	case !now.Before(r.until):
		m[fact] = record{owner: owner, until: now.Add(lease)}
		return callIt
	case !r.accepted:
		return inFlight
	case r.content == content:
		return duplicate
	}
	return conflict
}

// end is the end of the call that begin has asked for.
func (m model) end(fact, owner, content int, yes bool, keep time.Duration, now time.Time) {
	switch r := m[fact]; {
	case now.Before(r.until) && r.owner != owner: // the claim has become another's
	case yes:
		m[fact] = record{content: content, accepted: true, until: now.Add(keep)}
	default:
		delete(m, fact)
	}
}
