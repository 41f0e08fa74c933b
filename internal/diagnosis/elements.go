package diagnosis

import (
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// maxPairs bounds the elements of which every two are tried together.
const maxPairs = 64

// elementSteps undo that there is an element too many, or one under another name.
var elementSteps = []fieldStep{nullIsEmpty, dropOne, renameOne, renameAll}

// lostSteps put back what is not there any more.
var lostSteps = []fieldStep{fillEmptied, addOne}

// pairSteps try two elements at once.
var pairSteps = []fieldStep{dropTwo, dropUnknown, addTwo}

// lacking returns a copy without what is unwanted.
func lacking(fields verifier.Fields, unwanted func(verifier.Field) bool) verifier.Fields {
	return slices.DeleteFunc(slices.Clone(fields), unwanted)
}

// replaced returns a copy in which a value is another one.
func replaced(fields verifier.Fields, at int, value string) verifier.Fields {
	fields = slices.Clone(fields)
	fields[at].Value = value
	return fields
}

// nullIsEmpty takes for empty what a program has written for an empty value.
func nullIsEmpty(m *message) iter.Seq[attempt] {
	return func(yield func(attempt) bool) {
		isNull := func(f verifier.Field) bool { return nullTexts[f.Value] }
		for i, field := range m.fields {
			if isNull(field) && !yield(attempt{slices.Delete(slices.Clone(m.fields), i, i+1), found{valueNull, field.Name}}) {
				return
			}
		}
		if all := lacking(m.fields, isNull); len(all) < len(m.fields)-1 {
			yield(attempt{all, found{valueNull, "several elements"}})
		}
	}
}

var nullTexts = map[string]bool{
	"null": true, "NULL": true, "nil": true, "None": true, "undefined": true, "(null)": true, "[]": true, "{}": true, "Array": true, "-": true,
}

func dropOne(m *message) iter.Seq[attempt] {
	return func(yield func(attempt) bool) {
		for i, field := range m.fields {
			if !yield(attempt{slices.Delete(slices.Clone(m.fields), i, i+1), found{elementAdded, field.Name}}) {
				return
			}
		}
	}
}

func dropTwo(m *message) iter.Seq[attempt] {
	return func(yield func(attempt) bool) {
		if len(m.fields) > maxPairs {
			return
		}
		for i := range m.fields {
			one := slices.Delete(slices.Clone(m.fields), i, i+1)
			for j := i; j < len(one); j++ {
				two := attempt{slices.Delete(slices.Clone(one), j, j+1), found{elementAdded, m.fields[i].Name + " and " + one[j].Name}}
				if !yield(two) {
					return
				}
			}
		}
	}
}

// dropUnknown drops all elements that no notification has.
func dropUnknown(m *message) iter.Seq[attempt] {
	return func(yield func(attempt) bool) {
		var names []string
		for _, field := range m.fields {
			if !documented[field.Name] && !coupon.MatchString(field.Name) {
				names = append(names, field.Name)
			}
		}
		if len(names) > 2 {
			unknown := func(f verifier.Field) bool { return slices.Contains(names, f.Name) }
			yield(attempt{lacking(m.fields, unknown), found{elementAdded, strings.Join(names, ", ")}})
		}
	}
}

var coupon = regexp.MustCompile(`^coupon_(?:id|type|fee)_[0-9]+$`)

// fillEmptied gives an empty element one of its usual values.
func fillEmptied(m *message) iter.Seq[attempt] {
	return func(yield func(attempt) bool) {
		for _, element := range m.elements {
			if element.Value != "" {
				continue
			}
			for _, value := range m.usual(element.Name) {
				if !yield(attempt{m.plus(element.Name, value), found{elementEmptied, element.Name}}) {
					return
				}
			}
		}
	}
}

// addOne adds an element that is not there, with each of its usual values.
func addOne(m *message) iter.Seq[attempt] {
	return func(yield func(attempt) bool) {
		for field := range m.missing() {
			if !yield(attempt{m.plus(field.Name, field.Value), found{elementLost, field.Name}}) {
				return
			}
		}
	}
}

func addTwo(m *message) iter.Seq[attempt] {
	return func(yield func(attempt) bool) {
		fields := slices.Collect(m.missing())
		if len(m.fields) > maxPairs {
			return
		}
		for i, first := range fields {
			for _, second := range fields[i+1:] {
				if first.Name == second.Name {
					continue
				}
				both := signedOf(append(slices.Clone(m.fields), first, second))
				if !yield(attempt{both, found{elementLost, first.Name + " and " + second.Name}}) {
					return
				}
			}
		}
	}
}

// plus returns the fields with one more.
func (m *message) plus(name, value string) verifier.Fields {
	return signedOf(append(slices.Clone(m.fields), verifier.Field{Name: name, Value: value}))
}

// renameOne gives one element a name that it may have had.
func renameOne(m *message) iter.Seq[attempt] {
	return func(yield func(attempt) bool) {
		for i, field := range m.fields {
			for _, name := range namesNear(field.Name) {
				if m.fields.Has(name) {
					continue
				}
				renamed := slices.Clone(m.fields)
				renamed[i].Name = name
				if !yield(attempt{signedOf(renamed), found{elementRenamed, name}}) {
					return
				}
			}
		}
	}
}

// renameAll undoes a way of writing names that was applied to all of them.
func renameAll(m *message) iter.Seq[attempt] {
	return func(yield func(attempt) bool) {
		for _, rename := range namings {
			renamed := slices.Clone(m.fields)
			changed := ""
			for i, field := range renamed {
				if name := rename(field.Name); name != field.Name {
					renamed[i].Name, changed = name, name
				}
			}
			if changed != "" && !yield(attempt{signedOf(renamed), found{elementRenamed, changed}}) {
				return
			}
		}
	}
}
