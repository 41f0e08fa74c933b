package caddymodule_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A webhook secret that is none stops the load, with words that say how to make one, and
// that never repeat it.
func TestValidateRefusesWebhookSecrets(t *testing.T) {
	encoded := base64.StdEncoding.EncodeToString([]byte("32 bytes of a secret, no fewer!?"))
	secret := "whsec_" + encoded
	t.Setenv("GOOD", ownKey)
	t.Setenv("SECRET", secret)
	t.Setenv("EMPTY", "")
	t.Setenv("BLANK", "  ")
	t.Setenv("BARE", encoded)
	t.Setenv("CAPITALS", "WHSEC_"+encoded)
	t.Setenv("PREFIX", "whsec_")
	t.Setenv("NO_BASE64", secret[:20]+"?"+secret[21:])
	t.Setenv("URL_BASE64", "whsec_"+strings.Repeat("_-", 16))
	t.Setenv("CUT", secret[:len(secret)-1])
	t.Setenv("BLANK_AFTER", secret+" ")
	t.Setenv("SHORT", "whsec_"+base64.StdEncoding.EncodeToString([]byte("15 bytes, short")))
	const remedy = "openssl rand -base64 32"
	secrets := func(texts ...string) string {
		return good(`"webhook_secrets":["` + strings.Join(texts, `","`) + `"]`)
	}
	for _, row := range []struct {
		rule, members string
		want          []string
	}{
		{"unset", secrets("{env.UNSET}"), []string{"webhook_secret", "{env.UNSET}", "set the variable"}},
		{"empty", secrets("{env.EMPTY}"), []string{"webhook_secret", "{env.EMPTY}"}},
		{"a missing file", secrets("{file./nowhere}"), []string{"webhook_secret", "{file./nowhere}"}},
		{"blank", secrets("{env.BLANK}"), []string{"webhook_secret ({env.BLANK})", "whsec_", remedy}},
		{"no text", secrets(""), []string{"webhook_secret", "whsec_", remedy}},
		{"without its prefix", secrets("{env.BARE}"), []string{"webhook_secret ({env.BARE})", "does not begin with whsec_", remedy}},
		{"its prefix in capitals", secrets("{env.CAPITALS}"), []string{"webhook_secret", "does not begin with whsec_"}},
		{"nothing but the prefix", secrets("{env.PREFIX}"), []string{"webhook_secret ({env.PREFIX}) has 0 bytes", remedy}},
		{"no base64", secrets("{env.NO_BASE64}"), []string{"webhook_secret", "is not base64", remedy}},
		{"base64 of URLs", secrets("{env.URL_BASE64}"), []string{"webhook_secret", "is not base64"}},
		{"cut off", secrets("{env.CUT}"), []string{"webhook_secret", "is not base64"}},
		{"a blank after it", secrets("{env.BLANK_AFTER}"), []string{"webhook_secret", "is not base64"}},
		{"15 bytes", secrets("{env.SHORT}"), []string{"webhook_secret ({env.SHORT}) has 15 bytes, fewer than 16", remedy}},
		{"the second", secrets("{env.SECRET}", "{env.BARE}"), []string{"webhook_secret 2 ({env.BARE})"}},
		{"a literal without its prefix", secrets(encoded), []string{"webhook_secret does not begin with whsec_", remedy}},
		{"a literal cut off", secrets(secret[:len(secret)-1]), []string{"webhook_secret is not base64"}},
		{"a literal in braces", secrets("{" + secret + "}"), []string{"webhook_secret", "neither {env.NAME} nor {file./path}"}},
		{"the header for itself", good(`"keep_headers":["webhook-signature"]`), []string{"keep_header webhook-signature"}},
		{"the header of the time", good(`"keep_headers":["Webhook-Timestamp"]`), []string{"keep_header Webhook-Timestamp"}},
	} {
		t.Run(row.rule, func(t *testing.T) {
			wantInvalid(t, row.members, row.want, encoded[:12], encoded[20:32])
		})
	}
}

// These are all in order.
func TestValidateAcceptsWebhookSecrets(t *testing.T) {
	secret := "whsec_" + base64.StdEncoding.EncodeToString([]byte("16 bytes, enough"))
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOOD", ownKey)
	t.Setenv("SECRET", secret)
	for rule, texts := range map[string]string{
		"a variable":            `"{env.SECRET}"`,
		"a file with a newline": `"{file.` + file + `}"`,
		"two":                   `"{env.SECRET}","{file.` + file + `}"`,
		"a literal":             `"` + secret + `"`,
	} {
		t.Run(rule, func(t *testing.T) {
			if err := validate(withHandler(good(`"webhook_secrets":[` + texts + `]`))); err != nil {
				t.Error(err)
			}
		})
	}
}
