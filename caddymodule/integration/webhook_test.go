package integration

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Two secrets of Standard Webhooks, in the form in which they are configured.
const (
	webhookSecret         = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	previousWebhookSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

// webhookSignature is what an app computes to compare.
func webhookSignature(t *testing.T, secret, id, timestamp, body string) string {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "." + body))
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// webhookGate names secrets by placeholders.
func webhookGate(t *testing.T, options ...string) string {
	t.Setenv("WEBHOOK_SECRET", webhookSecret)
	t.Setenv("PREVIOUS_WEBHOOK_SECRET", previousWebhookSecret)
	return gateOfBoth(t, append(options, "webhook_secret {env.WEBHOOK_SECRET} {env.PREVIOUS_WEBHOOK_SECRET}")...)
}

// Whatever is forwarded in whatever form, the app can check that it came through the
// edge, with either secret, while a client's own headers of the same names are gone.
func TestWebhookSignature(t *testing.T) {
	for name, next := range upstreams {
		for _, forward := range []string{"json", "cloudevents"} {
			e := start(t, webhookGate(t, "forward "+forward)+next)
			protocols(t, e, func(t *testing.T, e *edge) {
				for _, row := range []kindRow{paymentRow(), refundRow(), contractRow(), plateRow(), v3PaymentRow(), v3ProfitSharingRow()} {
					t.Run(name+"/"+forward+"/"+row.name, func(t *testing.T) {
						e.t = t
						before := time.Now().Unix()
						got := e.post(row.body, append(row.changes, withHeader("Webhook-Id", "mine"), withHeader("Webhook-Timestamp", "1"),
							withHeader("Webhook-Signature", "v1,bWluZQ=="))...)
						wantAck(t, got, 200, row.success())
						wantSigned(t, e, name, row.headerID(), before)
					})
				}
			})
		}
	}
}

// wantSigned checks the three headers against the body that came with them.
func wantSigned(t *testing.T, e *edge, upstream, id string, before int64) {
	t.Helper()
	seen := e.upstream.one(t)
	header := func(name string) string { return strings.Join(seen.header[name], ", ") }
	if upstream == "fastcgi" {
		variables := e.upstream.php(t).variables
		header = func(name string) string {
			return variables["HTTP_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))]
		}
	}
	timestamp := header("Webhook-Timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || seconds < before || seconds > time.Now().Unix() {
		t.Errorf("Webhook-Timestamp %q, want Unix seconds of now", timestamp)
	}
	if got := header("Webhook-Id"); got != id {
		t.Errorf("Webhook-Id %q, want %q", got, id)
	}
	want := webhookSignature(t, webhookSecret, id, timestamp, seen.body) + " " + webhookSignature(t, previousWebhookSecret, id, timestamp, seen.body)
	if got := header("Webhook-Signature"); got != want {
		t.Errorf("Webhook-Signature %q, want %q", got, want)
	}
}

// One secret makes one signature, and what the app of forward xml gets is signed too.
func TestWebhookSignatureOfOneSecret(t *testing.T) {
	t.Setenv("WEBHOOK_SECRET", webhookSecret)
	e := start(t, gate("forward xml", "webhook_secret {env.WEBHOOK_SECRET}")+proxy)
	e.post(payment())
	seen := e.upstream.one(t)
	want := webhookSignature(t, webhookSecret, seen.header.Get("Webhook-Id"), seen.header.Get("Webhook-Timestamp"), seen.body)
	if got := seen.header["Webhook-Signature"]; len(got) != 1 || got[0] != want {
		t.Errorf("Webhook-Signature %q, want %q", got, want)
	}
}

// Without a secret there is no signature, and never a client's own.
func TestNoWebhookSignature(t *testing.T) {
	for name, next := range upstreams {
		e := start(t, gate()+next)
		e.post(payment(), func(r *http.Request) {
			for _, name := range []string{"Webhook-Signature", "webhook-signature", "WEBHOOK-SIGNATURE", "Webhook_Signature", "Webhook-Signature-2"} {
				r.Header[name] = []string{"v1,bWluZQ=="}
			}
		})
		for header, values := range e.upstream.one(t).header {
			if strings.HasPrefix(header, "Webhook") && header != "Webhook-Id" && header != "Webhook-Timestamp" {
				t.Errorf("%s: %s %q", name, header, values)
			}
		}
		if name == "fastcgi" {
			for variable, value := range e.upstream.php(t).variables {
				if strings.Contains(value, "bWluZQ") {
					t.Errorf("%s is %s", variable, value)
				}
			}
		}
	}
}

// In shadow mode nothing is signed: the request is the sender's own.
func TestNoWebhookSignatureInShadow(t *testing.T) {
	e := start(t, webhookGate(t, "mode shadow")+proxy)
	e.post(payment())
	if got := e.upstream.one(t).header; got.Get("Webhook-Signature") != "" || got.Get("Webhook-Id") != "" {
		t.Errorf("header %v", got)
	}
}

// A secret that has been changed takes effect with a reload, as do those of files.
func TestWebhookSecretIsReadAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	write := func(secret string) {
		if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(previousWebhookSecret)
	site := gate("webhook_secret {file."+file+"}") + proxy
	e := start(t, site)
	signed := func(secret string) bool {
		e.post(payment())
		seen := e.upstream.one(t)
		return seen.header.Get("Webhook-Signature") == webhookSignature(t, secret, seen.header.Get("Webhook-Id"), seen.header.Get("Webhook-Timestamp"), seen.body)
	}
	if !signed(previousWebhookSecret) {
		t.Error("it is not signed with the file's secret")
	}
	write(webhookSecret)
	reloaded(t, e, site)
	if !signed(webhookSecret) {
		t.Error("it is not signed with the file's new secret")
	}
}
