package dedupetest

import "github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"

// settlingRules are about who may end a claim, and how.
var settlingRules = []rule{
	{"accept may be repeated, by anybody who has the same content", func(s *subject) {
		first := s.claim("order")
		s.finds(first, dedupe.Claimed)
		s.accepts(first, nil)
		s.accepts(first, nil)
		s.accepts(s.claim("order"), nil)
		s.finds(s.claim("order"), dedupe.Accepted)
	}},
	{"accept needs no claim", func(s *subject) {
		s.accepts(s.claim("order"), nil)
		s.finds(s.claim("order"), dedupe.Accepted)
		s.finds(altered(s.claim("order")), dedupe.Conflict)
	}},
	{"accept after release is recorded", func(s *subject) {
		first := s.claim("order")
		s.finds(first, dedupe.Claimed)
		s.releases(first)
		s.accepts(first, nil)
		s.finds(s.claim("order"), dedupe.Accepted)
	}},
	{"accept does not change what is accepted already", func(s *subject) {
		s.accepts(s.claim("order"), nil)
		s.accepts(altered(s.claim("order")), dedupe.ErrLost)
		s.finds(s.claim("order"), dedupe.Accepted)
		s.finds(altered(s.claim("order")), dedupe.Conflict)
		s.accepts(s.claim("order"), nil)
	}},
	{"accept is lost on another's claim, which goes on", func(s *subject) {
		first, second := s.claim("order"), s.claim("order")
		s.finds(first, dedupe.Claimed)
		s.accepts(second, dedupe.ErrLost)
		s.accepts(altered(second), dedupe.ErrLost)
		s.finds(second, dedupe.InFlight)
		s.finds(first, dedupe.Claimed)
		s.accepts(first, nil)
		s.finds(second, dedupe.Accepted)
	}},
	{"the content that counts is that of accept", func(s *subject) {
		first := s.claim("order")
		s.finds(altered(first), dedupe.Claimed)
		s.accepts(first, nil)
		s.finds(s.claim("order"), dedupe.Accepted)
	}},
	{"release may be repeated", func(s *subject) {
		first := s.claim("order")
		s.finds(first, dedupe.Claimed)
		s.releases(first)
		s.releases(first)
		s.finds(s.claim("order"), dedupe.Claimed)
	}},
	{"release without a claim does nothing", func(s *subject) {
		s.releases(s.claim("order"))
		s.finds(s.claim("order"), dedupe.Claimed)
	}},
	{"release does nothing to another's claim", func(s *subject) {
		first, second := s.claim("order"), s.claim("order")
		s.finds(first, dedupe.Claimed)
		s.releases(second)
		s.finds(second, dedupe.InFlight)
		s.accepts(first, nil)
		s.finds(second, dedupe.Accepted)
	}},
	{"release does nothing to what is accepted", func(s *subject) {
		first := s.claim("order")
		s.finds(first, dedupe.Claimed)
		s.accepts(first, nil)
		s.releases(first)
		s.releases(s.claim("order"))
		s.finds(s.claim("order"), dedupe.Accepted)
		s.finds(first, dedupe.Accepted)
	}},
	{"one fact's end is no other's", func(s *subject) {
		first, other, third := s.claim("order"), s.claim("order2"), s.claim("order3")
		other.Owner, third.Owner = first.Owner, first.Owner
		s.finds(first, dedupe.Claimed)
		s.finds(other, dedupe.Claimed)
		s.finds(third, dedupe.Claimed)
		s.releases(first)
		s.accepts(other, nil)
		s.finds(s.claim("order"), dedupe.Claimed)
		s.finds(s.claim("order2"), dedupe.Accepted)
		s.finds(s.claim("order3"), dedupe.InFlight)
	}},
}
