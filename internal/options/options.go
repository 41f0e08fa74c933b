// Package options reads the options of a directive from its block in a Caddyfile, strictly:
// a slip of the pen must not leave anything out.
package options

import (
	"slices"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/dustin/go-humanize"
)

// ForEach reads a block, if there is one. It refuses options that appear twice but for
// repeatable ones, since one of the two would be overlooked, and blocks that unmarshal has
// left unread.
func ForEach(d *caddyfile.Dispenser, unmarshal func(d *caddyfile.Dispenser, option string) error, repeatable ...string) error {
	seen := make(map[string]bool)
	for nesting := d.Nesting(); d.NextBlock(nesting); {
		option := d.Val()
		if seen[option] && !slices.Contains(repeatable, option) {
			return d.Errf("%s appears twice", option)
		}
		seen[option] = true
		if err := unmarshal(d, option); err != nil {
			return err
		}
		if d.NextBlock(nesting + 1) {
			return d.Errf("%s takes no block", option)
		}
	}
	return nil
}

// One reads exactly one argument, which must be one of allowed if there are any.
func One(d *caddyfile.Dispenser, value *string, allowed ...string) error {
	option := d.Val()
	if !d.Args(value) || d.NextArg() {
		return d.ArgErr()
	}
	if len(allowed) > 0 && !slices.Contains(allowed, *value) {
		return d.Errf("%s %q is not one of %q", option, *value, allowed)
	}
	return nil
}

// Some reads at least one argument.
func Some(d *caddyfile.Dispenser, values *[]string) error {
	if *values = d.RemainingArgs(); len(*values) == 0 {
		return d.ArgErr()
	}
	return nil
}

// Duration reads a positive duration.
func Duration(d *caddyfile.Dispenser, value *caddy.Duration) error {
	var text string
	option := d.Val()
	if err := One(d, &text); err != nil {
		return err
	}
	duration, err := caddy.ParseDuration(text)
	if err != nil || duration <= 0 {
		return d.Errf("%s %q is not a positive duration such as 30s, 5m or 2d", option, text)
	}
	*value = caddy.Duration(duration)
	return nil
}

// Size reads a number of bytes.
func Size(d *caddyfile.Dispenser, value *int64) error {
	var text string
	option := d.Val()
	if err := One(d, &text); err != nil {
		return err
	}
	const most = 1 << 30
	size, err := humanize.ParseBytes(text)
	if err != nil || size == 0 || size > most {
		return d.Errf("%s %q is not a size such as 64KiB, between 1B and 1GiB", option, text)
	}
	*value = int64(size)
	return nil
}
