package dedupetest

import (
	"context"
	"strings"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// stateRules are about what Begin finds, and for whom.
var stateRules = []rule{
	{"a store in order passes its check", func(s *subject) {
		ctx, cancel := s.context()
		defer cancel()
		if err := s.store.Check(ctx); err != nil {
			s.Error(err)
		}
		s.finds(s.claim("order"), dedupe.Claimed)
	}},
	{"what is claimed is in flight for everybody else", func(s *subject) {
		first := s.claim("order")
		s.finds(first, dedupe.Claimed)
		s.finds(s.claim("order"), dedupe.InFlight)
		s.finds(altered(s.claim("order")), dedupe.InFlight)
		s.finds(s.claim("order"), dedupe.InFlight)
	}},
	{"its owner may claim it again", func(s *subject) {
		first := s.claim("order")
		s.finds(first, dedupe.Claimed)
		s.finds(first, dedupe.Claimed)
		s.finds(s.claim("order"), dedupe.InFlight)
	}},
	{"what is accepted is accepted for everybody", func(s *subject) {
		first := s.claim("order")
		s.finds(first, dedupe.Claimed)
		s.accepts(first, nil)
		s.finds(s.claim("order"), dedupe.Accepted)
		s.finds(first, dedupe.Accepted)
		s.finds(s.claim("order"), dedupe.Accepted)
	}},
	{"what is accepted with other content is a conflict", func(s *subject) {
		first := s.claim("order")
		s.finds(first, dedupe.Claimed)
		s.accepts(first, nil)
		s.finds(altered(s.claim("order")), dedupe.Conflict)
		s.finds(altered(first), dedupe.Conflict)
		s.finds(s.claim("order"), dedupe.Accepted)
	}},
	{"what is released is absent", func(s *subject) {
		first, second := s.claim("order"), s.claim("order")
		s.finds(first, dedupe.Claimed)
		s.releases(first)
		s.finds(second, dedupe.Claimed)
		s.finds(first, dedupe.InFlight)
	}},
	{"every ID is a fact of its own", everyIDOnItsOwn},
	{"a context that has ended leaves nothing half done", endedContext},
}

// everyIDOnItsOwn uses IDs that an encoding, a prefix or a pattern could take for each
// other.
func everyIDOnItsOwn(s *subject) {
	names := []string{
		"transaction:1900000109:4200000171201808221550954201:SUCCESS",
		"transaction:1900000109:4200000171201808221550954201:PAYERROR",
		"transaction:1900000109:4200000171201808221550954201",
		"a", "A", "a ", "a:", "a::", "a%3A", "a%3a", "a%", "%", "%%", "a|b", "a@b", "a*", "a?", "[a]",
		"{a}b", "{a}c", "{}", "a/b", "a\\b", `a"b`, "a'b", "a,b", "a\tb", "a=b&c=d", "-1", "0", "null",
		"京A12345", "订单", "é", "e\u0301", "🀄",
		strings.Repeat("9", 200), strings.Repeat("9", 199), strings.Repeat("订", 66) + "ab",
	}
	for _, name := range names {
		first := s.claim(name)
		s.finds(first, dedupe.Claimed)
		s.finds(s.claim(name), dedupe.InFlight)
		s.accepts(first, nil)
	}
	for _, name := range names {
		s.finds(s.claim(name), dedupe.Accepted)
		s.finds(altered(s.claim(name)), dedupe.Conflict)
	}
}

// endedContext does not ask for an error: a store that needs no time may do its work.
func endedContext(s *subject) {
	cancelled, cancel := context.WithCancel(s.Context())
	cancel()
	late, cancel := context.WithTimeout(s.Context(), -time.Second)
	defer cancel()
	for name, ctx := range map[string]context.Context{"cancelled": cancelled, "late": late} {
		first := s.claim(name)
		if state, err := s.store.Begin(ctx, first); err == nil && state != dedupe.Claimed {
			s.Errorf("%s: Begin: %s, want claimed or an error", name, nameOf(state))
		}
		s.finds(first, dedupe.Claimed)
		if err := s.store.Release(ctx, first); err == nil {
			s.finds(first, dedupe.Claimed)
		}
		s.releases(first)
		s.finds(first, dedupe.Claimed)
		if err := s.store.Accept(ctx, first); err == nil {
			s.finds(s.claim(name), dedupe.Accepted)
		}
		s.accepts(first, nil)
		s.finds(s.claim(name), dedupe.Accepted)
	}
}
