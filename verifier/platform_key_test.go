package verifier_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

const publicKeyID = "PUB_KEY_ID_0119000001092024011100337700000000"

func pemOf(blockType string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: blockType, Bytes: der}))
}

// publicKeyPEM is a key as the merchant platform hands it out.
func publicKeyPEM(t testing.TB, key crypto.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pemOf("PUBLIC KEY", der)
}

// certificatePEM is a certificate of any key, with any serial.
func certificatePEM(t testing.TB, key crypto.Signer, serial *big.Int) string {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Tenpay.com sign"},
		NotBefore: v3Now.AddDate(-1, 0, 0), NotAfter: v3Now.AddDate(4, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return pemOf("CERTIFICATE", der)
}

// asSM2 turns a key of P-256 into one of the SM suite's curve, whose name is as long.
func asSM2(text string) string {
	p256, sm2 := []byte("\x2a\x86\x48\xce\x3d\x03\x01\x07"), []byte("\x2a\x81\x1c\xcf\x55\x01\x82\x2d")
	block, _ := pem.Decode([]byte(text))
	return pemOf(block.Type, bytes.Replace(block.Bytes, p256, sm2, 1))
}

func crlf(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

func TestParsePlatformKeys(t *testing.T) {
	key := oddV3Signer().key
	public, certificate := publicKeyPEM(t, &key.PublicKey), certificatePEM(t, key, big.NewInt(0x5157F09E))
	for name, change := range map[string]func(string) string{
		"as it is":                func(text string) string { return text },
		"CR LF":                   crlf,
		"no line end at the end":  strings.TrimSpace,
		"blank lines around":      func(text string) string { return "\n\n" + text + "\n\n" },
		"a heading":               func(text string) string { return "WeChat Pay, downloaded in 2024\n" + text },
		"a note after it":         func(text string) string { return text + "\nkeep it\n" },
		"a BOM and a line before": func(text string) string { return "\uFEFF\n" + text },
	} {
		t.Run(name, func(t *testing.T) {
			got, err := verifier.ParsePublicKey(publicKeyID, []byte(change(public)))
			if err != nil || got.Serial != publicKeyID || !got.Key.Equal(&key.PublicKey) || !got.NotAfter.IsZero() {
				t.Errorf("public key: got %s, %s (%v)", got.Serial, got.NotAfter, err)
			}
			got, err = verifier.ParseCertificate([]byte(change(certificate)))
			if err != nil || got.Serial != "5157F09E" || !got.Key.Equal(&key.PublicKey) || !got.NotAfter.Equal(v3Now.AddDate(4, 0, 0).Truncate(time.Second)) {
				t.Errorf("certificate: got %s, %s (%v)", got.Serial, got.NotAfter, err)
			}
		})
	}
}

// What cannot serve is refused with a word about what it is, which tells the operator what
// to look for.
func TestParsePlatformKeysRefuses(t *testing.T) {
	key := oddV3Signer().key
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public, certificate := publicKeyPEM(t, &key.PublicKey), certificatePEM(t, key, big.NewInt(1))
	tests := []struct {
		name string
		text string
		want string // in the error of ParsePublicKey
		cert string // in the error of ParseCertificate
	}{
		{"nothing", "", "no PEM", "no PEM"},
		{"blanks", " \n", "no PEM", "no PEM"},
		{"not PEM", "MIIBIjANBgkqhkiG9w0BAQ", "no PEM", "no PEM"},
		{"the base64 alone", strings.Join(strings.Split(public, "\n")[1:3], "\n"), "no PEM", "no PEM"},
		{"PEM cut off", public[:len(public)/2], "no PEM", "no PEM"},
		{"a private key", pemOf("PRIVATE KEY", pkcs8), "private key", "private key"},
		{"a private key of PKCS #1", pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)), "private key", "private key"},
		{"an encrypted private key", pemOf("ENCRYPTED PRIVATE KEY", pkcs8), "private key", "private key"},
		{"a private key before it", pemOf("PRIVATE KEY", pkcs8) + public, "private key", "private key"},
		{"a public key of PKCS #1", pemOf("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&key.PublicKey)), "rsa public key", "rsa public key"},
		{"a request for a certificate", pemOf("CERTIFICATE REQUEST", []byte{1}), "certificate request", "certificate request"},
		{"the other of the two", certificate, "it is a certificate", ""},
		{"the other of the two", public, "", "it is a public key"},
		{"two of them", public + public, "more than one", "it is a public key"},
		{"two of them", certificate + certificate, "it is a certificate", "more than one"},
		{"one and a private key", public + pemOf("PRIVATE KEY", pkcs8), "more than one", "it is a public key"},
		{"garbage in PEM", pemOf("PUBLIC KEY", []byte("garbage")), "cannot be read", "it is a public key"},
		{"garbage in PEM", pemOf("CERTIFICATE", []byte("garbage")), "it is a certificate", "cannot be read"},
		{"an empty block", pemOf("PUBLIC KEY", nil), "cannot be read", "it is a public key"},
		{"an RSA key of 1024 bits", publicKeyPEM(t, &short.PublicKey), "1024 bits", "it is a public key"},
		{"an RSA key of 1024 bits", certificatePEM(t, short, big.NewInt(1)), "it is a certificate", "1024 bits"},
		{"an EC key", publicKeyPEM(t, &ec.PublicKey), "not of RSA", "it is a public key"},
		{"an EC key", certificatePEM(t, ec, big.NewInt(1)), "it is a certificate", "not of RSA"},
		{"an Ed25519 key", publicKeyPEM(t, edwards.Public()), "not of RSA", "it is a public key"},
		{"an SM2 key", asSM2(publicKeyPEM(t, &ec.PublicKey)), "国密", "it is a public key"},
		{"an SM2 key", asSM2(certificatePEM(t, ec, big.NewInt(1))), "it is a certificate", "国密"},
	}
	refused := func(t *testing.T, text, want string, parse func([]byte) (verifier.PlatformKey, error)) {
		t.Helper()
		if want == "" {
			return
		}
		_, err := parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error about %q", err, want)
		} else if len(text) > 100 {
			wantSilent(t, err, strings.Split(text, "\n")[1])
		}
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, text := range []string{test.text, crlf(test.text)} {
				refused(t, text, test.want, func(text []byte) (verifier.PlatformKey, error) { return verifier.ParsePublicKey(publicKeyID, text) })
				refused(t, text, test.cert, verifier.ParseCertificate)
			}
		})
	}
}

