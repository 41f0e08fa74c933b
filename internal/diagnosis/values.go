package diagnosis

import (
	"iter"
	"slices"
	"strings"
)

// undoValue returns what a value may have been before a mistake. Equal places of two lists
// undo it in the same way.
type undoValue func(value string) []string

// maxValue is the longest value that is changed in many ways.
const maxValue = 8 << 10

// maxTogether bounds the ways that are tried on all values at once.
const maxTogether = 8

// valueStep makes a step that undoes a mistake in each value alone, then in all together.
func valueStep(c cause, undo undoValue) fieldStep {
	return namedValueStep(c, func(_, value string) []string { return undo(value) })
}

// namedValueStep is valueStep for what depends on the element.
func namedValueStep(c cause, undo func(name, value string) []string) fieldStep {
	return func(m *message) iter.Seq[attempt] {
		return func(yield func(attempt) bool) {
			var together [maxTogether]attempt
			var changed [maxTogether][]string
			for i, field := range m.fields {
				if len(field.Value) > maxValue {
					continue
				}
				for way, before := range undo(field.Name, field.Value) {
					if before == field.Value {
						continue
					}
					if !yield(attempt{replaced(m.fields, i, before), found{c, field.Name}}) {
						return
					}
					if way < maxTogether {
						if together[way].fields == nil {
							together[way].fields = slices.Clone(m.fields)
						}
						together[way].fields[i].Value = before
						changed[way] = append(changed[way], field.Name)
					}
				}
			}
			for way, attempt := range together {
				attempt.found = found{c, strings.Join(changed[way], ", ")}
				attempt.fields = signedOf(attempt.fields)
				if len(changed[way]) > 1 && !yield(attempt) {
					return
				}
			}
		}
	}
}
