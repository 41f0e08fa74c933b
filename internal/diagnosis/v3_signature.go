package diagnosis

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// form is a way to read something, and the mistake that it undoes.
type form struct {
	text  string
	found []found
}

// explainV3Signature explains an RSA signature that does not hold.
func (q *inquiry) explainV3Signature(d delivery, refusal *verifier.Error) account {
	signatures := signatureForms(d.header.Get("Wechatpay-Signature"))
	timestamps := timestampForms(d.header.Get("Wechatpay-Timestamp"))
	for _, body := range []func(func(form) bool){asReceived(d.body), bodyForms(d.body)} {
		for b := range body {
			for _, timestamp := range timestamps {
				for _, signature := range signatures {
					fixed := v3Delivery(d, timestamp, signature, b)
					key, made := q.signer(fixed)
					if !made {
						continue
					}
					path := slices.Concat(b.found, timestamp.found, signature.found, q.serialFaults(d, key))
					fixed.header["Wechatpay-Serial"] = []string{key.Serial}
					if len(path) == 0 { // it holds, and the time is no time
						return account{proven: []found{{cause: v3TimestampForm}}}
					}
					return q.explain(fixed).under(path...)
				}
			}
			if q.work.exhausted {
				break
			}
		}
		signatures = signatures[:min(1, len(signatures))]
	}
	return account{suspected: q.suspectV3(d, refusal)}
}

// v3Delivery is a delivery as it would be without the mistakes.
func v3Delivery(d delivery, timestamp, signature, body form) delivery {
	return delivery{body: body.text, mchID: d.mchID, header: http.Header{
		"Wechatpay-Timestamp": {timestamp.text},
		"Wechatpay-Nonce":     {d.header.Get("Wechatpay-Nonce")},
		"Wechatpay-Signature": {signature.text},
		"Wechatpay-Serial":    {d.header.Get("Wechatpay-Serial")},
	}}
}

// signer returns the key that made a signature, whatever serial it goes by.
// Source: WeChat Pay APIv3, "如何验证签名".
func (q *inquiry) signer(d delivery) (key verifier.PlatformKey, made bool) {
	signature, err := base64.StdEncoding.DecodeString(d.header.Get("Wechatpay-Signature"))
	if err != nil {
		return key, false
	}
	digest := sha256.Sum256([]byte(d.header.Get("Wechatpay-Timestamp") + "\n" + d.header.Get("Wechatpay-Nonce") + "\n" + d.body + "\n"))
	for _, key := range q.platform {
		if q.work.spend(len(d.body)+rsaWork) && rsa.VerifyPKCS1v15(key.Key, crypto.SHA256, digest[:], signature) == nil {
			return key, true
		}
	}
	return key, false
}

// serialFaults says why the key that made a signature was not found by its serial.
func (q *inquiry) serialFaults(d delivery, key verifier.PlatformKey) []found {
	serial := d.header.Get("Wechatpay-Serial")
	switch {
	case plainSerial(serial) == plainSerial(key.Serial):
		return nil
	case serial == "":
		return []found{{v3HeaderMissing, "Wechatpay-Serial"}}
	case strings.EqualFold(plainSerial(serial), plainSerial(key.Serial)):
		return []found{{v3SerialCase, serial}}
	case slices.ContainsFunc(q.platform, func(k verifier.PlatformKey) bool { return plainSerial(k.Serial) == plainSerial(serial) }):
		return []found{{v3FileOfOther, serial}}
	}
	return []found{{v3SerialOther, "Wechatpay-Serial is " + serial + ", and the key that made it is configured as " + key.Serial}}
}

// plainSerial is a serial without the leading zeros that some write and some do not.
func plainSerial(serial string) string { return strings.TrimLeft(serial, "0") }

// signatureForms reads Wechatpay-Signature as it should be and as what may have become of
// it. Those that are base64 remain.
func signatureForms(signature string) (forms []form) {
	blanks := without(signature, " \t\r\n")
	for _, f := range []form{
		{signature, nil},
		{blanks, []found{{cause: v3SignatureBlank}}},
		{strings.ReplaceAll(signature, " ", "+"), []found{{cause: v3SignaturePlus}}},
		{urlAlphabet.Replace(blanks), []found{{cause: v3SignatureURLSafe}}},
		{orSame(url.PathUnescape, blanks), []found{{cause: v3SignaturePercent}}},
		{padded(urlAlphabet.Replace(blanks)), []found{{cause: v3SignaturePadding}}},
	} {
		_, err := base64.StdEncoding.Strict().DecodeString(f.text)
		isKnown := slices.ContainsFunc(forms, func(other form) bool { return other.text == f.text })
		if err == nil && !isKnown && !strings.ContainsAny(f.text, "\r\n") {
			forms = append(forms, f)
		}
	}
	return forms
}

// padded writes base64 with the padding that it needs.
func padded(text string) string {
	plain := strings.TrimRight(text, "=")
	return plain + strings.Repeat("=", (4-len(plain)%4)%4)
}

// timestampForms reads Wechatpay-Timestamp as it should be and as what may have become of
// it.
func timestampForms(timestamp string) []form {
	forms := []form{{timestamp, nil}}
	add := func(text string, c cause) {
		if text != timestamp {
			forms = append(forms, form{text, []found{{cause: c}}})
		}
	}
	if len(timestamp) > 10 && digits.MatchString(timestamp[:10]) {
		add(timestamp[:10], v3TimestampMillis)
	}
	for _, layout := range timeForms {
		if t, err := time.ParseInLocation(layout, timestamp, time.FixedZone("", 8*60*60)); err == nil {
			add(strconv.FormatInt(t.Unix(), 10), v3TimestampForm)
		}
	}
	return forms
}
