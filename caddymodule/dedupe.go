package caddymodule

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyevents"
	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
	_ "github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe/file"   // the default
	_ "github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe/memory" // needs nothing
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// The values of dedupe that need no module, or come without one being named.
const (
	dedupeOff    = "off"
	defaultStore = "file"
)

// How long it is remembered beyond max_age that a notification was accepted: by then
// it is refused for its age, whatever the clocks of several edges say.
const extraRetention = 24 * time.Hour

// timelessRetention is how long the same is remembered of a notification that has no
// time, and could be sent again for ever.
const timelessRetention = 10 * 365 * 24 * time.Hour

// records is the handler's use of a store.
type records struct {
	source  dedupe.Source
	timeout time.Duration
	lease   time.Duration
	keep    time.Duration
	logger  *zap.Logger

	keepTimeless time.Duration
}

// unmarshalDedupe reads which store to use. The rest of the line, and a block, are the
// store's.
func (h *Handler) unmarshalDedupe(d *caddyfile.Dispenser) error {
	if !d.NextArg() {
		return d.ArgErr()
	}
	name := d.Val()
	if name == dedupeOff {
		if d.NextArg() {
			return d.ArgErr()
		}
		h.DedupeRaw = caddyconfig.JSON(map[string]string{"store": dedupeOff}, nil)
		return nil
	}
	if err := checkStore(name); err != nil {
		return d.WrapErr(err)
	}
	source, err := caddyfile.UnmarshalModule(d, dedupe.Namespace+"."+name)
	if err != nil {
		return err
	}
	h.DedupeRaw = caddyconfig.JSONModuleObject(source, "store", name, nil)
	return nil
}

// checkStore tells what to do about a store that is not there.
func checkStore(name string) error {
	_, err := caddy.GetModule(dedupe.Namespace + "." + name)
	switch {
	case err == nil:
		return nil
	case name == "redis":
		return errors.New("dedupe redis is not part of this Caddy; build it with: xcaddy build --with github.com/caddy-wechatpay/caddy-wechatpay/caddymodule --with github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe/redis")
	}
	return fmt.Errorf("dedupe %q is none of file, memory, redis and off; a store of somebody else's must be built into Caddy: xcaddy build --with <its package>", name)
}

// provisionDedupe loads the store's module. Its records are shared, also with the
// handler that this one replaces on a reload.
func (h *Handler) provisionDedupe(ctx caddy.Context) error {
	var named struct {
		Store string `json:"store"`
	}
	if h.DedupeRaw == nil {
		h.DedupeRaw = caddyconfig.JSON(map[string]string{"store": defaultStore}, nil)
	}
	if err := json.Unmarshal(h.DedupeRaw, &named); err != nil {
		return errors.New(`dedupe is not an object such as {"store": "file"}`)
	}
	if named.Store == dedupeOff {
		if err := caddy.StrictUnmarshalJSON(h.DedupeRaw, &named); err != nil {
			return fmt.Errorf("dedupe off: %w", err)
		}
		return nil
	}
	if err := checkStore(named.Store); err != nil {
		return err
	}
	module, err := ctx.LoadModule(h, "DedupeRaw")
	if err != nil {
		return err
	}
	if h.Mode == modeShadow {
		return nil // nothing is kept back, so nothing needs to be remembered
	}
	source := module.(dedupe.Source)
	options := source.Common()
	r := &records{
		source:  source,
		timeout: time.Duration(options.Timeout),
		lease:   time.Duration(h.UpstreamTimeout+options.Timeout) + time.Second,
		keep:    time.Duration(cmp.Or(options.Retention, h.MaxAge+caddy.Duration(extraRetention))),
		logger:  h.logger,

		keepTimeless: time.Duration(cmp.Or(options.Retention, caddy.Duration(timelessRetention))),
	}
	if r.keep < time.Duration(h.MaxAge) {
		h.logger.Warn("retention is shorter than max_age: in between, an old notification sent again would reach the upstream again")
	}
	dedupe.Acquire(source, h.logger)
	h.records = r
	return r.checkOnceStarted(ctx)
}

