package caddymodule_test

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

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// What cannot be meant for APIv3 stops the load, with words that name merchant, option
// and remedy, and that never repeat a secret.
func TestValidateRefusesV3(t *testing.T) {
	setV3Environment(t)
	f := pemFiles{t, t.TempDir()}
	platform := wechatpaytest.NewPublicKey()
	public := f.write("public.pem", platform.PEM)
	certificate := f.write("certificate.pem", wechatpaytest.NewCertificate(time.Now().AddDate(1, 0, 0)).PEM)
	own, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(own)
	private := f.block("private.pem", "PRIVATE KEY", der, err)
	secretPart := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))[60:110]
	rsaPrivate := f.block("rsa_private.pem", "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(own), nil)
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	der, err = x509.MarshalPKIXPublicKey(&short.PublicKey)
	shortPublic := f.block("short.pem", "PUBLIC KEY", der, err)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err = x509.MarshalPKIXPublicKey(&curve.PublicKey)
	curvePublic := f.block("curve.pem", "PUBLIC KEY", der, err)
	two := f.write("two.pem", append(append([]byte{}, platform.PEM...), platform.PEM...))

	const merchant, platformPage = "merchant 1900000109: ", "账户中心 > API安全"
	for _, row := range []struct {
		rule, members string
		want          []string
	}{
		{"an APIv3 key unset", v3Merchant(v2Keys, `"apiv3_keys":["{env.UNSET}"]`), []string{merchant + "apiv3_key", "{env.UNSET}", "set the variable"}},
		{"an APIv3 key that is empty", v3Merchant(v2Keys, `"apiv3_keys":["{env.EMPTY}"]`), []string{merchant + "apiv3_key", "{env.EMPTY}"}},
		{"an APIv3 key that is blank", v3Merchant(v2Keys, `"apiv3_keys":["{env.BLANK}"]`), []string{merchant + "apiv3_key ({env.BLANK}) is empty", platformPage}},
		{"an APIv3 key of 31 characters", v3Merchant(v2Keys, `"apiv3_keys":["{env.SHORT}"]`), []string{merchant + "apiv3_key ({env.SHORT}) has 31 characters", "an APIv3 key has 32", platformPage}},
		{"an APIv3 key of 33 characters", v3Merchant(v2Keys, `"apiv3_keys":["{env.LONG}"]`), []string{merchant + "apiv3_key ({env.LONG}) has 33 characters"}},
		{"an APIv3 key with a line break", v3Merchant(v2Keys, `"apiv3_keys":["{env.QUOTED}"]`), []string{merchant + "apiv3_key ({env.QUOTED})", "line break"}},
		{"the second APIv3 key too short", v3Merchant(v2Keys, `"apiv3_keys":["{env.GOOD_V3}","{env.SHORT}"]`), []string{merchant + "apiv3_key 2 ({env.SHORT}) has 31 characters"}},
		{"a literal APIv3 key too short", v3Merchant(v2Keys, `"apiv3_keys":["`+ownV3Key[:31]+`"]`), []string{merchant + "apiv3_key has 31 characters"}},
		{"a literal APIv3 key in braces", v3Merchant(v2Keys, `"apiv3_keys":["{`+ownV3Key+`}"]`), []string{merchant + "apiv3_key", "neither {env.NAME} nor {file./path}"}},
		{"an APIv3 key that is public knowledge", v3Merchant(v2Keys, `"apiv3_keys":["{env.SAMPLE}"]`), []string{merchant + "apiv3_key ({env.SAMPLE})", "public knowledge", platformPage}},
		{"no key of any sort", v3Merchant(`"appids":["wx1"]`), []string{merchant + "has no key", "apiv3_key", "public_key or platform_certificate"}},
		{"an APIv3 key alone", v3Merchant(v3Keys), []string{merchant, "neither a public key nor a platform certificate"}},
		{"a public key alone", v3Merchant(publicKey(keyID, public)), []string{merchant, "no APIv3 key"}},
		{"a certificate beside an APIv2 key", v3Merchant(v2Keys, certificates(certificate)), []string{merchant, "no APIv3 key"}},

		{"a public key's id without its prefix", v3Merchant(v3Keys, publicKey("0114232134912410000000000000", public)), []string{merchant + "public_key", public, "PUB_KEY_ID_"}},
		{"a public key's id in lower case", v3Merchant(v3Keys, publicKey(strings.ToLower(keyID), public)), []string{merchant + "public_key", "PUB_KEY_ID_"}},
		{"a public key's id with a blank", v3Merchant(v3Keys, publicKey(keyID+" ", public)), []string{merchant + "public_key", "PUB_KEY_ID_"}},
		{"a public key's id unset", v3Merchant(v3Keys, publicKey("{env.UNSET}", public)), []string{merchant + "public_key", "{env.UNSET}", "set the variable"}},
		{"the APIv3 key for a public key's id", v3Merchant(v3Keys, publicKey("{env.GOOD_V3}", public)), []string{merchant + "public_key", "PUB_KEY_ID_"}},
		{"a public key's file that is missing", v3Merchant(v3Keys, publicKey(keyID, f.directory+"/missing")), []string{merchant + "public_key", f.directory + "/missing", "no such file"}},
		{"a public key's file unset", v3Merchant(v3Keys, publicKey(keyID, "{env.UNSET}")), []string{merchant + "public_key", "{env.UNSET}"}},
		{"a public key's file that is a directory", v3Merchant(v3Keys, publicKey(keyID, f.directory)), []string{merchant + "public_key", f.directory}},
		{"a public key's file that is empty", v3Merchant(v3Keys, publicKey(keyID, f.write("empty", nil))), []string{merchant + "public_key", "empty", "no PEM"}},
		{"a public key's file of text", v3Merchant(v3Keys, publicKey(keyID, f.write("text", []byte(ownV3Key)))), []string{merchant + "public_key", "text", "no PEM"}},
		{"the merchant's private key for the public key", v3Merchant(v3Keys, publicKey(keyID, private)), []string{merchant + "public_key " + private, "private key"}},
		{"the merchant's private key of RSA", v3Merchant(v3Keys, publicKey(keyID, rsaPrivate)), []string{merchant + "public_key " + rsaPrivate, "private key"}},
		{"two public keys in one file", v3Merchant(v3Keys, publicKey(keyID, two)), []string{merchant + "public_key " + two, "more than one"}},
		{"a certificate for the public key", v3Merchant(v3Keys, publicKey(keyID, certificate)), []string{merchant + "public_key " + certificate, "a certificate, not a public key"}},
		{"a public key of 1024 bits", v3Merchant(v3Keys, publicKey(keyID, shortPublic)), []string{merchant + "public_key " + shortPublic, "too short", "1024 bits"}},
		{"a public key of an elliptic curve", v3Merchant(v3Keys, publicKey(keyID, curvePublic)), []string{merchant + "public_key " + curvePublic, "not of RSA"}},
		{"PEM of garbage", v3Merchant(v3Keys, publicKey(keyID, f.block("garbage.pem", "PUBLIC KEY", []byte("garbage"), nil))), []string{merchant + "public_key", "cannot be read"}},
		{"the second public key missing", v3Merchant(v3Keys, publicKeys(keyID, public, keyID+"1", "/nowhere.pem")), []string{merchant + "public_key", "/nowhere.pem"}},

		{"a certificate of garbage", v3Merchant(v3Keys, certificates(f.block("garbage.crt", "CERTIFICATE", []byte("garbage"), nil))), []string{merchant + "platform_certificate", "cannot be read"}},
		{"a certificate that is none", v3Merchant(v3Keys, certificates(public)), []string{merchant + "platform_certificate " + public, "a public key, not a certificate"}},
		{"a private key for the certificate", v3Merchant(v3Keys, certificates(private)), []string{merchant + "platform_certificate " + private, "private key"}},
		{"a certificate that is missing", v3Merchant(v3Keys, certificates(certificate, "/nowhere.pem")), []string{merchant + "platform_certificate", "/nowhere.pem"}},
		{"a certificate unset", v3Merchant(v3Keys, certificates("{env.UNSET}")), []string{merchant + "platform_certificate", "{env.UNSET}"}},
		{"no certificate's name", v3Merchant(v3Keys, certificates("")), []string{merchant + "platform_certificate"}},

		// These stand for the text of the file, which then is taken for its name.
		{"a file's content for its name", v3Merchant(v3Keys, publicKey(keyID, "{file."+private+"}")), []string{merchant + "public_key"}},
		{"a literal key for a file's name", v3Merchant(v3Keys, certificates(ownV3Key)), []string{merchant + "platform_certificate"}},
		{"a key for a file's name", v3Merchant(v3Keys, certificates("{env.GOOD_V3}")), []string{merchant + "platform_certificate"}},

		{"forward xml with a public key", v3Merchant(v2Keys, v3Keys, publicKey(keyID, public)) + `,"forward":"xml"`, []string{merchant + "forward xml", "public_key", "forward json"}},
		{"forward xml with a certificate", v3Merchant(v2Keys, v3Keys, certificates(certificate)) + `,"forward":"xml"`, []string{merchant + "forward xml", "platform_certificate"}},
	} {
		t.Run(row.rule, func(t *testing.T) {
			wantInvalid(t, row.members, row.want, ownKey[:30], ownV3Key[:30], secretPart, "192006250b4c")
		})
	}
}

// wantInvalid demands an error that holds all of want and none of the secrets.
func wantInvalid(t *testing.T, members string, want []string, secrets ...string) {
	t.Helper()
	err := validate(withHandler(members))
	if err == nil {
		t.Fatal("it is accepted")
	}
	message := err.Error()
	for _, words := range want {
		if !strings.Contains(message, words) {
			t.Errorf("%q is missing in: %s", words, message)
		}
	}
	for _, secret := range secrets {
		if strings.Contains(message, secret) {
			t.Errorf("a secret is in: %s", message)
		}
	}
}
