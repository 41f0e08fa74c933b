package verifier_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"net/http"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// Only RSA with PKCS #1 v1.5 and SHA-256 is that suite, and only by the key that the
// serial names.
func TestV3OtherWaysToSign(t *testing.T) {
	signer := oddV3Signer()
	v := newV3Verifier(t, signer.knows)
	body := v3Payment(v3Transaction().json()).body()
	timestamp, nonce := unix(v3Now), "59c8b6fd8fd5a4f4"
	message := []byte(timestamp + "\n" + nonce + "\n" + body + "\n")
	sha256Sum, sha1Sum, sha512Sum := sha256.Sum256(message), sha1.Sum(message), sha512.Sum512(message)
	tests := []struct {
		name string
		sign func() ([]byte, error)
		want verifier.Reason
	}{
		{"PKCS #1 v1.5 with SHA-256", func() ([]byte, error) {
			return rsa.SignPKCS1v15(rand.Reader, signer.key, crypto.SHA256, sha256Sum[:])
		}, verifier.OK},
		{"PSS", func() ([]byte, error) { return rsa.SignPSS(rand.Reader, signer.key, crypto.SHA256, sha256Sum[:], nil) }, verifier.BadSignature},
		{"SHA-1", func() ([]byte, error) { return rsa.SignPKCS1v15(rand.Reader, signer.key, crypto.SHA1, sha1Sum[:]) }, verifier.BadSignature},
		{"SHA-512", func() ([]byte, error) {
			return rsa.SignPKCS1v15(rand.Reader, signer.key, crypto.SHA512, sha512Sum[:])
		}, verifier.BadSignature},
		{"the digest without its name", func() ([]byte, error) {
			return rsa.SignPKCS1v15(rand.Reader, signer.key, 0, sha256Sum[:])
		}, verifier.BadSignature},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			signature, err := test.sign()
			if err != nil {
				t.Fatal(err)
			}
			_, err = judgeRequest(t, v, body, signer.headers(timestamp, nonce, signature))
			wantReason(t, err, test.want)
		})
	}
	for name, other := range map[string]func() http.Header{
		"a key that is not configured": func() http.Header { return v3Stranger().Sign(body, v3Now) },
		"a key of another serial":      func() http.Header { return v3Certificate().Sign(body, v3Now) },
	} {
		t.Run(name, func(t *testing.T) {
			header := other()
			header.Set("Wechatpay-Serial", signer.serial)
			_, err := judgeRequest(t, v, body, header)
			wantReason(t, err, verifier.BadSignature)
		})
	}
}

// What is signed is timestamp, nonce and body, each with a line feed, and nothing else.
func TestV3MessageToSign(t *testing.T) {
	signer := oddV3Signer()
	v := newV3Verifier(t, signer.knows)
	body := v3Payment(v3Transaction().json()).body()
	timestamp, nonce := unix(v3Now), "59c8b6fd8fd5a4f4"
	for name, message := range map[string]string{
		"no line feed at the end": timestamp + "\n" + nonce + "\n" + body,
		"two at the end":          timestamp + "\n" + nonce + "\n" + body + "\n\n",
		"CR LF":                   timestamp + "\r\n" + nonce + "\r\n" + body + "\r\n",
		"nonce first":             nonce + "\n" + timestamp + "\n" + body + "\n",
		"the body alone":          body,
		"the body alone, a line":  body + "\n",
		"without the nonce":       timestamp + "\n" + body + "\n",
		"a request's message":     "POST\n/notify\n" + timestamp + "\n" + nonce + "\n" + body + "\n",
		"nothing":                 "",
	} {
		t.Run(name, func(t *testing.T) {
			digest := sha256.Sum256([]byte(message))
			signature, err := rsa.SignPKCS1v15(rand.Reader, signer.key, crypto.SHA256, digest[:])
			if err != nil {
				t.Fatal(err)
			}
			_, err = judgeRequest(t, v, body, signer.headers(timestamp, nonce, signature))
			wantReason(t, err, verifier.BadSignature)
		})
	}
	_, err := judgeRequest(t, v, body, signer.sign(timestamp, nonce, body))
	wantReason(t, err, verifier.OK)
}
