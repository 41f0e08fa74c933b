package wechatpaytest_test

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

const apiV3Key = "Vt3nQz8LkW2xRb6PmY5sHd9FgJ1cTa4E"

// publicKeyOf reads the key that a platform hands out.
func publicKeyOf(t *testing.T, platform *wechatpaytest.Platform) *rsa.PublicKey {
	t.Helper()
	block, rest := pem.Decode(platform.PEM)
	if block == nil || len(rest) > 0 {
		t.Fatalf("not one block: %s", platform.PEM)
	}
	var parsed any
	var err error
	switch block.Type {
	case "PUBLIC KEY":
		parsed, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "CERTIFICATE":
		var certificate *x509.Certificate
		if certificate, err = x509.ParseCertificate(block.Bytes); err == nil {
			parsed = certificate.PublicKey
		}
	}
	key, isRSA := parsed.(*rsa.PublicKey)
	if err != nil || !isRSA {
		t.Fatalf("a %s of %T: %v", block.Type, parsed, err)
	}
	return key
}

func TestPlatforms(t *testing.T) {
	ends := time.Date(2030, 8, 1, 15, 35, 18, 0, time.UTC)
	tests := []struct {
		name     string
		platform *wechatpaytest.Platform
		serial   string
	}{
		{"public key", wechatpaytest.NewPublicKey(), `^PUB_KEY_ID_0[0-9]{30}$`},
		{"certificate", wechatpaytest.NewCertificate(ends), `^[0-9A-F]{40}$`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if !regexp.MustCompile(test.serial).MatchString(test.platform.Serial) {
				t.Errorf("the serial is %s", test.platform.Serial)
			}
			at, body := time.Date(2024, 5, 6, 7, 8, 9, 999, time.UTC), `{"id":"通知"}`
			header := test.platform.Sign(body, at)
			if header.Get("Wechatpay-Serial") != test.platform.Serial || header.Get("Wechatpay-Signature-Type") != "WECHATPAY2-SHA256-RSA2048" ||
				header.Get("Wechatpay-Timestamp") != strconv.FormatInt(at.Unix(), 10) || len(header) != 5 {
				t.Errorf("got %v", header)
			}
			signature, err := base64.StdEncoding.DecodeString(header.Get("Wechatpay-Signature"))
			if err != nil {
				t.Fatal(err)
			}
			key := publicKeyOf(t, test.platform)
			for message, want := range map[string]bool{
				"1714979289\n" + header.Get("Wechatpay-Nonce") + "\n" + body + "\n": true,
				"1714979289\n" + header.Get("Wechatpay-Nonce") + "\n" + body:        false,
			} {
				digest := sha256.Sum256([]byte(message))
				if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature); (err == nil) != want {
					t.Errorf("%q: %v", message, err)
				}
			}
			if test.platform.Sign(body, at).Get("Wechatpay-Nonce") == header.Get("Wechatpay-Nonce") {
				t.Error("a nonce comes twice")
			}
		})
	}
	block, _ := pem.Decode(tests[1].platform.PEM)
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil || !certificate.NotAfter.Equal(ends) || strings.ToUpper(certificate.SerialNumber.Text(16)) != tests[1].platform.Serial {
		t.Errorf("got a certificate %X until %s (%v)", certificate.SerialNumber, certificate.NotAfter, err)
	}
}

// resource is what a body carries, decrypted here anew.
func resource(t *testing.T, body string) (plaintext string, envelope map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &envelope); err != nil {
		t.Fatal(err)
	}
	sealed := envelope["resource"].(map[string]any)
	data, err := base64.StdEncoding.DecodeString(sealed["ciphertext"].(string))
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher([]byte(apiV3Key))
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	text, err := aead.Open(nil, []byte(sealed["nonce"].(string)), data, []byte(sealed["associated_data"].(string)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text), envelope
}

func TestEvent(t *testing.T) {
	e := wechatpaytest.Event{
		EventType: "PAYSCORE.USER_PAID", OriginalType: "payscore", Resource: `{"a":"订单"}`,
		Created: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC),
	}
	plaintext, envelope := resource(t, e.Body(apiV3Key))
	sealed := envelope["resource"].(map[string]any)
	if plaintext != e.Resource || envelope["event_type"] != e.EventType || sealed["original_type"] != e.OriginalType ||
		envelope["create_time"] != "2024-05-06T15:08:09+08:00" || sealed["algorithm"] != "AEAD_AES_256_GCM" || envelope["resource_type"] != "encrypt-resource" {
		t.Errorf("got %s in %v", plaintext, envelope)
	}
	if !regexp.MustCompile(`^[0-9a-z]{8}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12}$`).MatchString(envelope["id"].(string)) {
		t.Errorf("the id is %s", envelope["id"])
	}
	_, again := resource(t, e.Body(apiV3Key))
	if again["id"] == envelope["id"] || again["resource"].(map[string]any)["nonce"] == sealed["nonce"] {
		t.Error("two notifications share an id or a nonce")
	}
}

// A published sample of this encryption.
func TestEncryptGCM(t *testing.T) {
	got := wechatpaytest.EncryptGCM("message", "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb", "uluk4a9R25RW", "associatedData")
	if want := "ulwSiIajGClcvcOYvOQ7+l+0PAbzzwI="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What this package makes of APIv3 is genuine, fresh, and of now.
func TestV3EventsVerify(t *testing.T) {
	platform := wechatpaytest.NewPublicKey()
	v, err := verifier.New(verifier.Config{
		Merchants: []verifier.Merchant{{MchID: "1900000109", APIv3Keys: []string{apiV3Key}, PlatformKeys: []verifier.PlatformKey{
			{Serial: platform.Serial, Key: publicKeyOf(t, platform)},
		}}},
		MaxAge: time.Minute, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	for kind, event := range map[verifier.Kind]func(string) wechatpaytest.Event{
		verifier.Payment: wechatpaytest.V3Transaction, verifier.Refund: wechatpaytest.V3Refund,
	} {
		seen := map[string]bool{}
		for range 5 {
			body := event("1900000109").Body(apiV3Key)
			var n verifier.Notification
			if err := v.Verify(body, platform.Sign(body, time.Now()), &n); err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			if n.Kind != kind || n.State != "SUCCESS" || n.Total != 1 || len(n.Warnings) > 0 || seen[n.ID()] || seen[n.OutTradeNo] {
				t.Errorf("%s: got a %s %s of %d with %q, %s", kind, n.Kind, n.State, n.Total, n.Warnings, n.ID())
			}
			seen[n.ID()], seen[n.OutTradeNo] = true, true
			if err := v.Verify(body, http.Header{}, &n); err == nil {
				t.Errorf("%s: verifies without a signature", kind)
			}
		}
	}
}
