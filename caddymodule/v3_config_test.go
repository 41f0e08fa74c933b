package caddymodule_test

import (
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

const (
	ownV3Key = "Vt3nQz8LkW2xRb6PmY5sHd9FgJ1cTa4E"
	keyID    = "PUB_KEY_ID_0114232134912410000000000000"
)

// pemFiles are key files of all sorts, by name.
type pemFiles struct {
	t         *testing.T
	directory string
}

func (f pemFiles) write(name string, content []byte) string {
	path := filepath.Join(f.directory, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		f.t.Fatal(err)
	}
	return path
}

// block writes the PEM of a key that x509 has marshaled.
func (f pemFiles) block(name, kind string, der []byte, err error) string {
	if err != nil {
		f.t.Fatal(err)
	}
	return f.write(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// v3Merchant is a merchant with these members beside its number.
func v3Merchant(members ...string) string {
	return `"merchants":[{"mch_id":"1900000109",` + strings.Join(members, ",") + `}]`
}

func publicKey(id, file string) string { return publicKeys(id, file) }

// publicKeys takes id and file by turns.
func publicKeys(pairs ...string) string {
	keys := []map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		keys = append(keys, map[string]string{"id": pairs[i], "file": pairs[i+1]})
	}
	text, err := json.Marshal(keys)
	if err != nil {
		panic(err) // strings can be marshaled
	}
	return `"public_keys":` + string(text)
}

func certificates(files ...string) string {
	text, err := json.Marshal(files)
	if err != nil {
		panic(err) // strings can be marshaled
	}
	return `"platform_certificates":` + string(text)
}

const (
	v2Keys = `"keys":["{env.GOOD}"]`
	v3Keys = `"apiv3_keys":["{env.GOOD_V3}"]`
)

func setV3Environment(t *testing.T) {
	t.Setenv("GOOD", ownKey)
	t.Setenv("GOOD_V3", ownV3Key)
	t.Setenv("EMPTY", "")
	t.Setenv("BLANK", strings.Repeat(" ", 32))
	t.Setenv("SHORT", ownV3Key[:31])
	t.Setenv("LONG", ownV3Key+"0")
	t.Setenv("QUOTED", ownV3Key[:31]+"\n")
	t.Setenv("SAMPLE", "192006250b4c09247ec02edce69f6a2d")
}

// These are all in order.
func TestValidateAcceptsV3(t *testing.T) {
	setV3Environment(t)
	f := pemFiles{t, t.TempDir()}
	public := f.write("public.pem", wechatpaytest.NewPublicKey().PEM)
	certificate := f.write("certificate.pem", wechatpaytest.NewCertificate(time.Now().AddDate(1, 0, 0)).PEM)
	ended := f.write("ended.pem", wechatpaytest.NewCertificate(time.Now().AddDate(-1, 0, 0)).PEM)
	t.Setenv("FILE", public)
	t.Setenv("ID", keyID)
	for rule, members := range map[string]string{
		"APIv3 alone, by public key":                   v3Merchant(v3Keys, publicKey(keyID, public)),
		"APIv3 alone, by certificate":                  v3Merchant(v3Keys, certificates(certificate)),
		"both versions":                                v3Merchant(v2Keys, v3Keys, publicKey(keyID, public), certificates(certificate)),
		"APIv2 and an APIv3 key, for PayScore":         v3Merchant(v2Keys, v3Keys),
		"the same for forward xml":                     v3Merchant(v2Keys, v3Keys) + `,"forward":"xml"`,
		"several of each":                              v3Merchant(`"apiv3_keys":["{env.GOOD_V3}","{env.GOOD}"]`, publicKeys(keyID, public, keyID+"1", public), certificates(certificate, ended)),
		"a certificate that has ended, with a warning": v3Merchant(v3Keys, certificates(ended)),
		"an id and a file of variables":                v3Merchant(v3Keys, publicKey("{env.ID}", "{env.FILE}")),
		"a literal APIv3 key, with a warning":          v3Merchant(`"apiv3_keys":["`+ownV3Key+`"]`, publicKey(keyID, public)),
		"two merchants with the same key":              `"merchants":[{"mch_id":"1900000109",` + v3Keys + "," + publicKey(keyID, public) + `},{"mch_id":"1900000110",` + v3Keys + "," + publicKey(keyID, public) + `}]`,
		"forward cloudevents":                          v3Merchant(v3Keys, publicKey(keyID, public)) + `,"forward":"cloudevents"`,
	} {
		t.Run(rule, func(t *testing.T) {
			if err := validate(withHandler(members)); err != nil {
				t.Error(err)
			}
		})
	}
}
