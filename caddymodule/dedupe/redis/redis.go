// Package redis keeps the record of accepted notifications in Redis or Valkey, so that
// several edges share one.
package redis

import (
	"context"
	"encoding/hex"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// keyPrefix comes before the fact's ID.
const keyPrefix = "wechatpay:"

// What a key holds is whose claim it is, or that the fact is accepted and with what
// content.
const (
	claimedBy = "claimed:"
	accepted  = "accepted:"
)

// begin sets the key to ARGV[1] for ARGV[2] milliseconds, unless it holds something
// else. That is returned.
var begin = redis.NewScript(`
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return held end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ''`)

// finish replaces the claim ARGV[1], or nothing, by ARGV[2] for ARGV[3] milliseconds; or
// by nothing, if ARGV[2] is empty. If the key holds something else, that is returned.
var finish = redis.NewScript(`
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return held end
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return ''`)

type store struct{ client redis.UniversalClient }

// Begin implements [dedupe.Store].
func (s *store) Begin(ctx context.Context, claim dedupe.Claim) (dedupe.State, error) {
	held, err := s.run(ctx, begin, claim, claim.Lease.Milliseconds())
	switch {
	case err != nil:
		return 0, err
	case held == "":
		return dedupe.Claimed, nil
	case held == recordOf(claim):
		return dedupe.Accepted, nil
	case strings.HasPrefix(held, accepted):
		return dedupe.Conflict, nil
	}
	return dedupe.InFlight, nil
}

// Accept implements [dedupe.Store].
func (s *store) Accept(ctx context.Context, claim dedupe.Claim) error {
	held, err := s.run(ctx, finish, claim, recordOf(claim), claim.Keep.Milliseconds())
	if err == nil && held != "" && held != recordOf(claim) {
		return dedupe.ErrLost
	}
	return err
}

// Release implements [dedupe.Store].
func (s *store) Release(ctx context.Context, claim dedupe.Claim) error {
	_, err := s.run(ctx, finish, claim, "", 0)
	return err
}

// run runs a script and returns what it found in the key.
func (s *store) run(ctx context.Context, script *redis.Script, claim dedupe.Claim, arguments ...any) (string, error) {
	return within(ctx, func() (string, error) {
		keys := []string{keyPrefix + claim.ID}
		return script.Run(ctx, s.client, keys, append([]any{claimedBy + claim.Owner}, arguments...)...).Text()
	})
}

// within does not wait for call beyond the deadline. The client would: in a cluster, when
// it looks for a node.
func within(ctx context.Context, call func() (string, error)) (string, error) {
	type result struct {
		text string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := call()
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Check implements [dedupe.Store].
func (s *store) Check(ctx context.Context) error {
	_, err := within(ctx, func() (string, error) { return s.client.Ping(ctx).Result() })
	return err
}

// Close implements [dedupe.Store].
func (s *store) Close() error { return s.client.Close() }

func recordOf(claim dedupe.Claim) string { return accepted + hex.EncodeToString(claim.Content[:]) }

var _ dedupe.Store = (*store)(nil)
