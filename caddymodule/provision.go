package caddymodule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// Merchant is one merchant number and what belongs to it. All values take
// placeholders such as `{env.NAME}` and `{file./path}`; they are expanded when the
// configuration is loaded, and only there.
type Merchant struct {
	// The merchant number (mch_id).
	MchID string `json:"mch_id,omitempty"`

	// The APIv2 keys (API密钥): the current one, then previous ones.
	Keys []string `json:"keys,omitempty"`

	// The only signature type accepted: `MD5` or `HMAC-SHA256`; or `any`.
	// Default: `any`.
	SignType string `json:"sign_type,omitempty"`

	// The only appids accepted. Default: any.
	AppIDs []string `json:"appids,omitempty"`

	// The only sub-merchant numbers accepted, for service providers. Default: any.
	SubMchIDs []string `json:"sub_mch_ids,omitempty"`
}

const anySignType = "any"

// Defaults of the configuration.
const (
	defaultMaxAge          = caddy.Duration(48 * time.Hour)
	defaultMaxBodySize     = 64 << 10
	defaultUpstreamTimeout = caddy.Duration(30 * time.Second)
)

// Provision fills in defaults, expands secrets and refuses what cannot be meant.
func (h *Handler) Provision(ctx caddy.Context) error {
	h.logger = ctx.Logger()
	h.rejected = h.logger.WithOptions(zap.WrapCore(sample))
	if err := h.provisionOptions(); err != nil {
		return err
	}
	merchants, err := h.expandMerchants(caddy.NewReplacer())
	if err != nil {
		return err
	}
	h.verifier, err = verifier.New(verifier.Config{
		Merchants: merchants,
		MaxAge:    time.Duration(h.MaxAge),
		Now:       time.Now,
	})
	return err
}

// sample thins out floods: of each message, the first 100 in a second are logged
// and then every hundredth.
func sample(core zapcore.Core) zapcore.Core {
	return zapcore.NewSamplerWithOptions(core, time.Second, 100, 100)
}

func (h *Handler) provisionOptions() error {
	if err := oneOf("mode", &h.Mode, modeEnforce, modeShadow); err != nil {
		return err
	}
	if err := oneOf("forward", &h.Forward, forwardJSON); err != nil {
		return err
	}
	if err := oneOf("accept", &h.Accept, acceptExplicit, acceptStatus); err != nil {
		return err
	}
	if h.Accept == acceptStatus && len(h.AcceptCodes) > 0 {
		return errors.New("accept status takes no codes: every 2xx is a yes")
	}
	h.judge = judge{byStatus: h.Accept == acceptStatus, codes: h.AcceptCodes}

	var err error
	if h.headers, err = newHeaderFilter(h.KeepHeaders); err != nil {
		return err
	}
	h.MaxAge = orDefault(h.MaxAge, defaultMaxAge)
	h.MaxBodySize = orDefault(h.MaxBodySize, defaultMaxBodySize)
	h.UpstreamTimeout = orDefault(h.UpstreamTimeout, defaultUpstreamTimeout)
	if h.MaxAge < 0 || h.MaxBodySize < 0 || h.UpstreamTimeout < 0 {
		return errors.New("max_age, max_body_size and upstream_timeout must be positive")
	}
	return nil
}

// oneOf checks the value of an option and sets its default, the first allowed one.
func oneOf(option string, value *string, allowed ...string) error {
	if *value == "" {
		*value = allowed[0]
	}
	if !slices.Contains(allowed, *value) {
		return fmt.Errorf("%s %q is not one of: %s", option, *value, strings.Join(allowed, ", "))
	}
	return nil
}

func orDefault[T comparable](value, fallback T) T {
	var unset T
	if value == unset {
		return fallback
	}
	return value
}

