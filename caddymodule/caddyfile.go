package caddymodule

import (
	"slices"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/options"
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
	if err := options.ForEach(d, h.unmarshalOption, "merchant"); err != nil {
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
		return options.One(d, &h.Mode, modeEnforce, modeShadow)
	case "forward":
		return options.One(d, &h.Forward, forwardJSON, forwardXML, forwardCloudEvents)
	case "webhook_secret":
		if err := options.Some(d, &h.WebhookSecrets); err != nil {
			return err
		}
		if len(h.WebhookSecrets) > 2 { // without repeating one
			return d.Err("webhook_secret takes the current secret and one previous one")
		}
		return nil
	case "accept":
		return h.unmarshalAccept(d)
	case "max_age":
		return options.Duration(d, &h.MaxAge)
	case "max_body_size":
		return options.Size(d, &h.MaxBodySize)
	case "upstream_timeout":
		return options.Duration(d, &h.UpstreamTimeout)
	case "keep_header":
		return options.Some(d, &h.KeepHeaders)
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
	if err := options.One(d, &m.MchID); err != nil {
		return err
	}
	if slices.ContainsFunc(h.Merchants, func(other Merchant) bool { return other.MchID == m.MchID }) {
		return d.Errf("merchant %s is configured twice; put all of its options in one block", m.MchID)
	}
	if err := options.ForEach(d, m.unmarshalOption, "public_key"); err != nil {
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
		return options.Some(d, &m.Keys)
	case "sign_type":
		return options.One(d, &m.SignType, anySignType, "MD5", "HMAC-SHA256")
	case "appid":
		return options.Some(d, &m.AppIDs)
	case "sub_mch_id":
		return options.Some(d, &m.SubMchIDs)
	case "apiv3_key":
		return options.Some(d, &m.APIv3Keys)
	case "public_key":
		var key PublicKey
		if !d.Args(&key.ID, &key.File) || d.NextArg() {
			return d.ArgErr()
		}
		m.PublicKeys = append(m.PublicKeys, key)
		return nil
	case "platform_certificate":
		return options.Some(d, &m.PlatformCertificates)
	}
	return d.Errf("unknown option %q of merchant", option)
}

var _ caddyfile.Unmarshaler = (*Handler)(nil)
