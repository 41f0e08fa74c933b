package verifier_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// signedHeaders are those without which there is no signature.
var signedHeaders = []string{"Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature", "Wechatpay-Serial"}

// Of two headers of one name, another reader might take the other.
func TestEachV3HeaderIsThereOnce(t *testing.T) {
	v, body := newV3Verifier(t), v3Payment(v3Transaction().json()).body()
	genuine := v3PublicKey().Sign(body, v3Now)
	tests := []struct {
		name   string
		values func(genuine string) []string
	}{
		{"missing", func(string) []string { return nil }},
		{"without a value", func(string) []string { return []string{} }},
		{"empty", func(string) []string { return []string{""} }},
		{"twice the same", func(genuine string) []string { return []string{genuine, genuine} }},
		{"another one after", func(genuine string) []string { return []string{genuine, "1"} }},
		{"another one before", func(genuine string) []string { return []string{"1", genuine} }},
		{"an empty one after", func(genuine string) []string { return []string{genuine, ""} }},
		{"an empty one before", func(genuine string) []string { return []string{"", genuine} }},
		{"two in one line", func(genuine string) []string { return []string{genuine + "," + genuine} }},
	}
	for _, name := range signedHeaders {
		for _, test := range tests {
			t.Run(name+" "+test.name, func(t *testing.T) {
				header := genuine.Clone()
				header[name] = test.values(genuine.Get(name))
				want := verifier.BadSignature
				if name == "Wechatpay-Serial" && test.name == "two in one line" {
					want = verifier.UnknownSerial
				}
				_, err := judgeRequest(t, v, body, header)
				wantReason(t, err, want)
			})
		}
	}
	_, err := judgeRequest(t, v, body, genuine)
	wantReason(t, err, verifier.OK)
}

func TestV3WithoutSignature(t *testing.T) {
	v, body := newV3Verifier(t), v3Payment(v3Transaction().json()).body()
	elsewhere := http.Header{}
	for name, values := range v3PublicKey().Sign(body, v3Now) {
		elsewhere["X-"+name] = values
	}
	for name, header := range map[string]http.Header{
		"no header":                  nil,
		"all headers are empty":      {"Wechatpay-Timestamp": {""}, "Wechatpay-Nonce": {""}, "Wechatpay-Signature": {""}, "Wechatpay-Serial": {""}},
		"only the type is there":     {"Wechatpay-Signature-Type": {"WECHATPAY2-SHA256-RSA2048"}},
		"headers of other names":     elsewhere,
		"an Authorization":           {"Authorization": {"WECHATPAY2-SHA256-RSA2048 mchid=\"" + mchID + "\""}},
		"the headers are in trailer": {"Trailer": signedHeaders},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := judgeRequest(t, v, body, header)
			wantReason(t, err, verifier.Unsigned)
		})
	}
}

func TestV3SignatureTypes(t *testing.T) {
	v, body := newV3Verifier(t), v3Payment(v3Transaction().json()).body()
	tests := []struct {
		name  string
		types []string
		want  verifier.Reason
	}{
		{"absent means RSA", nil, verifier.OK},
		{"empty means RSA", []string{""}, verifier.OK},
		{"RSA", []string{"WECHATPAY2-SHA256-RSA2048"}, verifier.OK},
		{"RSA twice", []string{"WECHATPAY2-SHA256-RSA2048", "WECHATPAY2-SHA256-RSA2048"}, verifier.BadSignature},
		{"RSA and SM", []string{"WECHATPAY2-SHA256-RSA2048", "WECHATPAY2-SM2-WITH-SM3"}, verifier.BadSignature},
		{"SM and RSA", []string{"WECHATPAY2-SM2-WITH-SM3", "WECHATPAY2-SHA256-RSA2048"}, verifier.BadSignature},
		{"the SM suite", []string{"WECHATPAY2-SM2-WITH-SM3"}, verifier.WrongSignType},
		{"the suite of brands", []string{"WECHATPAY-BRAND-SHA256-RSA2048"}, verifier.WrongSignType},
		{"lower case", []string{"wechatpay2-sha256-rsa2048"}, verifier.WrongSignType},
		{"a blank after", []string{"WECHATPAY2-SHA256-RSA2048 "}, verifier.WrongSignType},
		{"a longer name", []string{"WECHATPAY2-SHA256-RSA20480"}, verifier.WrongSignType},
		{"a shorter name", []string{"WECHATPAY2-SHA256-RSA"}, verifier.WrongSignType},
		{"a suite of APIv2", []string{"MD5"}, verifier.WrongSignType},
		{"none", []string{"none"}, verifier.WrongSignType},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			header := v3PublicKey().Sign(body, v3Now)
			header["Wechatpay-Signature-Type"] = test.types
			n, err := judgeRequest(t, v, body, header)
			wantReason(t, err, test.want)
			if err == nil && (n.Authenticity != "RSA" || n.APIVersion != "v3") {
				t.Errorf("got %s, %s", n.Authenticity, n.APIVersion)
			}
		})
	}
}

