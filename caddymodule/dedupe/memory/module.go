package memory

import (
	"errors"
	"strconv"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

func init() { caddy.RegisterModule(new(Source)) }

// Source keeps the record of accepted notifications in the memory of the process, for
// tests and throwaway set-ups. It is shared by all handlers that use it, survives a
// reload, and is lost when the process ends.
type Source struct {
	// How many notifications are remembered. The oldest are forgotten first. The first
	// handler decides, until none uses it any more. Default: 100000.
	MaxRecords int `json:"max_records,omitempty"`

	dedupe.Options
}

const defaultMaxRecords = 100_000

// CaddyModule returns the Caddy module information.
func (*Source) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  dedupe.Namespace + ".memory",
		New: func() caddy.Module { return new(Source) },
	}
}

// UnmarshalCaddyfile sets up the store from Caddyfile tokens. Syntax:
//
//	dedupe memory [<max_records>] {
//		timeout   <duration>
//		retention <duration>
//	}
func (s *Source) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the store's name
	if d.NextArg() {
		number, err := strconv.Atoi(d.Val())
		if err != nil || number <= 0 {
			return d.Errf("dedupe memory %q: that is not a number of records", d.Val())
		}
		s.MaxRecords = number
	}
	if d.NextArg() {
		return d.ArgErr()
	}
	return s.UnmarshalBlock(d, "memory")
}

// Provision sets defaults.
func (s *Source) Provision(caddy.Context) error {
	if s.MaxRecords < 0 {
		return errors.New("max_records must be positive")
	}
	if s.MaxRecords == 0 {
		s.MaxRecords = defaultMaxRecords
	}
	return nil
}

// Key implements [dedupe.Source].
func (*Source) Key() string { return "memory" }

// NewStore implements [dedupe.Source].
func (s *Source) NewStore(logger *zap.Logger) dedupe.Store { return newStore(s.MaxRecords, logger) }

// Interface guards
var (
	_ dedupe.Source         = (*Source)(nil)
	_ caddy.Provisioner     = (*Source)(nil)
	_ caddy.Validator       = (*Source)(nil)
	_ caddyfile.Unmarshaler = (*Source)(nil)
)
