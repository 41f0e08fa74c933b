package dedupe

import (
	"cmp"
	"errors"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/options"
)

// Namespace is where Caddy looks for stores.
const Namespace = "http.wechatpay.stores"

// Source is what a guest module in [Namespace] is: the configuration of a store.
type Source interface {
	// Key tells one set of records from another. Sources with equal keys share a store.
	Key() string
	// NewStore returns the store. It neither opens nor connects anything yet: Caddy also
	// provisions configurations that it only validates.
	NewStore(*zap.Logger) Store
	// Common returns the options that all stores have.
	Common() Options
}

// Options are what all stores have in common.
type Options struct {
	// How long one call of the store may take. Default: 2s.
	Timeout caddy.Duration `json:"timeout,omitempty"`

	// How long it is remembered that a notification was accepted. Default: `max_age` and
	// 24 hours more. What is less than `max_age` lets an old notification in again.
	Retention caddy.Duration `json:"retention,omitempty"`
}

const defaultTimeout = caddy.Duration(2 * time.Second)

// Common implements [Source].
func (o Options) Common() Options {
	o.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	return o
}

// Validate implements caddy.Validator.
func (o Options) Validate() error {
	if o.Timeout < 0 || o.Retention < 0 {
		return errors.New("timeout and retention must be positive")
	}
	return nil
}

// UnmarshalBlock reads the options from the block of the named store, which is optional.
func (o *Options) UnmarshalBlock(d *caddyfile.Dispenser, store string) error {
	return options.ForEach(d, func(d *caddyfile.Dispenser, option string) error {
		switch option {
		case "timeout":
			return options.Duration(d, &o.Timeout)
		case "retention":
			return options.Duration(d, &o.Retention)
		}
		return d.Errf("unknown option %q of dedupe %s; there are timeout and retention", option, store)
	})
}
