package diagnosis_test

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/diagnosis"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// wantNoSecret fails where a text holds a secret, in any case, or what acts on a terminal.
func wantNoSecret(t *testing.T, d diagnosis.Diagnosis, secrets ...string) {
	t.Helper()
	texts := []string{d.Detail, d.StringToSign}
	for _, f := range d.Findings {
		texts = append(texts, f.Explanation, f.Remedy, f.Cause)
	}
	for _, text := range texts {
		for _, secret := range secrets {
			if secret = strings.TrimSpace(secret); len(secret) > 4 && strings.Contains(strings.ToLower(text), strings.ToLower(secret)) {
				t.Errorf("%q is in %q", secret, text)
			}
		}
		if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q is not for a terminal", text)
		}
	}
}

// secretsOf are the keys of an input, and the right signatures of its body.
func secretsOf(in diagnosis.Input) []string {
	secrets := append(append([]string{}, in.Keys...), in.APIv3Keys...)
	fields, err := verifier.ParseXML(string(in.Body))
	if err != nil {
		return secrets
	}
	signed := wechatpaytest.Fields{}
	for _, field := range fields {
		signed[field.Name] = field.Value
	}
	for _, key := range []string{key, apiV3Key, strings.ToLower(key), md5Of(key)} {
		for _, signType := range []verifier.SignType{verifier.MD5, verifier.HMACSHA256} {
			secrets = append(secrets, wechatpaytest.Signature(signed, key, signType))
		}
	}
	return secrets
}

// hostile are deliveries that hold what must not be shown: keys, and the signatures right
// and rightHMAC of the same elements without it.
func hostile(signed wechatpaytest.Fields, right, rightHMAC string) map[string]diagnosis.Input {
	body := func(f wechatpaytest.Fields) diagnosis.Input { return given(f.XML(), apiV3Keys(apiV3Key)) }
	raw := func(text string) diagnosis.Input { return given(text, apiV3Keys(apiV3Key)) }
	forged := signed.With("sign", other)
	return map[string]diagnosis.Input{
		"value that is the key":            body(forged.With("attach", key)),
		"value that is the key, genuine":   body(signed.With("attach", key).Signed(key, verifier.MD5)),
		"value in another case":            body(forged.With("attach", strings.ToLower(key))),
		"value that is most of the key":    body(forged.With("attach", "x"+key[3:])),
		"value that is the APIv3 key":      body(forged.With("attach", "a"+apiV3Key+"b")),
		"element named key":                raw(strings.Replace(signed.XML(), "</xml>", "<key>"+key+"</key></xml>", 1)),
		"element whose name is the key":    body(signed.With(key, "1")),
		"name that is cut within the key":  raw("<xml><" + strings.Repeat("a", 50) + key + ">1<b>"),
		"element twice, named as the key":  raw("<xml><sign/><" + key + ">1</" + key + "><" + key + ">1</" + key + "></xml>"),
		"root that is the key":             raw("<" + key + "><sign>1</sign></" + key + ">"),
		"encoding that is the key":         raw(`<?xml version="1.0" encoding="` + key + `"?>` + signed.XML()),
		"mch_id that is the key":           body(signed.With("mch_id", key)),
		"mch_id that holds part of it":     body(signed.With("mch_id", key[:31])),
		"sign that is the key":             body(signed.With("sign", key)),
		"sign in lower case":               body(signed.With("sign", strings.ToLower(right))),
		"right signature as sgin":          raw(strings.ReplaceAll(signed.XML(), "sign>", "sgin>")),
		"right signature beside sign":      body(forged.With("note", right)),
		"right signature, lower case":      body(forged.With("note", strings.ToLower(right))),
		"right HMAC-SHA256 beside sign":    body(forged.With("note", "a"+rightHMAC)),
		"right signature in base64":        body(forged.With("note", base64Of(string(bytesOf(right))))),
		"signature as Sign, one digit off": body(forged.With("Sign", right[:31])),
		"no sign, but it is in a value":    body(signed.Without("sign").With("note", right)),
		"MD5 of the key":                   body(forged.With("attach", md5Of(key))),
		"control characters":               raw("<xml><attach>\u202e\u0085\u00a0</attach><sign>1</sign></xml>"),
		"escapes of a terminal":            raw("<xml>\x1b[2J<a>1</a>"),
		"nothing but the key":              raw(key),
		"string to sign with the key":      raw("mch_id=1&sign=" + right + "&key=" + key),
		"key given as merchant number":     given(signed.XML(), func(in *diagnosis.Input) { in.MchID = key }),
		"key with a blank inside":          given(forged.With("attach", key).XML(), keys(key[:16]+" "+key[16:])),
		"two keys in one":                  given(forged.With("attach", key).XML(), keys(other+"\n"+key)),
		"serial that is the key":           delivered(set("Wechatpay-Serial", apiV3Key)),
		"nonce that is the key":            delivered(set("Wechatpay-Nonce", apiV3Key)),
		"suite that is the key":            delivered(set("Wechatpay-Signature-Type", apiV3Key+"\x1b[2J")),
		"header that is the key":           delivered(set("HTTP_WECHATPAY_NONCE", apiV3Key)),
		"JSON with the key":                v3(`{"`+apiV3Key+`":`, publicKey.Sign("", time.Now())),
	}
}

func TestHostileDeliveriesLeakNothing(t *testing.T) {
	signed := payment().Signed(key, verifier.MD5)
	right, rightHMAC := signed["sign"], wechatpaytest.Signature(signed, key, verifier.HMACSHA256)
	for name, in := range hostile(signed, right, rightHMAC) {
		t.Run(name, func(t *testing.T) {
			d := diagnosis.Explain(in)
			wantNoSecret(t, d, append(secretsOf(in), key, apiV3Key, md5Of(key), right, right[:31], rightHMAC, base64Of(string(bytesOf(right))))...)
		})
	}
}
