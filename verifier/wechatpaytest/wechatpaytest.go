// Package wechatpaytest makes WeChat Pay notifications for tests: signed as WeChat
// Pay signs them, in the shape in which it sends them.
//
//	body := wechatpaytest.Payment("1900000109").
//		With("out_trade_no", "ORDER-1001").
//		With("total_fee", "100").
//		Sign(key, verifier.MD5)
//
// The signature is computed here anew and not by package verifier, so that tests
// cannot be wrong in the same way as what they test.
package wechatpaytest

import (
	"crypto/hmac"
	"crypto/md5" // #nosec G501 -- WeChat Pay's default signature type
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// Fields are the elements of a notification by name. Methods return changed
// copies, so that test cases can share a starting point.
type Fields map[string]string

// Payment returns the fields of a successful JSAPI payment of 1 fen, fresh in
// everything that has to be unique, and paid now.
func Payment(mchID string) Fields { return PaymentAt(mchID, time.Now()) }

// PaymentAt returns what [Payment] does, paid at a given time.
func PaymentAt(mchID string, paid time.Time) Fields {
	timeEnd := paid.In(beijing).Format("20060102150405")
	return Fields{
		"appid":          appID,
		"attach":         "test",
		"bank_type":      "CMB_DEBIT",
		"cash_fee":       "1",
		"fee_type":       "CNY",
		"is_subscribe":   "N",
		"mch_id":         mchID,
		"nonce_str":      nonce(),
		"openid":         openID,
		"out_trade_no":   "T" + timeEnd + rand.Text()[:10],
		"result_code":    "SUCCESS",
		"return_code":    "SUCCESS",
		"time_end":       timeEnd,
		"total_fee":      "1",
		"trade_type":     "JSAPI",
		"transaction_id": "4200" + digits(6) + timeEnd[:8] + digits(10),
	}
}

// What need not be fresh is that of WeChat Pay's documents.
const (
	appID  = "wx2421b1c4370ec43b"
	openID = "oUpF8uMEb4qRXf22hE3X68TekukE"
)

var beijing = time.FixedZone("CST", 8*60*60)

func nonce() string { return strings.ToLower(rand.Text()) }

// digits returns n random decimal digits.
func digits(n int) string {
	random := make([]byte, n)
	_, _ = rand.Read(random) // never fails
	for i, b := range random {
		random[i] = '0' + b%10
	}
	return string(random)
}

// With returns a copy in which name has the given value.
func (f Fields) With(name, value string) Fields {
	changed := maps.Clone(f)
	changed[name] = value
	return changed
}

// Without returns a copy that lacks the given names.
func (f Fields) Without(names ...string) Fields {
	changed := maps.Clone(f)
	for _, name := range names {
		delete(changed, name)
	}
	return changed
}

// Signed returns a copy with the sign that belongs to the fields.
func (f Fields) Signed(key string, signType verifier.SignType) Fields {
	unsigned := f.Without("sign")
	return unsigned.With("sign", Signature(unsigned, key, signType))
}

// Sign returns the signed body.
func (f Fields) Sign(key string, signType verifier.SignType) string {
	return f.Signed(key, signType).XML()
}

// XML renders the fields as WeChat Pay does: sorted by name, one on a line, in
// CDATA but for plain amounts. It adds no sign.
func (f Fields) XML() string {
	var body strings.Builder
	body.WriteString("<xml>")
	for _, name := range slices.Sorted(maps.Keys(f)) {
		value := "<![CDATA[" + strings.ReplaceAll(f[name], "]]>", "]]]]><![CDATA[>") + "]]>"
		if name == "total_fee" || name == "coupon_fee" || strings.Contains(f[name], "\r") {
			value = escape.Replace(f[name])
		}
		body.WriteString("<" + name + ">" + value + "</" + name + ">\n")
	}
	body.WriteString("</xml>")
	return body.String()
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#13;")

// Signature computes the v2 signature of fields.
// Source: WeChat Pay APIv2, "签名算法".
func Signature(fields Fields, key string, signType verifier.SignType) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if name != "sign" && fields[name] != "" {
			pairs = append(pairs, name+"="+fields[name])
		}
	}
	var digest hash.Hash = md5.New() // #nosec G401
	if signType == verifier.HMACSHA256 {
		digest = hmac.New(sha256.New, []byte(key))
	}
	digest.Write([]byte(strings.Join(append(pairs, "key="+key), "&")))
	return strings.ToUpper(hex.EncodeToString(digest.Sum(nil)))
}
