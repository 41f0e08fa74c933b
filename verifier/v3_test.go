package verifier_test

import (
	"net/http"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// Without a key for APIv3, a JSON body is refused for what it lacks.
func TestJSONBodies(t *testing.T) {
	signed := http.Header{}
	for name, value := range map[string]string{
		"Wechatpay-Timestamp": "1554208460",
		"Wechatpay-Nonce":     "59c8b6fd8fd5a4f4",
		"Wechatpay-Serial":    "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
		"Wechatpay-Signature": "AAAA",
	} {
		signed.Set(name, value)
	}
	const notification = `{"id":"EV-2018022511223320873","event_type":"TRANSACTION.SUCCESS","resource":{"algorithm":"AEAD_AES_256_GCM"}}`
	tests := []struct {
		name   string
		body   string
		header http.Header
		want   verifier.Reason
	}{
		{"signed by an unknown key", notification, signed, verifier.UnknownSerial},
		{"blanks around it", " \r\n" + notification + "\n", signed, verifier.UnknownSerial},
		{"no headers", notification, nil, verifier.Unsigned},
		{"other headers", notification, http.Header{"X-Signature": {"AAAA"}}, verifier.Unsigned},
		{"an empty signature", notification, http.Header{"Wechatpay-Signature": {""}}, verifier.Unsigned},
		{"the fields of a v2 payment", `{"return_code":"SUCCESS","result_code":"SUCCESS","mch_id":"` + mchID + `"}`, nil, verifier.Unsigned},
		{"empty object", `{}`, nil, verifier.Unsigned},
		{"array", `[1]`, nil, verifier.Unsigned},
		{"string", `"SUCCESS"`, nil, verifier.Unsigned},
		{"null", `null`, nil, verifier.Unsigned},
		{"number", `0`, nil, verifier.Unsigned},
		{"cut off", notification[:len(notification)-1], signed, verifier.Malformed},
		{"only a brace", `{`, signed, verifier.Malformed},
		{"two objects", `{}{}`, signed, verifier.Malformed},
		{"XML inside of a brace", `{<xml></xml>}`, signed, verifier.Malformed},
		{"BOM before it", "\uFEFF" + notification, signed, verifier.Malformed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var n verifier.Notification
			wantReason(t, newVerifier(t).Verify(test.body, test.header, &n), test.want)
			wantEmpty(t, &n)
		})
	}
}

// No header has a say in the verdict on an XML body.
func TestHeadersDoNotMatterForXML(t *testing.T) {
	v := newVerifier(t)
	genuine, forged := payment().Sign(key, verifier.MD5), payment().Sign(strangerKey, verifier.MD5)
	for _, header := range []http.Header{
		nil,
		{"Content-Type": {"application/json"}},
		{"Wechatpay-Signature": {"AAAA"}, "Wechatpay-Serial": {"1"}},
		{"Host": {"localhost"}, "X-Forwarded-For": {"127.0.0.1"}, "X-Forwarded-Host": {"localhost"}},
	} {
		var n verifier.Notification
		wantReason(t, v.Verify(genuine, header, &n), verifier.OK)
		wantReason(t, v.Verify(forged, header, &n), verifier.BadSignature)
	}
}

func TestEmptyBodies(t *testing.T) {
	for _, body := range []string{"", " ", "\r\n", " \t\r\n "} {
		_, err := judge(t, newVerifier(t), body)
		wantReason(t, err, verifier.EmptyBody)
	}
	for _, body := range []string{"\x00", "\uFEFF", "\u00a0", "\x0c"} {
		_, err := judge(t, newVerifier(t), body)
		wantReason(t, err, verifier.Malformed)
	}
}
