package caddymodule

import (
	"slices"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/dustin/go-humanize"
)

func init() {
	httpcaddyfile.RegisterHandlerDirective("wechatpay_notify", parseCaddyfile)
	// Before handle, route and everything else that can answer: otherwise a
	// top-level handle block would reach the upstream with nothing verified.
	httpcaddyfile.RegisterDirectiveOrder("wechatpay_notify", httpcaddyfile.After, "encode")
}

func parseCaddyfile(helper httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
	h := new(Handler)
	return h, h.UnmarshalCaddyfile(helper.Dispenser)
}

// UnmarshalCaddyfile sets up the handler from Caddyfile tokens. Syntax:
//
//	wechatpay_notify [<matcher>] {
//		merchant <mch_id> {
//			key        <apiv2_key> [<previous_key>...]
//			sign_type  any | MD5 | HMAC-SHA256
//			appid      <appid>...
//			sub_mch_id <sub_mch_id>...
//			apiv3_key  <apiv3_key> [<previous_key>...]
//			public_key <PUB_KEY_ID_...> <pem_file>
//			platform_certificate <pem_file>...
//		}
//		mode             enforce | shadow
//		forward          json | xml | cloudevents
//		accept           explicit [<code>...] | status
//		amount_guard     lookup <url> | attach <secret> [<previous_secret>]
//		max_age          <duration>
//		max_body_size    <size>
//		upstream_timeout <duration>
//		webhook_secret   <whsec_...> [<previous_secret>]
//		dedupe           file [<path>] | memory [<max_records>] | redis <url> | off
//		keep_header      <name>...
//	}
//
// merchant may be repeated for further merchant numbers, and public_key for further
// keys. A store may take a block with
// timeout and retention.
func (h *Handler) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the directive's name
	if d.NextArg() {
		return d.ArgErr()
	}
	if err := forEachOption(d, 0, h.unmarshalOption); err != nil {
		return err
	}
	if len(h.Merchants) == 0 {
		return d.Err("wechatpay_notify needs at least one merchant block with its mch_id and key")
	}
	return nil
}

func (h *Handler) unmarshalOption(d *caddyfile.Dispenser, option string) error {
	switch option {
	case "merchant":
		return h.unmarshalMerchant(d)
	case "mode":
		return oneArg(d, &h.Mode, modeEnforce, modeShadow)
	case "forward":
		return oneArg(d, &h.Forward, forwardJSON, forwardXML, forwardCloudEvents)
	case "webhook_secret":
		if err := someArgs(d, &h.WebhookSecrets); err != nil {
			return err
		}
		if len(h.WebhookSecrets) > 2 { // without repeating one
			return d.Err("webhook_secret takes the current secret and one previous one")
		}
		return nil
	case "accept":
		return h.unmarshalAccept(d)
	case "max_age":
		return durationArg(d, &h.MaxAge)
	case "max_body_size":
		return sizeArg(d, &h.MaxBodySize)
	case "upstream_timeout":
		return durationArg(d, &h.UpstreamTimeout)
	case "keep_header":
		return someArgs(d, &h.KeepHeaders)
	case "amount_guard":
		return h.unmarshalAmountGuard(d)
	case "dedupe":
		return h.unmarshalDedupe(d)
	}
	return d.Errf("unknown option %q of wechatpay_notify", option)
}

func (h *Handler) unmarshalAccept(d *caddyfile.Dispenser) error {
	if !d.NextArg() {
		return d.ArgErr()
	}
	h.Accept = d.Val()
	h.AcceptCodes = d.RemainingArgs()
	switch {
	case h.Accept == acceptStatus && len(h.AcceptCodes) > 0:
		return d.Err("accept status takes no codes: every 2xx is a yes")
	case h.Accept != acceptStatus && h.Accept != acceptExplicit:
		return d.Errf("accept %q is neither %s nor %s", h.Accept, acceptExplicit, acceptStatus)
	}
	return nil
}

func (h *Handler) unmarshalMerchant(d *caddyfile.Dispenser) error {
	var m Merchant
	if err := oneArg(d, &m.MchID); err != nil {
		return err
	}
	if slices.ContainsFunc(h.Merchants, func(other Merchant) bool { return other.MchID == m.MchID }) {
		return d.Errf("merchant %s is configured twice; put all of its options in one block", m.MchID)
	}
	if err := forEachOption(d, 1, m.unmarshalOption); err != nil {
		return err
	}
	if !m.hasCredentials() {
		return d.Errf("merchant %s %w", m.MchID, errNoCredentials)
	}
	h.Merchants = append(h.Merchants, m)
	return nil
}

func (m *Merchant) unmarshalOption(d *caddyfile.Dispenser, option string) error {
	switch option {
	case "key":
		return someArgs(d, &m.Keys)
	case "sign_type":
		return oneArg(d, &m.SignType, anySignType, "MD5", "HMAC-SHA256")
	case "appid":
		return someArgs(d, &m.AppIDs)
	case "sub_mch_id":
		return someArgs(d, &m.SubMchIDs)
	case "apiv3_key":
		return someArgs(d, &m.APIv3Keys)
	case "public_key":
		var key PublicKey
		if !d.Args(&key.ID, &key.File) || d.NextArg() {
			return d.ArgErr()
		}
		m.PublicKeys = append(m.PublicKeys, key)
		return nil
	case "platform_certificate":
		return someArgs(d, &m.PlatformCertificates)
	}
	return d.Errf("unknown option %q of merchant", option)
}

// forEachOption reads a block. It refuses options that appear twice: one of the two
// would be overlooked.
func forEachOption(d *caddyfile.Dispenser, nesting int, unmarshal func(*caddyfile.Dispenser, string) error) error {
	seen := make(map[string]bool)
	for d.NextBlock(nesting) {
		option := d.Val()
		if seen[option] && option != "merchant" && option != "public_key" {
			return d.Errf("%s appears twice", option)
		}
		seen[option] = true
		if err := unmarshal(d, option); err != nil {
			return err
		}
		if option != "merchant" && d.NextBlock(nesting+1) {
			return d.Errf("%s takes no block", option)
		}
	}
	return nil
}

// oneArg reads exactly one argument, which must be one of allowed if there are any.
func oneArg(d *caddyfile.Dispenser, value *string, allowed ...string) error {
	option := d.Val()
	if !d.Args(value) || d.NextArg() {
		return d.ArgErr()
	}
	if len(allowed) > 0 && !slices.Contains(allowed, *value) {
		return d.Errf("%s %q is not one of %q", option, *value, allowed)
	}
	return nil
}

func someArgs(d *caddyfile.Dispenser, values *[]string) error {
	if *values = d.RemainingArgs(); len(*values) == 0 {
		return d.ArgErr()
	}
	return nil
}

func durationArg(d *caddyfile.Dispenser, value *caddy.Duration) error {
	var text string
	option := d.Val()
	if err := oneArg(d, &text); err != nil {
		return err
	}
	duration, err := caddy.ParseDuration(text)
	if err != nil || duration <= 0 {
		return d.Errf("%s %q is not a positive duration such as 30s, 5m or 2d", option, text)
	}
	*value = caddy.Duration(duration)
	return nil
}

func sizeArg(d *caddyfile.Dispenser, value *int64) error {
	var text string
	option := d.Val()
	if err := oneArg(d, &text); err != nil {
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

var _ caddyfile.Unmarshaler = (*Handler)(nil)
