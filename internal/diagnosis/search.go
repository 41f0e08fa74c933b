package diagnosis

import (
	"iter"
	"slices"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// search looks for what makes the signature of an APIv2 body hold.
type search struct {
	q        *inquiry
	m        *message
	readings []reading
	keys     []signingKey // all that may have made it
	likely   []signingKey // those that are tried on changed elements too
}

// attempt is a body's elements with one mistake undone.
type attempt struct {
	fields verifier.Fields // sorted
	found  found
}

// fieldStep undoes one kind of mistake in the elements, in every way that it may have been
// made.
type fieldStep func(m *message) iter.Seq[attempt]

// fieldSteps are tried in this order; the first that makes the signature hold is taken. What
// has many ways comes last.
var fieldSteps = slices.Concat(
	elementSteps, charsetSteps, jsonSteps, escapeSteps, blankSteps, numberSteps, formSteps, lostSteps, usualSteps, pairSteps, editSteps,
)

func (q *inquiry) newSearch(m *message) *search {
	keys, likely := q.signingKeys()
	return &search{q: q, m: m, readings: readingsOf(m.sign), keys: keys, likely: likely}
}

// run returns the mistakes that must be undone for the signature to hold, which are none
// where it holds as it is. holds is false where nothing helped.
func (s *search) run() (mistakes []found, holds bool) {
	if mistakes, holds = s.asItIs(); holds {
		return mistakes, true
	}
	exact := slices.DeleteFunc(slices.Clone(s.readings), func(r reading) bool { return r.exact == nil })
	if len(exact) == 0 {
		return nil, false
	}
	for _, step := range fieldSteps {
		for a := range step(s.m) {
			if mistakes, holds = s.made(verifier.StringToSign(a.fields), s.likely, rightDigests, exact); holds {
				return append(mistakes, a.found), true
			}
			if s.q.work.exhausted {
				return nil, false
			}
		}
	}
	return nil, false
}

// asItIs leaves the elements alone: another key, another digest, another way to write the
// string to sign, or a damaged sign.
func (s *search) asItIs() (mistakes []found, holds bool) {
	text := verifier.StringToSign(s.m.fields)
	if mistakes, holds = s.made(text, s.keys, rightDigests, s.readings); holds {
		return mistakes, true
	}
	if mistakes, holds = s.made(text, s.keys, wrongDigests, s.readings); holds {
		return mistakes, true
	}
	for _, way := range stringWays {
		for _, written := range way.write(s) {
			if mistakes, holds = s.made(written, s.likely, rightDigests, s.readings); holds {
				return append(mistakes, found{cause: way.cause}), true
			}
		}
	}
	return nil, false
}

// made reports whether one of the keys made the signature of a text, and what is wrong with
// how it did.
func (s *search) made(text string, keys []signingKey, digests []digest, readings []reading) (mistakes []found, is bool) {
	for _, key := range keys {
		for _, digest := range digests {
			if !slices.ContainsFunc(readings, func(r reading) bool { return r.couldBe(digest) }) {
				continue
			}
			if !s.q.work.spend(len(text)) {
				return nil, false
			}
			sum := s.q.mask.digest(digest.sum(text, key.key))
			for _, r := range readings {
				if r.is(sum) {
					return slices.Concat(key.faults, digest.faults(), s.misspelt(), r.faults), true
				}
			}
		}
	}
	return nil, false
}

// misspelt is what is wrong with the name of sign.
func (s *search) misspelt() []found {
	if s.m.signName == "sign" {
		return nil
	}
	return []found{{signMisspelt, s.m.signName}}
}

// signingKey is a key that may have made a signature.
type signingKey struct {
	key    string
	faults []found // what has to be undone for it to be the right one
}

// signingKeys returns the keys that are given, made good, and those that are mistaken for
// them.
func (q *inquiry) signingKeys() (all, likely []signingKey) {
	for _, key := range q.keys {
		for _, clean := range key.clean {
			likely = append(likely, signingKey{clean, key.faults})
		}
	}
	for _, key := range q.apiV3Keys {
		for _, clean := range key.clean {
			likely = append(likely, signingKey{clean, []found{{cause: keyIsAPIv3}}})
		}
	}
	all = slices.Clone(likely)
	for _, key := range likely {
		for _, variant := range variantsOf(key.key) {
			all = append(all, signingKey{variant.key, slices.Concat(key.faults, variant.faults)})
		}
	}
	for _, key := range verifier.PublicKeys() {
		all = append(all, signingKey{key, []found{{cause: keySample}}})
	}
	for _, key := range all {
		q.mask.key(key.key)
	}
	return all, likely
}