// checkOnceStarted has the store tried when the configuration is in effect. Until then
// it may be about to be thrown away.
func (r *records) checkOnceStarted(ctx caddy.Context) error {
	events, err := ctx.App("events")
	if err != nil {
		return err
	}
	return events.(*caddyevents.App).On("started", r)
}

// Handle implements caddyevents.Handler.
func (r *records) Handle(ctx context.Context, _ caddy.Event) error {
	ledger := dedupe.Acquire(r.source, r.logger)
	defer r.giveBack()
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	if err := ledger.Check(ctx); err != nil {
		r.logger.Error("dedupe: the store cannot be used; until it can, every notification is answered with FAIL and status 503, and comes again", zap.Error(err))
	}
	return nil // the event concerns others too
}

// context is that of one call of the store. A sender who hangs up does not end it.
func (r *records) context() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), r.timeout)
}

func (r *records) giveBack() {
	if err := dedupe.Return(r.source); err != nil {
		r.logger.Error("dedupe: closing the store", zap.Error(err))
	}
}

// claimFor is the claim to what n tells. Its record outlives the time at which n is
// too old, even where n's own clock is ahead of this one. What has no time is never too
// old.
func (r *records) claimFor(n *verifier.Notification, f *facts, scratch []byte) dedupe.Claim {
	keep := r.keep + max(0, time.Until(n.Time))
	if n.Time.IsZero() {
		keep = r.keepTimeless
	}
	return dedupe.Claim{
		ID: f.id, LoggedID: f.loggedID(), Content: dedupe.Digest(n.AppendContent(scratch)),
		Owner: dedupe.NewOwner(), Lease: r.lease, Keep: keep,
	}
}

// begin claims the fact. It returns a verdict other than OK if the upstream must not be
// called: it has accepted the fact already, or is being asked. After an OK the caller calls
// end.
func (d *delivery) begin() verdict {
	r := d.handler.records
	if r == nil || d.answer != verifier.Ack { // a question is answered each time
		return verdict{}
	}
	d.ledger = dedupe.Acquire(r.source, r.logger)
	v := d.claimFact()
	if v.reason != verifier.OK {
		d.end()
	}
	return v
}

// end gives the ledger back, if there is one.
func (d *delivery) end() {
	if d.ledger != nil {
		d.handler.records.giveBack()
		d.ledger = nil
	}
}

func (d *delivery) claimFact() verdict {
	defer d.storeCall(opBegin)()
	ctx, cancel := d.handler.records.context()
	defer cancel()
	state, err := d.ledger.Begin(ctx, d.claim)
	switch {
	case err != nil:
		return verdict{reason: verifier.StoreError, detail: err.Error()}
	case state == dedupe.Accepted:
		return verdict{reason: verifier.AcceptedEarlier}
	case state == dedupe.Conflict:
		return verdict{reason: verifier.Conflict}
	case state == dedupe.InFlight:
		return verdict{reason: verifier.InFlight}
	}
	return verdict{}
}

// settle makes the upstream's yes a record before WeChat Pay learns of it. After
// anything else, the next delivery starts anew.
func (d *delivery) settle(v verdict) verdict {
	switch {
	case d.ledger == nil:
		return v
	case v.reason != verifier.OK:
		d.release()
		return v
	}
	defer d.storeCall(opAccept)()
	ctx, cancel := d.handler.records.context()
	defer cancel()
	switch err := d.ledger.Accept(ctx, d.claim); {
	case errors.Is(err, dedupe.ErrLost):
		v.reason, v.detail = verifier.InFlight, "the upstream said yes, but "+err.Error()
	case err != nil:
		v.reason, v.detail = verifier.StoreError, "the upstream said yes, but that could not be recorded: "+err.Error()
	}
	return v
}

func (d *delivery) release() {
	defer d.storeCall(opRelease)()
	ctx, cancel := d.handler.records.context()
	defer cancel()
	if err := d.ledger.Release(ctx, d.claim); err != nil {
		d.handler.logger.Warn("dedupe: a claim could not be released; it runs out by itself",
			zap.String("id", d.facts.loggedID()), zap.Duration("lease", d.claim.Lease), zap.Error(err))
	}
}
