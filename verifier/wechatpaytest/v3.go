package wechatpaytest

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Platform plays WeChat Pay's platform, which signs APIv3 notifications.
type Platform struct {
	// Serial is what Wechatpay-Serial says: the id of a public key, or a certificate's
	// serial number.
	Serial string
	// PEM is the public key or the certificate.
	PEM []byte

	key *rsa.PrivateKey
}

// NewPublicKey returns a platform that signs with a WeChat Pay public key.
func NewPublicKey() *Platform {
	return newPlatform("PUB_KEY_ID_0"+digits(30), newRSAKey())
}

// NewCertificate returns a platform that signs with a platform certificate, which ends
// then.
func NewCertificate(notAfter time.Time) *Platform {
	key := newRSAKey()
	serial := new(big.Int).SetBytes(append([]byte{0x5A}, randomBytes(19)...))
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Tenpay.com sign"},
		NotBefore: notAfter.AddDate(-5, 0, 0), NotAfter: notAfter,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err) // the template is ours
	}
	return &Platform{
		Serial: strings.ToUpper(serial.Text(16)), key: key,
		PEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
	}
}

func newRSAKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // randomness never fails
	}
	return key
}

// Sign returns the headers of a notification with this body, signed at a given time.
// Source: WeChat Pay APIv3, "如何验证签名".
func (p *Platform) Sign(body string, at time.Time) http.Header {
	header := http.Header{
		"Wechatpay-Timestamp":      {strconv.FormatInt(at.Unix(), 10)},
		"Wechatpay-Nonce":          {nonce()},
		"Wechatpay-Serial":         {p.Serial},
		"Wechatpay-Signature-Type": {"WECHATPAY2-SHA256-RSA2048"},
	}
	message := header.Get("Wechatpay-Timestamp") + "\n" + header.Get("Wechatpay-Nonce") + "\n" + body + "\n"
	digest := sha256.Sum256([]byte(message))
	signature, err := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, digest[:])
	if err != nil {
		panic(err) // the digest is one
	}
	header.Set("Wechatpay-Signature", base64.StdEncoding.EncodeToString(signature))
	return header
}

// Event is an APIv3 notification before encryption.
type Event struct {
	EventType, OriginalType string
	// Resource is what will be encrypted, as JSON.
	Resource string
	Created  time.Time
}

// Body encrypts the resource and returns the body around it.
// Source: WeChat Pay APIv3, "支付成功回调通知".
func (e Event) Body(apiV3Key string) string {
	iv := nonce()[:12]
	return toJSON(map[string]any{
		"id": uuid(), "create_time": e.Created.In(beijing).Format(time.RFC3339),
		"event_type": e.EventType, "resource_type": "encrypt-resource", "summary": "通知",
		"resource": map[string]any{
			"original_type": e.OriginalType, "algorithm": "AEAD_AES_256_GCM", "nonce": iv,
			"associated_data": e.OriginalType,
			"ciphertext":      EncryptGCM(e.Resource, apiV3Key, iv, e.OriginalType),
		},
	})
}

// V3Transaction returns the event of a successful JSAPI payment of 1 fen, paid now.
func V3Transaction(mchID string) Event {
	now := time.Now()
	day := now.In(beijing).Format("20060102")
	return Event{EventType: "TRANSACTION.SUCCESS", OriginalType: "transaction", Created: now, Resource: toJSON(map[string]any{
		"appid": appID, "mchid": mchID, "out_trade_no": "T" + day + digits(10),
		"transaction_id": "4200" + digits(6) + day + digits(10), "trade_type": "JSAPI", "trade_state": "SUCCESS",
		"trade_state_desc": "支付成功", "bank_type": "CMB_DEBIT", "attach": "test",
		"success_time": now.In(beijing).Format(time.RFC3339), "payer": map[string]any{"openid": openID},
		"amount": map[string]any{"total": 1, "payer_total": 1, "currency": "CNY", "payer_currency": "CNY"},
	})}
}

// V3Refund returns the event of a successful refund of 1 fen, done now.
func V3Refund(mchID string) Event {
	now := time.Now()
	day := now.In(beijing).Format("20060102")
	return Event{EventType: "REFUND.SUCCESS", OriginalType: "refund", Created: now, Resource: toJSON(map[string]any{
		"mchid": mchID, "out_trade_no": "T" + day + digits(10), "transaction_id": "4200" + digits(6) + day + digits(10),
		"out_refund_no": "R" + day + digits(10), "refund_id": "503" + digits(8) + day + digits(10),
		"refund_status": "SUCCESS", "success_time": now.In(beijing).Format(time.RFC3339),
		"user_received_account": "支付用户零钱",
		"amount":                map[string]any{"total": 1, "refund": 1, "payer_total": 1, "payer_refund": 1},
	})}
}

// EncryptGCM encrypts as WeChat Pay does with the APIv3 key.
// Source: WeChat Pay APIv3, "如何解密回调报文".
func EncryptGCM(plaintext, apiV3Key, iv, associatedData string) string {
	block, err := aes.NewCipher([]byte(apiV3Key))
	if err != nil {
		panic("wechatpaytest: an APIv3 key has 32 characters")
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has the block size that GCM needs
	}
	return base64.StdEncoding.EncodeToString(aead.Seal(nil, []byte(iv), []byte(plaintext), []byte(associatedData)))
}

func randomBytes(n int) []byte {
	random := make([]byte, n)
	_, _ = rand.Read(random) // never fails
	return random
}

func uuid() string {
	text := strings.ToLower(rand.Text() + rand.Text())
	return string(bytes.Join([][]byte{[]byte(text[:8]), []byte(text[8:12]), []byte(text[12:16]), []byte(text[16:20]), []byte(text[20:32])}, []byte("-")))
}
