package inspector

import (
	"strconv"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/options"
)

func init() {
	httpcaddyfile.RegisterHandlerDirective("wechatpay_inspector", parseCaddyfile)
	// After basic_auth, which can guard it, and before wechatpay_notify, which would
	// refuse a GET.
	httpcaddyfile.RegisterDirectiveOrder("wechatpay_inspector", httpcaddyfile.Before, "encode")
}

func parseCaddyfile(helper httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
	h := new(Handler)
	return h, h.UnmarshalCaddyfile(helper.Dispenser)
}

// UnmarshalCaddyfile sets up the handler from Caddyfile tokens. Syntax:
//
//	wechatpay_inspector [<matcher>] {
//		allow <cidr>... | private_ranges
//		keep  <deliveries>
//	}
func (h *Handler) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the directive's name
	if d.NextArg() {
		return d.ArgErr()
	}
	return options.ForEach(d, h.unmarshalOption)
}

func (h *Handler) unmarshalOption(d *caddyfile.Dispenser, option string) error {
	switch option {
	case "allow":
		return h.unmarshalAllow(d)
	case "keep":
		return h.unmarshalKeep(d)
	}
	return d.Errf("unknown option %q of wechatpay_inspector; there are allow and keep", option)
}

func (h *Handler) unmarshalAllow(d *caddyfile.Dispenser) error {
	var ranges []string
	if err := options.Some(d, &ranges); err != nil {
		return err
	}
	for _, expression := range ranges {
		if expression == "private_ranges" {
			h.Allow = append(h.Allow, caddyhttp.PrivateRangesCIDR()...)
			continue
		}
		if _, err := parseRange(expression); err != nil {
			return d.WrapErr(err)
		}
		h.Allow = append(h.Allow, expression)
	}
	return nil
}

func (h *Handler) unmarshalKeep(d *caddyfile.Dispenser) error {
	var text string
	if err := options.One(d, &text); err != nil {
		return err
	}
	keep, err := strconv.Atoi(text)
	if err != nil || keep < 1 || keep > mostKept {
		return d.Errf("keep %q is not a number of deliveries from 1 to %d", text, mostKept)
	}
	h.Keep = keep
	return nil
}

var _ caddyfile.Unmarshaler = (*Handler)(nil)
