package caddymodule

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/caddyserver/caddy/v2"
)

// webhookSecrets sign what is forwarded, so that the upstream can tell it from what
// reaches it by another way. The scheme is that of Standard Webhooks.
type webhookSecrets [][]byte

const (
	webhookPrefix = "whsec_"
	// minWebhookSecret is less than the 24 bytes that Standard Webhooks recommends, and
	// enough.
	minWebhookSecret = 16
)

func newWebhookSecrets(repl *caddy.Replacer, configured []string) (webhookSecrets, error) {
	expanded, err := expandAll(repl, "webhook_secret", configured)
	if err != nil {
		return nil, err
	}
	var secrets webhookSecrets
	for i, text := range expanded {
		secret, err := decodeWebhookSecret(text)
		if err != nil {
			return nil, fmt.Errorf("webhook_secret%s %w", describe(configured, i), err)
		}
		secrets = append(secrets, secret)
	}
	return secrets, nil
}

func decodeWebhookSecret(text string) ([]byte, error) {
	const remedy = `; make one with: echo "whsec_$(openssl rand -base64 32)"`
	encoded, ok := strings.CutPrefix(text, webhookPrefix)
	if !ok {
		return nil, errors.New("does not begin with " + webhookPrefix + remedy)
	}
	secret, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, errors.New("is not base64 after " + webhookPrefix + remedy)
	}
	if len(secret) < minWebhookSecret {
		return nil, fmt.Errorf("has %d bytes, fewer than %d%s", len(secret), minWebhookSecret, remedy)
	}
	return secret, nil
}

// headerID is the id for a header. Some servers take what is not ASCII there, such as a
// licence plate, for Latin-1, and would then see another id than was signed.
func headerID(id string) string {
	for i := 0; i < len(id); i++ {
		if id[i] > unicode.MaxASCII {
			return escapeNonASCII(id)
		}
	}
	return id
}

func escapeNonASCII(id string) string {
	var escaped strings.Builder
	for i := 0; i < len(id); i++ {
		if id[i] > unicode.MaxASCII {
			fmt.Fprintf(&escaped, "%%%02X", id[i])
		} else {
			escaped.WriteByte(id[i])
		}
	}
	return escaped.String()
}

// sign returns the value of Webhook-Signature, one signature for each secret.
func (s webhookSecrets) sign(id, timestamp, body string) string {
	signatures := make([]string, 0, len(s))
	for _, secret := range s {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(id + "." + timestamp + "." + body))
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(signatures, " ")
}
