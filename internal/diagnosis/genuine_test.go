package diagnosis_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/diagnosis"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// signedKind is a genuine delivery of each kind. from and to are what vouches for itself.
type signedKind struct {
	name     string
	input    diagnosis.Input
	from, to int
}

func kinds() []signedKind {
	var all []signedKind
	add := func(name string, in diagnosis.Input) {
		all = append(all, signedKind{name, in, 0, len(in.Body)})
	}
	v2 := func(f wechatpaytest.Fields, signType verifier.SignType) diagnosis.Input {
		return given(f.Sign(key, signType), apiV3Keys(apiV3Key))
	}
	for _, signType := range []verifier.SignType{verifier.MD5, verifier.HMACSHA256} {
		add("payment "+string(signType), v2(payment(), signType))
		add("deduction "+string(signType), v2(wechatpaytest.Deduction(mchID), signType))
		add("contract "+string(signType), v2(wechatpaytest.Contract(mchID), signType))
		add("combined "+string(signType), v2(wechatpaytest.Combined(mchID), signType))
		add("native "+string(signType), v2(wechatpaytest.Native(mchID), signType))
	}
	add("plate", v2(wechatpaytest.Plate(mchID), verifier.HMACSHA256))
	add("risk", v2(wechatpaytest.Risk(mchID), verifier.HMACSHA256))
	add("payscore", v2(payScore(), verifier.HMACSHA256))

	refund := wechatpaytest.Refund().SealRefund(mchID, key)
	from := strings.Index(refund, "<req_info>")
	all = append(all, signedKind{"refund", given(refund), from, strings.Index(refund, "</req_info>")})

	for name, e := range map[string]wechatpaytest.Event{
		"v3 transaction": wechatpaytest.V3Transaction(mchID), "v3 refund": wechatpaytest.V3Refund(mchID),
	} {
		body := e.Body(apiV3Key)
		add(name, v3(body, publicKey.Sign(body, time.Now())))
		add(name+" of a certificate", v3(body, certificate.Sign(body, time.Now()), at(time.Now())))
	}
	return all
}

func TestGenuine(t *testing.T) {
	for _, kind := range kinds() {
		d := diagnosis.Explain(kind.input)
		if !d.Genuine || d.Reason != verifier.OK || d.Detail != "" || len(d.Findings) > 0 {
			t.Errorf("%s: %+v", kind.name, d)
		}
	}
}

// No byte can be changed: not even with a search for what it was.
func TestFlippedByteIsNotGenuine(t *testing.T) {
	for _, kind := range kinds() {
		isGenuine := diagnosis.Judge(kind.input)
		for at := kind.from; at < kind.to; at++ {
			flipped := slices.Clone(kind.input.Body)
			flipped[at] ^= 1
			if isGenuine(string(flipped)) {
				t.Errorf("%s: byte %d of %s", kind.name, at, flipped)
			}
		}
		flipped := kind.input
		flipped.Body = slices.Clone(kind.input.Body)
		flipped.Body[(kind.from+kind.to)/2] ^= 1
		if d := diagnosis.Explain(flipped); d.Genuine || len(d.Findings) == 0 {
			t.Errorf("%s: %+v", kind.name, d)
		}
	}
}

// A genuine body may be worth a note.
func TestNotes(t *testing.T) {
	tests := []struct {
		name  string
		input diagnosis.Input
		cause string
		words string
	}{
		{"parts that do not add up", given(payment().With("total_fee", "9").Sign(key, verifier.MD5)), "warning", "do not add up"},
		{"failed payment", given(payment().With("result_code", "FAIL").Sign(key, verifier.MD5)), "payment_failed", "failed"},
		{"previous key", given(genuine(), keys(other, key)), "key_previous", "previous"},
		{"previous APIv3 key", sealedWith(apiV3Key, apiV3Keys(other, apiV3Key)), "key_previous", "previous"},
		{"another key that has a blank", given(genuine(), keys(key, other+" ")), "key_blank", "APIv2 key 2"},
		{"sample key", given(signedWith(sampleKey), keys(sampleKey)), "key_sample_given", "public knowledge"},
	}
	for _, test := range tests {
		d := diagnosis.Explain(test.input)
		if !d.Genuine || len(d.Findings) != 1 || d.Findings[0].Cause != test.cause || !strings.Contains(d.Findings[0].Explanation, test.words) {
			t.Errorf("%s: %+v", test.name, d)
		}
	}
}

// What the edge would have said stands beside the cause.
func TestReason(t *testing.T) {
	tests := []struct {
		name  string
		input diagnosis.Input
		want  verifier.Reason
	}{
		{"BOM", given("\uFEFF" + genuine()), verifier.Malformed},
		{"another merchant", given(wechatpaytest.Payment("1900009851").Sign(key, verifier.MD5)), verifier.UnknownMerchant},
		{"HMAC-SHA256 where MD5 is pinned", given(payment().Sign(key, verifier.HMACSHA256), signType(verifier.MD5)), verifier.WrongSignType},
		{"newline at the key", given(genuine(), keys(key+"\n")), verifier.BadSignature},
		{"refund of another key", given(wechatpaytest.Refund().SealRefund(mchID, other)), verifier.Undecryptable},
		{"no headers", v3(event(), nil), verifier.Unsigned},
		{"unknown serial", v3(event1, unknown.Sign(event1, time.Now())), verifier.UnknownSerial},
		{"probe", delivered(set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/A")), verifier.Probe},
	}
	for _, test := range tests {
		if d := diagnosis.Explain(test.input); d.Reason != test.want {
			t.Errorf("%s: got %s, want %s", test.name, d.Reason, test.want)
		}
	}
}

func TestStringToSign(t *testing.T) {
	fields := wechatpaytest.Native(mchID).With("nonce_str", "n").With("product_id", "P\n\x1b").With("empty", "")
	body := strings.Replace(fields.With("product_id", "P\n1").Sign(other, verifier.MD5), "\x1b", "", 1)
	d := diagnosis.Explain(given(body))
	want := `appid=wx2421b1c4370ec43b&is_subscribe=Y&mch_id=1900000109&nonce_str=n&openid=oUpF8uMEb4qRXf22hE3X68TekukE&product_id=P\n1&key=******`
	if d.StringToSign != want {
		t.Errorf("got %s, want %s", d.StringToSign, want)
	}
	if got := diagnosis.Explain(given("\uFEFF" + body)).StringToSign; got != want {
		t.Errorf("behind a BOM: got %s", got)
	}
	if got := diagnosis.Explain(given(wechatpaytest.Refund().SealRefund(mchID, key))).StringToSign; got != "" {
		t.Errorf("of a refund: got %s", got)
	}
	if got := diagnosis.Explain(delivered(set("Wechatpay-Nonce", "NONCE"))).StringToSign; !strings.Contains(got, `\nNONCE\n(the body as it was received, `) {
		t.Errorf("of APIv3: got %s", got)
	}
}
