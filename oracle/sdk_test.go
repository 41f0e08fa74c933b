package oracle

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/notify"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"
)

const (
	mchID      = "1900000109"
	otherMchID = "1900000208"
	apiV3Key   = "Vt3nQz8LkW2xRb6PmY5sHd9FgJ1cTa4E"
)

// The platforms are made once: RSA keys take their time.
var (
	publicKey   = sync.OnceValue(wechatpaytest.NewPublicKey)
	certificate = sync.OnceValue(func() *wechatpaytest.Platform { return wechatpaytest.NewCertificate(time.Now().AddDate(1, 0, 0)) })
)

// delivery is a notification as it arrives.
type delivery struct {
	header http.Header
	body   string
}

// signed is a delivery of a body that the platform signed now.
func signed(platform *wechatpaytest.Platform, body string) delivery {
	return delivery{platform.Sign(body, time.Now()), body}
}

// sdkHandler is the SDK set up for a public key and a certificate.
func sdkHandler(t *testing.T) *notify.Handler {
	t.Helper()
	key, err := utils.LoadPublicKey(string(publicKey().PEM))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := utils.LoadCertificate(string(certificate().PEM))
	if err != nil {
		t.Fatal(err)
	}
	handler, err := notify.NewRSANotifyHandler(apiV3Key, verifiers.NewSHA256WithRSACombinedVerifier(
		core.NewCertificateMapWithList([]*x509.Certificate{parsed}), publicKey().Serial, *key))
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

// bySDK returns what the SDK decrypts, or why it refuses. A panic is a refusal, too.
func bySDK(handler *notify.Handler, d delivery) (plaintext string, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			plaintext, err = "", fmt.Errorf("panic: %v", panicked)
		}
	}()
	request, err := http.NewRequest(http.MethodPost, "http://localhost/notify", strings.NewReader(d.body))
	if err != nil {
		return "", err
	}
	request.Header = d.header.Clone()
	content := make(map[string]any)
	notification, err := handler.ParseNotifyRequest(context.Background(), request, &content)
	if err != nil {
		return "", err
	}
	return notification.Resource.Plaintext, nil
}

// ourVerifier is this project set up alike.
func ourVerifier(t *testing.T, changes ...func(*verifier.Config)) *verifier.Verifier {
	t.Helper()
	key, err := verifier.ParsePublicKey(publicKey().Serial, publicKey().PEM)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := verifier.ParseCertificate(certificate().PEM)
	if err != nil {
		t.Fatal(err)
	}
	config := verifier.Config{Now: time.Now, Merchants: []verifier.Merchant{{
		MchID: mchID, APIv3Keys: []string{apiV3Key}, PlatformKeys: []verifier.PlatformKey{key, parsed},
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

// byUs returns the resource that is forwarded, or why it is refused.
func byUs(v *verifier.Verifier, d delivery) (resource string, err error) {
	var n verifier.Notification
	if err := v.Verify(d.body, d.header, &n); err != nil {
		return "", err
	}
	var document struct {
		Resource json.RawMessage `json:"resource"`
	}
	err = json.Unmarshal(n.AppendJSON(nil), &document)
	return string(document.Resource), err
}
