package oracle

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const (
	secret   = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	previous = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD0ZBrxMvFbHs="
	stranger = "whsec_dGhpcyBpcyBub3QgdGhlIHNlY3JldCBvZiB0aGlz"
)

// verifies asks the reference library.
func verifies(t *testing.T, secret string, f forwarded) error {
	t.Helper()
	webhook, err := webhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	return webhook.Verify([]byte(f.body), f.header)
}

// deliveries are of all sorts: the ids and bodies are what the signature is made of.
func deliveries() map[string]delivery {
	hmac := func(f wechatpaytest.Fields) delivery { return delivery{body: f.Sign(apiV2Key, verifier.HMACSHA256)} }
	return map[string]delivery{
		"payment":            {body: wechatpaytest.Payment(mchID).Sign(apiV2Key, verifier.MD5)},
		"payment in Chinese": hmac(wechatpaytest.Payment(mchID).With("attach", "订单\n\"<&>\u2028😀")),
		"refund":             {body: wechatpaytest.Refund().SealRefund(mchID, apiV2Key)},
		"contract":           hmac(wechatpaytest.Contract(mchID)),
		"combined payment":   hmac(wechatpaytest.Combined(mchID)),
		"licence plate":      hmac(wechatpaytest.Plate(mchID)),
		"bank risk":          hmac(wechatpaytest.Risk(mchID)),
		"PayScore":           hmac(wechatpaytest.PayScoreOrder().PayScore(mchID, apiV3Key)),
		"APIv3 payment":      signed(publicKey(), wechatpaytest.V3Transaction(mchID).Body(apiV3Key)),
		"APIv3 refund":       signed(publicKey(), wechatpaytest.V3Refund(mchID).Body(apiV3Key)),
	}
}

// While a secret is changed, an app that knows either of the two can tell that a request
// comes from the edge.
func TestTheReferenceLibraryVerifies(t *testing.T) {
	for _, form := range []string{"json", "cloudevents"} {
		e := startEdge(t, "forward "+form, "webhook_secret "+secret+" "+previous)
		for name, d := range deliveries() {
			t.Run(form+" "+name, func(t *testing.T) {
				f := e.deliver(t, d)
				for _, known := range []string{secret, previous} {
					if err := verifies(t, known, f); err != nil {
						t.Errorf("%v: %v", err, f.header)
					}
				}
				if verifies(t, stranger, f) == nil {
					t.Error("verifies with a secret that nobody configured")
				}
				if got := len(strings.Fields(f.header.Get("Webhook-Signature"))); got != 2 {
					t.Errorf("%d signatures for 2 secrets", got)
				}
				wantID(t, f)
			})
		}
	}
}

// wantID demands that what is signed as the id is the document's, written so that every
// server reads it alike: many take headers for Latin-1, and could not verify anything else.
func wantID(t *testing.T, f forwarded) {
	t.Helper()
	var document struct{ ID string }
	if err := json.Unmarshal([]byte(f.body), &document); err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for _, c := range []byte(document.ID) {
		if c > '~' {
			fmt.Fprintf(&want, "%%%02X", c)
		} else {
			want.WriteByte(c)
		}
	}
	if got := f.header["Webhook-Id"]; len(got) != 1 || got[0] != want.String() || strings.ContainsFunc(got[0], func(r rune) bool { return r <= ' ' || r > '~' }) {
		t.Errorf("Webhook-Id is %q, the document's id %q", got, document.ID)
	}
	seconds, err := strconv.ParseInt(f.header.Get("Webhook-Timestamp"), 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > time.Minute {
		t.Errorf("Webhook-Timestamp is %q", f.header.Get("Webhook-Timestamp"))
	}
}

func TestTheReferenceLibraryVerifiesXML(t *testing.T) {
	e := startXMLEdge(t, "webhook_secret "+secret)
	f := e.deliver(t, delivery{body: wechatpaytest.Payment(mchID).Sign(apiV2Key, verifier.MD5)})
	if err := verifies(t, secret, f); err != nil {
		t.Errorf("%v: %v", err, f.header)
	}
	if !strings.HasPrefix(f.body, "<xml>") || verifies(t, previous, f) == nil {
		t.Errorf("forwarded %s", f.body)
	}
}

// Whatever is changed between the edge and the app, the library notices.
func TestTheReferenceLibraryRefuses(t *testing.T) {
	e := startEdge(t, "webhook_secret "+secret)
	genuine := e.deliver(t, delivery{body: wechatpaytest.Payment(mchID).With("total_fee", "100").Sign(apiV2Key, verifier.MD5)})
	if err := verifies(t, secret, genuine); err != nil {
		t.Fatal(err)
	}
	on := func(name string, change func(string) string) func(*forwarded) {
		return func(f *forwarded) { f.header.Set(name, change(f.header.Get(name))) }
	}
	tests := map[string]func(*forwarded){
		"another amount":             func(f *forwarded) { f.body = strings.Replace(f.body, `"total":100`, `"total":1`, 1) },
		"a blank after it":           func(f *forwarded) { f.body += " " },
		"an empty body":              func(f *forwarded) { f.body = "" },
		"another id":                 on("Webhook-Id", func(id string) string { return id + "1" }),
		"another time":               on("Webhook-Timestamp", func(string) string { return strconv.FormatInt(time.Now().Unix()+1, 10) }),
		"another signature":          on("Webhook-Signature", flip),
		"no signature":               func(f *forwarded) { f.header.Del("Webhook-Signature") },
		"no id":                      func(f *forwarded) { f.header.Del("Webhook-Id") },
		"another version":            on("Webhook-Signature", func(s string) string { return "v2" + s[2:] }),
		"the signature of a request": on("Webhook-Signature", func(string) string { return sign(t, "1", genuine.body) }),
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			f := forwarded{genuine.header.Clone(), genuine.body}
			change(&f)
			if verifies(t, secret, f) == nil {
				t.Error("verifies")
			}
		})
	}
}

// sign is what the library makes of a body under another id.
func sign(t *testing.T, id, body string) string {
	t.Helper()
	webhook, err := webhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := webhook.Sign(id, time.Now(), []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

// Without a secret, nothing pretends to be signed; and what a sender from outside brings
// along does not reach the app.
func TestForgedWebhookHeaders(t *testing.T) {
	e := startEdge(t)
	d := delivery{body: wechatpaytest.Payment(mchID).Sign(apiV2Key, verifier.MD5), header: http.Header{
		"Webhook-Signature": {"v1,AAAA"}, "Webhook-Id": {"1"}, "Webhook-Timestamp": {"1"},
	}}
	f := e.deliver(t, d)
	if f.header["Webhook-Signature"] != nil {
		t.Errorf("got %v", f.header)
	}
	wantID(t, f)
}