// A serial is looked up as it is: there is no other key to fall back to.
func TestV3UnknownSerials(t *testing.T) {
	v, body := newV3Verifier(t), v3Payment(v3Transaction().json()).body()
	known := v3PublicKey().Serial
	for name, serial := range map[string]string{
		"of another key":        v3Stranger().Serial,
		"of nobody":             "PUB_KEY_ID_0",
		"in lower case":         strings.ToLower(known),
		"cut off":               known[:len(known)-1],
		"longer":                known + "0",
		"a blank after":         known + " ",
		"a zero before":         "0" + known,
		"without its prefix":    strings.TrimPrefix(known, "PUB_KEY_ID_"),
		"the mchid":             mchID,
		"a path":                "../" + known,
		"of a certificate, cut": v3Certificate().Serial[2:],
	} {
		t.Run(name, func(t *testing.T) {
			header := v3PublicKey().Sign(body, v3Now)
			header.Set("Wechatpay-Serial", serial)
			_, err := judgeRequest(t, v, body, header)
			wantReason(t, err, verifier.UnknownSerial)
		})
	}
}

// Nothing outside of the body and of the five headers has a say in the verdict.
func TestV3DependsOnNothingUnsigned(t *testing.T) {
	v := newV3Verifier(t)
	body := v3Payment(v3Transaction().json()).body()
	genuine, forged := v3PublicKey().Sign(body, v3Now), v3PublicKey().Sign(body+" ", v3Now)
	first, err := judgeRequest(t, v, body, genuine)
	wantReason(t, err, verifier.OK)
	want := string(first.AppendJSON(nil))
	for _, other := range []http.Header{
		{"Content-Type": {"text/xml"}},
		{"Content-Type": {"application/json", "text/xml"}},
		{"Content-Length": {"0"}},
		{"Content-Encoding": {"gzip"}},
		{"Host": {"localhost"}, "X-Forwarded-For": {"127.0.0.1"}, "X-Forwarded-Host": {"localhost"}},
		{"Authorization": {"Bearer 1"}, "Cookie": {"admin=1"}},
		{"Request-Id": {"1", "2"}, "User-Agent": {"Mozilla/4.0"}},
		{"X-Wechatpay-Signature": {"AAAA"}, "Wechatpay-Signature-Typ": {"none"}, "Wechatpay-Body": {"{}"}},
		{"wechatpay-signature": {"AAAA"}}, // which no server of Go's makes of it
	} {
		maps.Copy(other, genuine)
		n, err := judgeRequest(t, v, body, other)
		wantReason(t, err, verifier.OK)
		if got := string(n.AppendJSON(nil)); got != want {
			t.Errorf("with %v\ngot  %s\nwant %s", other, got, want)
		}
		other["Wechatpay-Signature"] = slices.Clone(forged["Wechatpay-Signature"])
		_, err = judgeRequest(t, v, body, other)
		wantReason(t, err, verifier.BadSignature)
	}
}
