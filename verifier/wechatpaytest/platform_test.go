package wechatpaytest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

const ownSerial = "PUB_KEY_ID_0119000001092024011100337700000001"

func inPEM(blockType string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: blockType, Bytes: der})
}

func pkcs8(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return inPEM("PRIVATE KEY", der)
}

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// With a key of one's own, and an edge that knows its public half, one is WeChat Pay.
func TestNewPlatform(t *testing.T) {
	key := rsaKey(t, 2048)
	for name, text := range map[string][]byte{
		"PKCS#1":                  inPEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)),
		"PKCS#8":                  pkcs8(t, key),
		"PKCS#8 after other text": append([]byte("Bag Attributes\n\n"), pkcs8(t, key)...),
	} {
		t.Run(name, func(t *testing.T) {
			platform, err := wechatpaytest.NewPlatform(ownSerial, text)
			if err != nil {
				t.Fatal(err)
			}
			public, err := verifier.ParsePublicKey(ownSerial, platform.PEM)
			if err != nil || !public.Key.Equal(&key.PublicKey) {
				t.Fatalf("the public half is %v, %v", public.Key, err)
			}
			v, err := verifier.New(verifier.Config{Now: time.Now, Merchants: []verifier.Merchant{
				{MchID: "1900000109", APIv3Keys: []string{apiV3Key}, PlatformKeys: []verifier.PlatformKey{public}},
			}})
			if err != nil {
				t.Fatal(err)
			}
			body := wechatpaytest.V3Transaction("1900000109").Body(apiV3Key)
			var n verifier.Notification
			if err := v.Verify(body, platform.Sign(body, time.Now()), &n); err != nil {
				t.Error(err)
			}
		})
	}
}

// A file that will not do is named for what it is, and not repeated.
func TestNewPlatformRefuses(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key := rsaKey(t, 2048)
	good := pkcs8(t, key)
	encrypted := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,00"}})
	tests := []struct {
		name, serial string
		text         []byte
		want         string
	}{
		{"no serial", "", good, "a serial is"},
		{"a serial that no header holds", "PUB_KEY_ID_1\r\nX: y", good, "a serial is"},
		{"no PEM", ownSerial, []byte("secret"), "there is no PEM in it"},
		{"a public key", ownSerial, wechatpaytest.NewPublicKey().PEM, "it is a public key"},
		{"a certificate", ownSerial, wechatpaytest.NewCertificate(time.Now()).PEM, "it is a certificate"},
		{"a passphrase, PKCS#8", ownSerial, inPEM("ENCRYPTED PRIVATE KEY", []byte{1}), "passphrase"},
		{"a passphrase, PKCS#1", ownSerial, encrypted, "passphrase"},
		{"cut off", ownSerial, inPEM("PRIVATE KEY", []byte{0x30, 1}), "cannot be read"},
		{"the other form than its name", ownSerial, inPEM("PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)), "cannot be read"},
		{"another algorithm", ownSerial, pkcs8(t, ec), "not of RSA"},
		{"too short", ownSerial, pkcs8(t, rsaKey(t, 1024)), "too short: 1024 bits"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			platform, err := wechatpaytest.NewPlatform(test.serial, test.text)
			if platform != nil || err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want %s", err, test.want)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("%v repeats the file", err)
			}
		})
	}
}