// The id of a public key is what the merchant platform shows, and cannot be mistaken for
// a certificate's serial number or a file.
func TestPublicKeyIDs(t *testing.T) {
	text := []byte(publicKeyPEM(t, &oddV3Signer().key.PublicKey))
	tests := []struct {
		id string
		ok bool
	}{
		{publicKeyID, true},
		{"PUB_KEY_ID_0", true},
		{"", false},
		{"pub_key_id_0", false},
		{" " + publicKeyID, false},
		{publicKeyID + " ", false},
		{publicKeyID + "\n", false},
		{"5157F09EFDC096DE15EBE81A47057A7232F1B8E1", false},
		{"PUB_KEY_ID_" + strings.Repeat("0", 64), false},
		{"PUB_KEY_ID_0/../1", false},
		{"/etc/PUB_KEY_ID_0.pem", false},
	}
	for _, test := range tests {
		got, err := verifier.ParsePublicKey(test.id, text)
		if (err == nil) != test.ok || test.ok && got.Serial != test.id {
			t.Errorf("%q: got %s (%v)", test.id, got.Serial, err)
		}
	}
}

// The serial number of a certificate is upper-case hex. Of the official SDKs, some write
// a leading zero and some do not, and nothing says which of them WeChat Pay does.
func TestCertificateSerials(t *testing.T) {
	key := oddV3Signer().key
	body := v3Payment(v3Transaction().json()).body()
	tests := []struct {
		name     string
		serial   string
		accepted []string
		refused  []string
	}{
		{"40 digits", "5157F09EFDC096DE15EBE81A47057A7232F1B8E1", []string{"5157F09EFDC096DE15EBE81A47057A7232F1B8E1"},
			[]string{"5157f09efdc096de15ebe81a47057a7232f1b8e1", "157F09EFDC096DE15EBE81A47057A7232F1B8E1", "51:57:F0:9E:FD:C0:96:DE:15:EB:E8:1A:47:05:7A:72:32:F1:B8:E1"}},
		{"a leading zero", "0157F09EFDC096DE15EBE81A47057A7232F1B8E1",
			[]string{"0157F09EFDC096DE15EBE81A47057A7232F1B8E1", "157F09EFDC096DE15EBE81A47057A7232F1B8E1"},
			[]string{"57F09EFDC096DE15EBE81A47057A7232F1B8E1", "1157F09EFDC096DE15EBE81A47057A7232F1B8E1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			serial, _ := new(big.Int).SetString(test.serial, 16)
			platformKey, err := verifier.ParseCertificate([]byte(certificatePEM(t, key, serial)))
			if err != nil {
				t.Fatal(err)
			}
			v := newV3Verifier(t, withMerchant(func(m *verifier.Merchant) { m.PlatformKeys = []verifier.PlatformKey{platformKey} }))
			verify := func(serial string, want verifier.Reason) {
				t.Helper()
				_, err := judgeRequest(t, v, body, v3Signer{serial, key}.sign(unix(v3Now), "59c8b6fd8fd5a4f4", body))
				wantReason(t, err, want)
			}
			for _, serial := range test.accepted {
				verify(serial, verifier.OK)
			}
			for _, serial := range test.refused {
				verify(serial, verifier.UnknownSerial)
			}
		})
	}
}