// expandMerchants returns what the verifier needs, with placeholders expanded. The
// configuration itself keeps the placeholders, so that no secret ends up in a log
// or in the admin API.
func (h *Handler) expandMerchants(repl *caddy.Replacer) ([]verifier.Merchant, error) {
	if len(h.Merchants) == 0 {
		return nil, errors.New("no merchant is configured: add a merchant block with its mch_id and key")
	}
	expanded := make([]verifier.Merchant, 0, len(h.Merchants))
	for _, m := range h.Merchants {
		merchant, err := m.expand(repl)
		if err != nil {
			return nil, fmt.Errorf("merchant %s: %w", m.label(), err)
		}
		if m.hasLiteralKey() {
			h.logger.Warn("a key stands in the configuration itself, where the admin API and the autosave file show it; use {env.NAME} or {file./path}",
				zap.String("merchant", merchant.MchID))
		}
		expanded = append(expanded, merchant)
	}
	return expanded, nil
}

// label names the merchant in an error, unless what stands there could be a key.
func (m *Merchant) label() string {
	if isPlaceholder(m.MchID) || verifier.CheckMchID(m.MchID) == nil {
		return m.MchID
	}
	return "?"
}

func (m *Merchant) expand(repl *caddy.Replacer) (merchant verifier.Merchant, err error) {
	if merchant.MchID, err = expandOne(repl, "mch_id", m.MchID); err != nil {
		return merchant, err
	}
	if err := verifier.CheckMchID(merchant.MchID); err != nil {
		return merchant, err
	}
	if merchant.Keys, err = expandAll(repl, "key", m.Keys); err != nil {
		return merchant, err
	}
	if len(merchant.Keys) == 0 {
		return merchant, errors.New("has no key: set its APIv2 key, as in: key {env.WECHATPAY_APIV2_KEY}")
	}
	for i, key := range merchant.Keys {
		if err := verifier.CheckKey(key); err != nil {
			return merchant, fmt.Errorf("key%s %w", describe(m.Keys, i), err)
		}
	}
	if merchant.AppIDs, err = expandAll(repl, "appid", m.AppIDs); err != nil {
		return merchant, err
	}
	if merchant.SubMchIDs, err = expandAll(repl, "sub_mch_id", m.SubMchIDs); err != nil {
		return merchant, err
	}
	if m.SignType != anySignType {
		merchant.SignType = verifier.SignType(m.SignType)
	}
	return merchant, nil
}

func expandAll(repl *caddy.Replacer, option string, values []string) ([]string, error) {
	var expanded []string
	for i, value := range values {
		text, err := expandOne(repl, option+describe(values, i), value)
		if err != nil {
			return nil, err
		}
		expanded = append(expanded, text)
	}
	return expanded, nil
}

// expandOne expands the placeholders in value. An unset variable or a missing file
// is an error: an empty secret would let everybody sign.
func expandOne(repl *caddy.Replacer, option, value string) (string, error) {
	expanded, err := repl.ReplaceOrErr(value, true, true)
	if err != nil && !isPlaceholder(value) {
		// Not even the text of err may be shown: it repeats what stands in braces.
		return "", fmt.Errorf("%s: has braces, but is neither {env.NAME} nor {file./path}", option)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w; set the variable, or provide the file, for the process that runs Caddy", option, err)
	}
	return expanded, nil
}

// describe tells which of several values is meant, by its number and placeholder.
// A literal is not repeated: it may be a secret.
func describe(values []string, i int) string {
	text := ""
	if len(values) > 1 {
		text = fmt.Sprintf(" %d", i+1)
	}
	if isPlaceholder(values[i]) {
		text += " (" + values[i] + ")"
	}
	return text
}

func isPlaceholder(value string) bool {
	return (strings.HasPrefix(value, "{env.") || strings.HasPrefix(value, "{file.")) && strings.HasSuffix(value, "}")
}

func (m *Merchant) hasLiteralKey() bool {
	return slices.ContainsFunc(m.Keys, func(key string) bool { return !isPlaceholder(key) })
}

// MarshalLogObject keeps keys out of Caddy's trace log, even literal ones.
func (h *Handler) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("mode", h.Mode)
	enc.AddInt("merchants", len(h.Merchants))
	return nil
}
