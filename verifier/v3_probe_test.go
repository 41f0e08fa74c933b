package verifier_test

import (
	"net/http"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// WeChat Pay sends signatures that are bad on purpose. They are refused like any other,
// but under a name of their own, so that they raise no alarm.
func TestV3Probes(t *testing.T) {
	const mark = "WECHATPAY/SIGNTEST/"
	v, body := newV3Verifier(t), v3Payment(v3Transaction().json()).body()
	genuine := v3PublicKey().Sign(body, v3Now)
	signature := genuine.Get("Wechatpay-Signature")
	signed := func(value string) func(http.Header) {
		return func(header http.Header) { header.Set("Wechatpay-Signature", value) }
	}
	tests := []struct {
		name   string
		change func(http.Header)
		want   verifier.Reason
	}{
		{"the mark before a signature", signed(mark + signature), verifier.Probe},
		{"the mark after a signature", signed(signature + mark), verifier.Probe},
		{"the mark inside of a signature", signed(signature[:100] + mark + signature[100:]), verifier.Probe},
		{"the mark alone", signed(mark), verifier.Probe},
		{"the mark before what is not base64", signed(mark + "!"), verifier.Probe},
		{"by an unknown serial", func(header http.Header) {
			signed(mark + signature)(header)
			header.Set("Wechatpay-Serial", v3Stranger().Serial)
		}, verifier.Probe},
		{"of another suite", func(header http.Header) {
			signed(mark + signature)(header)
			header.Set("Wechatpay-Signature-Type", "WECHATPAY2-SM2-WITH-SM3")
		}, verifier.Probe},
		{"of another time", func(header http.Header) {
			signed(mark + signature)(header)
			header.Set("Wechatpay-Timestamp", "1")
		}, verifier.Probe},
		{"without a serial", func(header http.Header) {
			signed(mark + signature)(header)
			header.Del("Wechatpay-Serial")
		}, verifier.BadSignature},
		{"the signature is there twice", func(header http.Header) { header.Add("Wechatpay-Signature", mark) }, verifier.BadSignature},
		{"the mark in lower case", signed("wechatpay/signtest/" + signature), verifier.BadSignature},
		{"half of the mark", signed("WECHATPAY/SIGN" + signature), verifier.BadSignature},
		{"the mark is the nonce", func(header http.Header) { header.Set("Wechatpay-Nonce", mark) }, verifier.BadSignature},
		{"the mark is the serial", func(header http.Header) { header.Set("Wechatpay-Serial", mark) }, verifier.UnknownSerial},
		{"the mark is in another header", func(header http.Header) { header.Set("Request-Id", mark) }, verifier.OK},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			header := genuine.Clone()
			test.change(header)
			_, err := judgeRequest(t, v, body, header)
			wantReason(t, err, test.want)
		})
	}
	// What the buyer wrote on the order makes no probe of it.
	n := acceptV3(t, v, v3Payment(v3Transaction().with("attach", mark).json()))
	if n.Orders[0].Attach != mark {
		t.Errorf("attach is %q", n.Orders[0].Attach)
	}
}
