package command_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// platformPair is a key of one's own that plays WeChat Pay's: both halves in PEM.
var platformPair = sync.OnceValues(func() (private, public string) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	half, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: half}))
})

// keyFiles are those that most tests name.
func keyFiles(more map[string]string) map[string]string {
	private, public := platformPair()
	all := map[string]string{
		"key.txt": key + "\n", "previous.txt": previousKey, "apiv3.txt": apiV3Key + "\r\n", "sample.txt": sampleKey,
		"private.pem": private, "public.pem": public, "body.xml": payment().Sign(key, verifier.MD5), "forged.xml": forged(),
	}
	maps.Copy(all, more)
	return all
}

func payment() wechatpaytest.Fields {
	return wechatpaytest.Payment(mchID).With("out_trade_no", "ORDER-1001").With("total_fee", "9900").With("cash_fee", "9900")
}

func forged() string {
	return payment().Signed(previousKey, verifier.MD5).With("total_fee", "1").XML()
}

// v3Notification is one as `sign` prints it, signed at a time.
func v3Notification(t *testing.T, at time.Time) (headers, body string) {
	t.Helper()
	private, _ := platformPair()
	platform, err := wechatpaytest.NewPlatform("PUB_KEY_ID_TEST", []byte(private))
	if err != nil {
		t.Fatal(err)
	}
	event := wechatpaytest.V3Transaction(mchID)
	body = event.Body(apiV3Key)
	header := platform.Sign(body, at)
	for _, name := range slices.Sorted(maps.Keys(header)) {
		headers += fmt.Sprintf("%s: %s\n", name, header.Get(name))
	}
	return headers, body
}

// withCRLF is a header as it is seen on the wire.
func withCRLF(headers string) string { return strings.ReplaceAll(headers, "\n", "\r\n") }

// ecKey is a private key that WeChat Pay has none of.
func ecKey(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}
