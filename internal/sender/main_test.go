package sender_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

const (
	mchID    = "1900000109"
	key      = "Kd8sPq2vXw7LmN4tYb6Rc9Zf3Hj5Gu1A"
	apiV3Key = "Vt3nQz8LkW2xRb6PmY5sHd9FgJ1cTa4E"
)

const (
	xmlYes  = "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>"
	jsonYes = `{"code":"SUCCESS","message":"OK"}`
)

// A proxy that leads nowhere is configured for all tests, and none may go through it.
func TestMain(m *testing.M) {
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		_ = os.Setenv(name, "http://127.0.0.1:1")
	}
	os.Exit(m.Run())
}

func newIssuer() *issuer.Issuer {
	return &issuer.Issuer{MchID: mchID, Key: key, APIv3Key: apiV3Key}
}

func issue(t *testing.T, i *issuer.Issuer, kind string) issuer.Message {
	t.Helper()
	m, err := i.Issue(kind, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// v3 is a notification of APIv3, and the issuer that signs it.
func v3(t *testing.T) (issuer.Message, *issuer.Issuer) {
	t.Helper()
	i := newIssuer()
	i.Platform = wechatpaytest.NewPublicKey()
	return issue(t, i, "v3-transaction"), i
}

// edge answers deliveries over the network, until the end of the test.
func edge(t *testing.T, answer http.HandlerFunc) *sender.Sender {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return senderTo(t, server.URL+"/notify", newIssuer())
}

func senderTo(t *testing.T, url string, i *issuer.Issuer) *sender.Sender {
	t.Helper()
	s, err := sender.New(url, i)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// says answers with XML.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}
