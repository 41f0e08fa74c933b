package caddymodule

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

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

	// The APIv3 keys (APIv3密钥): the current one, then previous ones. They decrypt APIv3
	// notifications, and PayScore's of APIv2.
	APIv3Keys []string `json:"apiv3_keys,omitempty"`

	// WeChat Pay public keys (微信支付公钥), with which APIv3 notifications are signed.
	PublicKeys []PublicKey `json:"public_keys,omitempty"`

	// Files with WeChat Pay platform certificates (平台证书) in PEM, one in each. They are
	// read when the configuration is loaded.
	PlatformCertificates []string `json:"platform_certificates,omitempty"`

	// The only signature type accepted: `MD5` or `HMAC-SHA256`; or `any`.
	// Default: `any`.
	SignType string `json:"sign_type,omitempty"`

	// The only appids accepted. Default: any.
	AppIDs []string `json:"appids,omitempty"`

	// The only sub-merchant numbers accepted, for service providers. Default: any.
	SubMchIDs []string `json:"sub_mch_ids,omitempty"`
}

// PublicKey is a WeChat Pay public key (微信支付公钥).
type PublicKey struct {
	// The id that the merchant platform shows: `PUB_KEY_ID_...`.
	ID string `json:"id,omitempty"`

	// The file with the key in PEM. It is read when the configuration is loaded.
	File string `json:"file,omitempty"`
}

const anySignType = "any"

var errNoCredentials = errors.New("has no key: set its APIv2 key, as in: key {env.WECHATPAY_APIV2_KEY}; or for APIv3 an apiv3_key, and a public_key or platform_certificate")

func (m *Merchant) hasCredentials() bool {
	return len(m.Keys)+len(m.APIv3Keys)+len(m.PublicKeys)+len(m.PlatformCertificates) > 0
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
		if hasLiteral(slices.Concat(m.Keys, m.APIv3Keys)) {
			h.logger.Warn("a key "+standsInConfig,
				zap.String("merchant", merchant.MchID))
		}
		if h.form.onlyV2 && len(merchant.PlatformKeys) > 0 {
			return nil, fmt.Errorf("merchant %s: forward xml is for APIv2 alone; remove its public_key and platform_certificate, or forward json", merchant.MchID)
		}
		h.warnOfExpiry(merchant)
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
	if !m.hasCredentials() {
		return merchant, errNoCredentials
	}
	for i, key := range merchant.Keys {
		if err := verifier.CheckKey(key); err != nil {
			return merchant, fmt.Errorf("key%s %w", describe(m.Keys, i), err)
		}
	}
	if merchant.APIv3Keys, err = expandAll(repl, "apiv3_key", m.APIv3Keys); err != nil {
		return merchant, err
	}
	for i, key := range merchant.APIv3Keys {
		if err := verifier.CheckAPIv3Key(key); err != nil {
			return merchant, fmt.Errorf("apiv3_key%s %w", describe(m.APIv3Keys, i), err)
		}
	}
	if merchant.PlatformKeys, err = m.platformKeys(repl); err != nil {
		return merchant, err
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

// hasLiteral reports whether one of the secrets is written out.
func hasLiteral(secrets []string) bool {
	return slices.ContainsFunc(secrets, func(secret string) bool { return !isPlaceholder(secret) })
}

const standsInConfig = "stands in the configuration itself, where the admin API and the autosave file show it; use {env.NAME} or {file./path}"
