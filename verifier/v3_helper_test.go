package verifier_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

const (
	v3Key         = "Vt3nQz8LkW2xRb6PmY5sHd9FgJ1cTa4E"
	v3PreviousKey = "previous3previous3previous3previ"
	v3StrangerKey = "stranger3stranger3stranger3stran"
	otherMchID    = "1900000208"
)

// v3Now is the time here, and that of the signatures, for notifications of a payment at
// paidAt.
var v3Now = paidAt.Add(3 * time.Second)

// The platforms are made once: RSA keys take their time.
var (
	v3PublicKey   = sync.OnceValue(wechatpaytest.NewPublicKey)
	v3Certificate = sync.OnceValue(func() *wechatpaytest.Platform { return wechatpaytest.NewCertificate(v3Now.AddDate(1, 0, 0)) })
	v3Stranger    = sync.OnceValue(wechatpaytest.NewPublicKey)
)

// platformKeyOf is what an operator configures for a platform.
func platformKeyOf(t testing.TB, platform *wechatpaytest.Platform) verifier.PlatformKey {
	t.Helper()
	parse := verifier.ParseCertificate
	if strings.HasPrefix(platform.Serial, "PUB_KEY_ID_") {
		parse = func(text []byte) (verifier.PlatformKey, error) { return verifier.ParsePublicKey(platform.Serial, text) }
	}
	key, err := parse(platform.PEM)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// newV3Verifier returns a verifier for a merchant of both API versions, with a public key
// and a certificate, at v3Now, as changed.
func newV3Verifier(t testing.TB, changes ...func(*verifier.Config)) *verifier.Verifier {
	t.Helper()
	config := verifier.Config{Now: func() time.Time { return v3Now }, Merchants: []verifier.Merchant{{
		MchID: mchID, Keys: []string{key}, APIv3Keys: []string{v3Key, v3PreviousKey},
		PlatformKeys: []verifier.PlatformKey{platformKeyOf(t, v3PublicKey()), platformKeyOf(t, v3Certificate())},
	}}}
	for _, change := range changes {
		change(&config)
	}
	v, err := verifier.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// judgeV3 verifies an event that the platform signed, and holds against every refusal
// that nothing of the body is left to be taken for verified.
func judgeV3(t testing.TB, v *verifier.Verifier, e v3Event) (verifier.Notification, error) {
	t.Helper()
	body := e.body()
	return judgeRequest(t, v, body, v3PublicKey().Sign(body, v3Now))
}

// acceptV3 verifies an event that must be accepted.
func acceptV3(t testing.TB, v *verifier.Verifier, e v3Event) verifier.Notification {
	t.Helper()
	n, err := judgeV3(t, v, e)
	if err != nil {
		t.Fatalf("refused with %s (%v), want it accepted", label(err), err)
	}
	return n
}

func judgeRequest(t testing.TB, v *verifier.Verifier, body string, header http.Header) (verifier.Notification, error) {
	t.Helper()
	var n verifier.Notification
	err := v.Verify(body, header, &n)
	if err != nil {
		wantEmpty(t, &n)
	}
	return n, err
}

// v3Signer is a platform that signs whatever it is told to, in whatever way.
type v3Signer struct {
	serial string
	key    *rsa.PrivateKey
}

var oddV3Signer = sync.OnceValue(func() v3Signer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return v3Signer{"PUB_KEY_ID_0119000001092024011100337700000000", key}
})

// knows adds the signer to what the merchant of newV3Verifier trusts.
func (s v3Signer) knows(config *verifier.Config) {
	m := &config.Merchants[0]
	m.PlatformKeys = append(m.PlatformKeys, verifier.PlatformKey{Serial: s.serial, Key: &s.key.PublicKey})
}

// sign returns the headers for a body, with these very texts for timestamp and nonce.
func (s v3Signer) sign(timestamp, nonce, body string) http.Header {
	digest := sha256.Sum256([]byte(timestamp + "\n" + nonce + "\n" + body + "\n"))
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, digest[:])
	if err != nil {
		panic(err)
	}
	return s.headers(timestamp, nonce, signature)
}

func (s v3Signer) headers(timestamp, nonce string, signature []byte) http.Header {
	return http.Header{
		"Wechatpay-Timestamp": {timestamp}, "Wechatpay-Nonce": {nonce}, "Wechatpay-Serial": {s.serial},
		"Wechatpay-Signature": {base64.StdEncoding.EncodeToString(signature)},
	}
}

// unix is a time as Wechatpay-Timestamp has it.
func unix(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
