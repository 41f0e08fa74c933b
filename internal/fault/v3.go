package fault

import (
	"net/http"
	"strconv"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

var v3Forgeries = []Fault{
	forgery("v3-forged-signature", "signed with another key than that of Wechatpay-Serial", platformKey, sends(v3ByStranger)),
	forgery("v3-unknown-serial", "signed with a key that nobody knows, under its own serial", nothing, sends(v3UnknownSerial)),
	forgery("v3-stale-timestamp", "signed right ten minutes ago", platformKey, sends(v3Stale)),
	forgery("v3-swapped-body", "signed right, but around another body", platformKey, sends(v3Swapped)),
	forgery("v3-wrong-apiv3-key", "signed right, but encrypted with a key that nobody has", platformKey, sends(v3WrongKey)),
	forgery("v3-no-headers", "a body of APIv3 without headers, as if it needed no signature", nothing, sends(v3NoHeaders)),
	forgery("v3-probe", "a probe as WeChat Pay sends it (WECHATPAY/SIGNTEST/), to find out whether bad signatures are refused", nothing, sends(v3Probe)),
}

// v3 is a transaction that is signed by a platform.
func (s *stage) v3(by *wechatpaytest.Platform) (issuer.Message, error) {
	s.issuer.Platform = by
	return s.issue("v3-transaction")
}

func v3ByStranger(s *stage) (request, error) {
	stranger := wechatpaytest.NewPublicKey()
	stranger.Serial = s.issuer.Platform.Serial
	m, err := s.v3(stranger)
	return post(m), err
}

func v3UnknownSerial(s *stage) (request, error) {
	m, err := s.v3(wechatpaytest.NewPublicKey())
	return post(m), err
}

func v3Stale(s *stage) (request, error) {
	m, err := s.issue("v3-transaction")
	r := post(m)
	r.header = s.issuer.Platform.Sign(m.Body, time.Now().Add(-10*time.Minute))
	return r, err
}

func v3Swapped(s *stage) (request, error) {
	m, err := s.issue("v3-transaction")
	if err != nil {
		return request{}, err
	}
	other, err := s.issue("v3-transaction")
	m.Body = other.Body
	return post(m), err
}

func v3WrongKey(s *stage) (request, error) {
	s.issuer.APIv3Key = someKey()
	m, err := s.issue("v3-transaction")
	return post(m), err
}

// v3Unsigned is a transaction that nobody has signed.
func (s *stage) v3Unsigned() issuer.Message {
	return issuer.Message{
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   wechatpaytest.V3Transaction(s.issuer.MchID).Body(s.issuer.APIv3Key),
	}
}

func v3NoHeaders(s *stage) (request, error) { return post(s.v3Unsigned()), nil }

// Source: WeChat Pay APIv3, "如何验证签名", "签名探测流量".
func v3Probe(s *stage) (request, error) {
	r := post(s.v3Unsigned())
	serial := "PUB_KEY_ID_0000000000000000000000000000000000"
	if s.issuer.Platform != nil {
		serial = s.issuer.Platform.Serial
	}
	r.header = http.Header{
		"Wechatpay-Timestamp":      {strconv.FormatInt(time.Now().Unix(), 10)},
		"Wechatpay-Nonce":          {someKey()},
		"Wechatpay-Serial":         {serial},
		"Wechatpay-Signature-Type": {"WECHATPAY2-SHA256-RSA2048"},
		"Wechatpay-Signature":      {"WECHATPAY/SIGNTEST/" + garbage()[:340]},
	}
	return r, nil
}
