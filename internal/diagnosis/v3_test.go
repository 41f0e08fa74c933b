package diagnosis_test

import (
	"net/http"
	"strings"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/diagnosis"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// event is the body of an APIv3 payment.
func event() string { return wechatpaytest.V3Transaction(mchID).Body(apiV3Key) }

// delivered returns an APIv3 payment with changed headers.
func delivered(change func(http.Header), changes ...func(*diagnosis.Input)) diagnosis.Input {
	body := event()
	header := signedHeader(body)
	change(header)
	return v3(body, header, changes...)
}

// signedHeader signs until the signature has all of the characters that get lost.
func signedHeader(body string) http.Header {
	for {
		header := publicKey.Sign(body, time.Now())
		if signature := header.Get("Wechatpay-Signature"); strings.Contains(signature, "+") && strings.Contains(signature, "/") {
			return header
		}
	}
}

func set(name, value string) func(http.Header) {
	return func(header http.Header) { header[name] = []string{value} }
}

func unset(names ...string) func(http.Header) {
	return func(header http.Header) {
		for _, name := range names {
			delete(header, name)
		}
	}
}

// with changes the value of a header.
func with(name string, change func(string) string) func(http.Header) {
	return func(header http.Header) { header[name] = []string{change(header.Get(name))} }
}

func replace(old, replacement string) func(string) string {
	return func(text string) string { return strings.ReplaceAll(text, old, replacement) }
}

// asServer spells the headers as PHP's $_SERVER does.
func asServer(header http.Header) {
	for name, values := range header {
		delete(header, name)
		header["HTTP_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))] = values
	}
}

func at(now time.Time) func(*diagnosis.Input) {
	return func(in *diagnosis.Input) { in.Now = func() time.Time { return now } }
}

var event1 = event()

// resourceNonce is the nonce of the resource in a body.
func resourceNonce(body string) string {
	_, rest, _ := strings.Cut(body, `"nonce":"`)
	nonce, _, _ := strings.Cut(rest, `"`)
	return nonce
}

// likeTheBody returns a delivery whose headers were made up from its body.
func likeTheBody(name string, of func(body string) string) diagnosis.Input {
	body := event()
	header := publicKey.Sign(body, time.Now().Add(-time.Minute))
	header[name] = []string{of(body)}
	return v3(body, header)
}

// renamedKey is a platform's key under a serial of another.
func renamedKey(p *wechatpaytest.Platform, serial string) func(*diagnosis.Input) {
	return func(in *diagnosis.Input) {
		renamed := keyOf(p)
		renamed.Serial = serial
		in.PlatformKeys = []verifier.PlatformKey{renamed}
	}
}

var v3Rows = []row{
	{"no headers", v3(event(), nil), "v3_no_headers", false, []string{"APIv3", "headers"}},
	{"no headers, and APIv2 options alone", given(event()), "v3_no_headers", false, []string{"APIv3", "Wechatpay-"}},
	{"APIv3 body with APIv2 options alone", given(event(), func(in *diagnosis.Input) { in.Header = publicKey.Sign(event(), time.Now()) }), "v3_options_missing", false, []string{"public key", "platform certificate", "APIv2 key is of no use"}},
	{"no timestamp", delivered(unset("Wechatpay-Timestamp")), "v3_header_missing", false, []string{"Wechatpay-Timestamp is missing"}},
	{"no nonce", delivered(unset("Wechatpay-Nonce")), "v3_header_missing", false, []string{"Wechatpay-Nonce is missing"}},
	{"no signature", delivered(unset("Wechatpay-Signature")), "v3_header_missing", false, []string{"Wechatpay-Signature is missing"}},
	{"no serial", delivered(unset("Wechatpay-Serial")), "v3_header_missing", true, []string{"Wechatpay-Serial is missing"}},
	{"header twice, alike", delivered(func(h http.Header) { h["Wechatpay-Nonce"] = append(h["Wechatpay-Nonce"], h["Wechatpay-Nonce"]...) }), "v3_header_twice", true, []string{"Wechatpay-Nonce is there twice"}},
	{"header twice, the second right", delivered(func(h http.Header) { h["Wechatpay-Nonce"] = append([]string{"x"}, h["Wechatpay-Nonce"]...) }), "v3_header_twice", true, []string{"twice"}},
	{"headers of $_SERVER", delivered(asServer), "v3_header_name", true, []string{"HTTP_WECHATPAY_", "another name"}},
	{"blank behind a value", delivered(with("Wechatpay-Nonce", func(nonce string) string { return nonce + " " })), "v3_header_blank", true, []string{"Wechatpay-Nonce", "blanks"}},
	{"headers pasted along with the body", pastedAlong(), "body_http_message", true, []string{"HTTP request"}},

	{"serial of a public key that is not configured", v3(event(), unknown.Sign(event(), time.Now())), "v3_public_key_missing", false, []string{unknown.Serial, "apiclient_cert.pem", "platform certificate"}},
	{"serial of a certificate that is not configured", delivered(set("Wechatpay-Serial", strings.Repeat("5A", 20)), platform(publicKey2)), "v3_platform_certificate_missing", false, []string{"5A5A", "platform certificate", "public key"}},
	{"serial in lower case", certified(with("Wechatpay-Serial", strings.ToLower)), "v3_serial_case", true, []string{"case"}},
	{"public key under another id", delivered(func(http.Header) {}, renamedKey(publicKey, "PUB_KEY_ID_1")), "v3_serial_other", true, []string{"PUB_KEY_ID_1", publicKey.Serial}},
	{"files of two keys mixed up", delivered(func(http.Header) {}, mixedUp), "v3_file_of_other_key", true, []string{publicKey.Serial, "mixed up"}},
	{"file of a key that did not make it", delivered(func(http.Header) {}, renamedKey(unknown, publicKey.Serial)), "v3_file_of_other_key", false, []string{"apiclient_cert.pem"}},
	{"probe", delivered(set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/AAAA")), "v3_probe", false, []string{"probe", "SIGNTEST"}},
	{"SM2", delivered(set("Wechatpay-Signature-Type", "WECHATPAY2-SM2-WITH-SM3")), "v3_sm_suite", false, []string{"SM2", "not supported"}},
	{"another suite", delivered(set("Wechatpay-Signature-Type", "WECHATPAY-BRAND-SHA256-RSA2048")), "v3_other_suite", false, []string{"BRAND", "WECHATPAY2-SHA256-RSA2048"}},

	{"timestamp in milliseconds", delivered(with("Wechatpay-Timestamp", func(seconds string) string { return seconds + "123" })), "v3_timestamp_milliseconds", true, []string{"milliseconds"}},
	{"timestamp as a time", delivered(with("Wechatpay-Timestamp", asTime)), "v3_timestamp_form", true, []string{"seconds since 1970"}},
	{"timestamp that was signed so", v3(event1, publicKey.Sign(event1, time.Unix(-1, 0))), "v3_timestamp_form", true, []string{"plain number"}},
	{"nonce of the resource", likeTheBody("Wechatpay-Nonce", resourceNonce), "v3_nonce_of_resource", false, []string{"nonce of the resource"}},
	{"signature in lines", delivered(with("Wechatpay-Signature", inLines)), "v3_signature_blank", true, []string{"line breaks", "Wechatpay-Signature"}},
	{"+ of the signature made a blank", delivered(with("Wechatpay-Signature", replace("+", " "))), "v3_signature_plus_to_blank", true, []string{"+", "blank"}},
	{"URL-safe signature", delivered(with("Wechatpay-Signature", strings.NewReplacer("+", "-", "/", "_").Replace)), "v3_signature_url_safe", true, []string{"URL-safe base64"}},
	{"percent-encoded signature", delivered(with("Wechatpay-Signature", strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace)), "v3_signature_percent_encoded", true, []string{"percent-encoded"}},
	{"= of the signature lost", delivered(with("Wechatpay-Signature", replace("=", ""))), "v3_signature_padding", true, []string{"="}},
	{"headers of another delivery", v3(event(), signedHeader(event())), "v3_headers_of_another", false, []string{"another delivery"}},

	{"signed too long ago", delivered(func(http.Header) {}, at(time.Now().Add(time.Hour))), "clock_timestamp_old", true, []string{"5 minutes in the past", "3600 s"}},
	{"signed in the future", delivered(func(http.Header) {}, at(time.Now().Add(-time.Hour))), "clock_timestamp_future", true, []string{"5 minutes in the future"}},
}
