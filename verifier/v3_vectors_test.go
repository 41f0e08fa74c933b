package verifier // inside: not all that is published is the body of a notification

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// v3Vector is one file of testdata/v3/vectors: something that others have published.
type v3Vector struct {
	Source string `json:"source"`
	Kind   string `json:"kind"`

	Key            string `json:"key"`
	Nonce          string `json:"nonce"`
	AssociatedData string `json:"associated_data"`
	Ciphertext     string `json:"ciphertext"`
	Plaintext      string `json:"plaintext"`

	Message      string `json:"message"`
	Signature    string `json:"signature"`
	PublicKeyPEM string `json:"public_key_pem"`

	WechatpayTimestamp string `json:"wechatpay_timestamp"`
	WechatpayNonce     string `json:"wechatpay_nonce"`
	WechatpaySerial    string `json:"wechatpay_serial"`
	WechatpaySignature string `json:"wechatpay_signature"`
	Body               string `json:"body"`
	CertificatePEM     string `json:"certificate_pem"`
	APIv3Key           string `json:"apiv3_key"`
}

func TestV3Vectors(t *testing.T) {
	tests := map[string]func(*testing.T, v3Vector){
		"aead-aes-gcm":        testGCMVector,
		"rsa-sha256-pkcs1v15": testRSAVector,
		"sm2-sm3":             testSM2Vector,
		"v3-signed-response":  testSignedResponse,
	}
	const dir = "testdata/v3/vectors"
	files, err := os.ReadDir(dir)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s holds no vectors: %v", dir, err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		t.Run(file.Name(), func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(dir, file.Name()))
			if err != nil {
				t.Fatal(err)
			}
			var vector v3Vector
			decoder := json.NewDecoder(bytes.NewReader(text))
			decoder.DisallowUnknownFields()
			if err := decoder.Decode(&vector); err != nil {
				t.Fatal(err)
			}
			test := tests[vector.Kind]
			if test == nil || vector.Source == "" {
				t.Fatalf("kind %q, source %q", vector.Kind, vector.Source)
			}
			test(t, vector)
			seen[vector.Kind] = true
		})
	}
	for kind := range tests {
		if !seen[kind] {
			t.Errorf("no vector is of kind %s", kind)
		}
	}
}

func testGCMVector(t *testing.T, vector v3Vector) {
	secret := sealed{gcmAlgorithm, vector.Ciphertext, vector.Nonce, vector.AssociatedData}
	open := func(s sealed, keys ...string) (string, *Error) {
		plaintext, _, err := s.open(&Merchant{MchID: "1900000109", APIv3Keys: keys})
		return plaintext, err
	}
	if got, err := open(secret, vector.Key); err != nil || got != vector.Plaintext {
		t.Errorf("got %q (%v), want %q", got, err, vector.Plaintext)
	}
	if got, err := open(secret, strings.Repeat("0", 32), vector.Key); err != nil || got != vector.Plaintext {
		t.Errorf("as second key: got %q (%v), want %q", got, err, vector.Plaintext)
	}
	for name, changed := range map[string]sealed{
		"another algorithm":       {"AEAD_SM4_GCM", vector.Ciphertext, vector.Nonce, vector.AssociatedData},
		"another nonce":           {gcmAlgorithm, vector.Ciphertext, "0" + vector.Nonce[1:], vector.AssociatedData},
		"other associated data":   {gcmAlgorithm, vector.Ciphertext, vector.Nonce, vector.AssociatedData + "0"},
		"without associated data": {gcmAlgorithm, vector.Ciphertext, vector.Nonce, ""},
		"another ciphertext":      {gcmAlgorithm, "A" + vector.Ciphertext[1:], vector.Nonce, vector.AssociatedData},
	} {
		if _, err := open(changed, vector.Key); err == nil || err.Reason != Undecryptable {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A key of another length than WeChat Pay's serves as an example, and for nothing else.
	if err := CheckAPIv3Key(vector.Key); (err == nil) != (len(vector.Key) == 32) {
		t.Errorf("a key of %d characters: %v", len(vector.Key), err)
	}
}

func testRSAVector(t *testing.T, vector v3Vector) {
	key, err := ParsePublicKey("PUB_KEY_ID_0", []byte(vector.PublicKeyPEM))
	if err != nil {
		t.Fatal(err)
	}
	signature, err := base64.StdEncoding.DecodeString(vector.Signature)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte(vector.Message))
	if err := rsa.VerifyPKCS1v15(key.Key, crypto.SHA256, digest[:], signature); err != nil || key.Key.N.BitLen() != 4096 {
		t.Errorf("a key of %d bits: %v", key.Key.N.BitLen(), err)
	}
}

// The SM suite is not supported, and whoever brings such a key is told so.
func testSM2Vector(t *testing.T, vector v3Vector) {
	_, err := ParsePublicKey("PUB_KEY_ID_0", []byte(vector.PublicKeyPEM))
	if err == nil || !strings.Contains(err.Error(), "国密") {
		t.Errorf("got %v, want an error that names the suite", err)
	}
}

// testSignedResponse takes an answer that WeChat Pay gave to a merchant, of which it signs
// and encrypts what it signs and encrypts of a notification, in the same way.
func testSignedResponse(t *testing.T, vector v3Vector) {
	key, err := ParseCertificate([]byte(vector.CertificatePEM))
	if err != nil || key.Serial != vector.WechatpaySerial {
		t.Fatalf("the serial is %s (%v), want %s", key.Serial, err, vector.WechatpaySerial)
	}
	seconds, err := strconv.ParseInt(vector.WechatpayTimestamp, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	v, err := New(Config{
		Merchants: []Merchant{{MchID: "1900000109", APIv3Keys: []string{vector.APIv3Key}, PlatformKeys: []PlatformKey{key}}},
		Now:       func() time.Time { return time.Unix(seconds+1, 0) },
	})
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{
		"Wechatpay-Timestamp": {vector.WechatpayTimestamp}, "Wechatpay-Nonce": {vector.WechatpayNonce},
		"Wechatpay-Serial": {vector.WechatpaySerial}, "Wechatpay-Signature": {vector.WechatpaySignature},
	}
	verify := func(body string, want Reason) {
		t.Helper()
		var n Notification
		if err := v.Verify(body, header, &n); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	verify(vector.Body, Undecryptable) // the signature holds; it is no notification
	verify(vector.Body+"\n", BadSignature)
	verify(strings.Replace(vector.Body, "2025-07-31", "2035-07-31", 1), BadSignature)

	var body struct {
		Data []struct {
			EncryptCertificate struct {
				Algorithm      string `json:"algorithm"`
				Ciphertext     string `json:"ciphertext"`
				Nonce          string `json:"nonce"`
				AssociatedData string `json:"associated_data"`
			} `json:"encrypt_certificate"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(vector.Body), &body); err != nil || len(body.Data) != 1 {
		t.Fatal(err, len(body.Data))
	}
	e := body.Data[0].EncryptCertificate
	got, _, refused := sealed{e.Algorithm, e.Ciphertext, e.Nonce, e.AssociatedData}.open(v.merchants["1900000109"])
	if refused != nil {
		t.Fatal(refused)
	}
	gotBlock, _ := pem.Decode([]byte(got))
	wantBlock, _ := pem.Decode([]byte(vector.CertificatePEM))
	if gotBlock == nil || !bytes.Equal(gotBlock.Bytes, wantBlock.Bytes) {
		t.Errorf("it decrypts to %q", got)
	}
}
