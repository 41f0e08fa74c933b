package integration

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule"
)

// The signature is for the app alone. (At level debug, reverse_proxy logs what it sends.)
func TestWebhookSignatureIsNotLogged(t *testing.T) {
	for _, next := range upstreams {
		e := start(t, webhookGate(t)+next)
		for _, answer := range []http.HandlerFunc{noContent, says(500, "")} {
			e.upstream.answers(answer)
			got := e.post(payment())
			e.logs.one(t, accessLogger)
			signature := "v1," + strings.Split(e.upstream.one(t).header.Get("Webhook-Signature"), "v1,")[1]
			lines := e.logs.which(func(line logLine) bool {
				text, err := json.Marshal(line)
				return err != nil || line["level"] != "debug" && strings.Contains(string(text), strings.TrimSpace(signature))
			})
			if len(lines) > 0 || strings.Contains(got.body+headerText(got.header), "v1,") {
				t.Errorf("the signature is in %v or in %v", lines, got)
			}
		}
	}
}

// No log, error or admin page holds a secret of a placeholder's; of a literal one, only
// the configuration itself does.
func TestWebhookSecretsStaySecret(t *testing.T) {
	bare := func(secret string) string { return strings.TrimPrefix(secret, "whsec_") }
	secrets := map[string]string{"the secret": bare(webhookSecret), "the previous secret": bare(previousWebhookSecret), "the APIv3 key": apiV3Key}
	directory := t.TempDir()
	e := start(t, webhookGate(t)+proxy)
	for _, row := range []kindRow{paymentRow(), v3PaymentRow()} {
		wantAck(t, e.deliver(row.note), 200, row.success())
	}
	config, err := adapt(e.caddyfile(webhookGate(t) + proxy))
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(directory, "admin.sock")
	config["admin"] = object{"listen": "unix/" + socket, "config": object{"persist": false}}
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := caddy.Load(text, true); err != nil {
		t.Fatal(err)
	}
	served := getOverSocket(t, socket, "/config/")
	for where, text := range map[string]string{"the adapted configuration": string(text), "GET /config/": served, "the log": e.logs.everything()} {
		wantNoSecret(t, where, text, secrets)
	}
	for _, placeholder := range []string{"{env.WEBHOOK_SECRET}", "{env.PREVIOUS_WEBHOOK_SECRET}", "{env.WECHATPAY_APIV3_KEY}"} {
		if !strings.Contains(served, placeholder) {
			t.Errorf("GET /config/ lacks %s", placeholder)
		}
	}

	literal := strings.ReplaceAll(gateOfBoth(t, "webhook_secret "+webhookSecret+" "+previousWebhookSecret), "{env.WECHATPAY_APIV3_KEY}", apiV3Key)
	e = start(t, literal+proxy)
	for _, row := range []kindRow{paymentRow(), v3PaymentRow(), refundRow()} {
		got := e.deliver(row.note)
		wantAck(t, got, 200, row.success())
		e.logs.one(t, ownLogger)
	}
	if err := e.tryReload(strings.ReplaceAll(literal, webhookSecret, bare(webhookSecret)) + proxy); err == nil {
		t.Error("a secret without whsec_ loads")
	} else {
		wantNoSecret(t, "the error", err.Error(), secrets)
	}
	wantNoSecret(t, "the log", e.logs.everything(), secrets)
	wantNoSecret(t, "the module as text", asLogged(&caddymodule.Handler{
		WebhookSecrets: []string{webhookSecret, previousWebhookSecret},
		Merchants:      []caddymodule.Merchant{{MchID: mchID, APIv3Keys: []string{apiV3Key}}},
	}), secrets)
}
