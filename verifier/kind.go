package verifier

import "slices"

// Kind is what a notification is about. The set is closed; it serves as a metric
// label.
type Kind string

// kindRules is everything that sets one kind apart from the others.
type kindRules struct {
	name         Kind
	resourceType string
	// matches tells the kind by its fields, whose signature holds already: what
	// nobody signed has no say in it.
	matches func(Fields) bool
	// decode checks that required fields are there and in the documented form,
	// and fills in the notification.
	decode func(*Notification) *Error
	// appendResource appends the members of the JSON resource.
	appendResource func([]byte, *Notification) []byte
	// appendContent appends what two deliveries of the same fact agree on.
	appendContent func([]byte, *Notification) []byte
}

// kinds are tried in this order; the first that matches is the one.
var kinds = []*kindRules{&payment}

func kindOf(fields Fields) *kindRules {
	at := slices.IndexFunc(kinds, func(k *kindRules) bool { return k.matches(fields) })
	if at < 0 {
		return nil
	}
	return kinds[at]
}
