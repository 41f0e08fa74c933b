package oracle

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// What each of us says of a delivery.
const (
	both    = "both accept it"
	neither = "both refuse it"
	sdkOnly = "only the SDK accepts it" // where this project is stricter
	onlyWe  = "only we accept it"       // which takes a very good reason
)

// headerTests change the headers of a genuine delivery.
var headerTests = []struct {
	name   string
	change func(http.Header)
	want   string
	why    string // where we differ
}{
	{"as it is", func(http.Header) {}, both, ""},
	{"no signature type", drop("Wechatpay-Signature-Type"), both, ""},
	{"an empty signature type", set("Wechatpay-Signature-Type", ""), both, ""},
	{"no timestamp", drop("Wechatpay-Timestamp"), neither, ""},
	{"no nonce", drop("Wechatpay-Nonce"), neither, ""},
	{"no signature", drop("Wechatpay-Signature"), neither, ""},
	{"no serial", drop("Wechatpay-Serial"), neither, ""},
	{"an empty timestamp", set("Wechatpay-Timestamp", ""), neither, ""},
	{"an empty nonce", set("Wechatpay-Nonce", ""), neither, ""},
	{"an empty signature", set("Wechatpay-Signature", ""), neither, ""},
	{"an empty serial", set("Wechatpay-Serial", ""), neither, ""},
	{"the SM suite", set("Wechatpay-Signature-Type", "WECHATPAY2-SM2-WITH-SM3"), neither, ""},
	{"the suite of brands", set("Wechatpay-Signature-Type", "WECHATPAY-BRAND-SHA256-RSA2048"), neither, ""},
	{"an unknown serial", set("Wechatpay-Serial", "PUB_KEY_ID_0"), neither, ""},
	{"the serial of another key", func(h http.Header) { h.Set("Wechatpay-Serial", certificate().Serial) }, neither, ""},
	{"another nonce", set("Wechatpay-Nonce", "59c8b6fd8fd5a4f4"), neither, ""},
	{"another timestamp", func(h http.Header) { h.Set("Wechatpay-Timestamp", strconv.FormatInt(time.Now().Unix()+30, 10)) }, neither, ""},
	{"a timestamp in milliseconds", onHeader("Wechatpay-Timestamp", func(v string) string { return v + "000" }), neither, ""},
	{"a timestamp that is no number", set("Wechatpay-Timestamp", "now"), neither, ""},
	{"a signature that is no base64", set("Wechatpay-Signature", "!"), neither, ""},
	{"a signature cut off", onHeader("Wechatpay-Signature", func(v string) string { return v[:len(v)-4] }), neither, ""},
	{"a signature with another byte", onHeader("Wechatpay-Signature", flip), neither, ""},
	{"a signature without its padding", onHeader("Wechatpay-Signature", func(v string) string { return strings.TrimRight(v, "=") }), neither, ""},
	{"a probe", onHeader("Wechatpay-Signature", func(v string) string { return "WECHATPAY/SIGNTEST/" + v }), neither, ""},

	{"a second signature", add("Wechatpay-Signature", "AAAA"), sdkOnly, "the SDK takes the first of two, another reader the last"},
	{"a second serial", add("Wechatpay-Serial", "PUB_KEY_ID_0"), sdkOnly, "the same"},
	{"a second timestamp", add("Wechatpay-Timestamp", "1"), sdkOnly, "the same"},
	{"a second nonce", add("Wechatpay-Nonce", "1"), sdkOnly, "the same"},
	{"a second signature type", add("Wechatpay-Signature-Type", "none"), sdkOnly, "the same"},
	{"a timestamp with a plus sign", onHeader("Wechatpay-Timestamp", func(v string) string { return "+" + v }), sdkOnly, "the SDK writes the number anew before it verifies"},
	{"a timestamp with a leading zero", onHeader("Wechatpay-Timestamp", func(v string) string { return "0" + v }), sdkOnly, "the same"},
	{"blanks around the nonce", onHeader("Wechatpay-Nonce", func(v string) string { return " " + v + " " }), sdkOnly, "the SDK trims; a server has done so already"},
	{"blanks around the signature", onHeader("Wechatpay-Signature", func(v string) string { return " " + v }), sdkOnly, "the same"},
	{"a line feed in the signature", onHeader("Wechatpay-Signature", func(v string) string { return v[:76] + "\n" + v[76:] }), sdkOnly, "Go's base64 passes over it"},
	{"bits in the signature that stand for nothing", onHeader("Wechatpay-Signature", func(v string) string { return v[:len(v)-3] + string(v[len(v)-3]+1) + "==" }), sdkOnly, "the SDK's base64 is not strict"},
}

func drop(name string) func(http.Header)       { return func(h http.Header) { h.Del(name) } }
func set(name, value string) func(http.Header) { return func(h http.Header) { h.Set(name, value) } }
func add(name, value string) func(http.Header) { return func(h http.Header) { h.Add(name, value) } }

func onHeader(name string, change func(string) string) func(http.Header) {
	return func(h http.Header) { h.Set(name, change(h.Get(name))) }
}

func flip(text string) string {
	if text[10] == 'A' {
		return text[:10] + "B" + text[11:]
	}
	return text[:10] + "A" + text[11:]
}

// compare demands what each of us says.
func compare(t *testing.T, v *verifier.Verifier, d delivery, want, why string) {
	t.Helper()
	theirs, sdkErr := bySDK(sdkHandler(t), d)
	ours, ourErr := byUs(v, d)
	got := onlyWe
	switch {
	case sdkErr == nil && ourErr == nil:
		got = both
	case sdkErr != nil && ourErr != nil:
		got = neither
	case sdkErr == nil:
		got = sdkOnly
	}
	if got != want {
		t.Errorf("%s, want that %s\nSDK:  %v\nours: %v", got, want, sdkErr, ourErr)
	}
	if got == both && ours != theirs {
		t.Errorf("the SDK decrypts %s\nwe decrypt      %s", theirs, ours)
	}
	if (why != "") != (want != both && want != neither) {
		t.Error("a difference needs a reason, and nothing else does")
	}
}

func TestHeadersAsTheSDKJudgesThem(t *testing.T) {
	v := ourVerifier(t)
	for _, test := range headerTests {
		t.Run(test.name, func(t *testing.T) {
			d := signed(publicKey(), wechatpaytest.V3Transaction(mchID).Body(apiV3Key))
			test.change(d.header)
			compare(t, v, d, test.want, test.why)
		})
	}
}

// bodyTests change the body of a genuine delivery, which is signed before or after that.
var bodyTests = []struct {
	name   string
	change func(body string) string
	signed string // want, when it is signed with the change
	why    string
}{
	{"a blank after it", func(body string) string { return body + " " }, both, ""},
	{"a line feed after it", func(body string) string { return body + "\n" }, both, ""},
	{"a blank before it", func(body string) string { return " " + body }, both, ""},
	{"another member", func(body string) string { return body[:len(body)-1] + `,"brand_new":1}` }, both, ""},
	{"another order of members", reorder, both, ""},
	{"cut off", func(body string) string { return body[:len(body)-1] }, neither, ""},
	{"nothing", func(string) string { return "" }, neither, ""},
	{"no JSON", func(string) string { return "<xml></xml>" }, neither, ""},
	{"a list", func(body string) string { return "[" + body + "]" }, neither, ""},
	{"no resource", func(string) string { return `{"id":"1"}` }, neither, ""},
	{"resource null", func(string) string { return `{"id":"1","resource":null}` }, neither, ""},
	{"a resource that is a text", func(string) string { return `{"id":"1","resource":"x"}` }, neither, ""},
	{"another algorithm", replace("AEAD_AES_256_GCM", "AEAD_SM4_GCM"), neither, ""},
	{"other associated data", replace(`"associated_data":"transaction"`, `"associated_data":"refund"`), neither, ""},
	{"a nonce of another length", replace(`"nonce":"`, `"nonce":"0`), neither, ""},
	{"a ciphertext that is no base64", replace(`"ciphertext":"`, `"ciphertext":"!`), neither, ""},
	{"a ciphertext with more before it", replace(`"ciphertext":"`, `"ciphertext":"AAAA`), neither, ""},
	{"a create_time that is none", replace(`"create_time":"`, `"create_time":"x`), neither, ""},
	{"an id that is a number", replace(`"id":"`, `"id":1,"old":"`), neither, ""},

	{"no id", replace(`"id":"`, `"old":"`), sdkOnly, "a notification has an id"},
	{"no event_type", replace(`"event_type":"`, `"old":"`), sdkOnly, "a notification has an event_type"},
	{"no create_time", replace(`"create_time":"`, `"old":"`), sdkOnly, "a notification has a create_time"},
	{"an id that is there twice", func(body string) string { return body[:len(body)-1] + `,"id":"2"}` }, sdkOnly, "of two members, another reader takes the other"},
	{"an event_type with blanks", replace("TRANSACTION.SUCCESS", "TRANSACTION SUCCESS"), sdkOnly, "event types have none"},
}

func replace(old, with string) func(string) string {
	return func(body string) string { return strings.Replace(body, old, with, 1) }
}

func reorder(body string) string {
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &members); err != nil {
		panic(err)
	}
	members["a"] = json.RawMessage("1")
	text, err := json.MarshalIndent(members, "", "\t")
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestBodiesAsTheSDKJudgesThem(t *testing.T) {
	v := ourVerifier(t)
	for _, test := range bodyTests {
		t.Run(test.name, func(t *testing.T) {
			genuine := wechatpaytest.V3Transaction(mchID).Body(apiV3Key)
			body := test.change(genuine)
			if body == genuine {
				t.Fatal("it is the same body")
			}
			compare(t, v, signed(publicKey(), body), test.signed, test.why)
			compare(t, v, delivery{publicKey().Sign(genuine, time.Now()), body}, neither, "")
		})
	}
}

// plaintextTests are what may be encrypted.
var plaintextTests = []struct {
	name, plaintext, want, why string
}{
	{"blanks", "", neither, ""},
	{"half of an object", `{"a":1`, neither, ""},
	{"a list", `[]`, neither, ""},
	{"a text", `"x"`, neither, ""},
	{"an object and more", `{}x`, neither, ""},
	{"null", `null`, sdkOnly, "nothing is told"},
	{"an empty object", `{}`, sdkOnly, "a payment has a number and an amount, and is of a merchant"},
	{"the payment of another merchant", wechatpaytest.V3Transaction(otherMchID).Resource, sdkOnly, "the SDK leaves it to the app to look"},
	{"an amount in quotes", strings.Replace(wechatpaytest.V3Transaction(mchID).Resource, `"total":1`, `"total":"1"`, 1), sdkOnly, "amounts are integers"},
	{"a member twice", strings.Replace(wechatpaytest.V3Transaction(mchID).Resource, `{`, `{"mchid":"1",`, 1), sdkOnly, "of two members, another reader takes the other"},
}

func TestPlaintextsAsTheSDKJudgesThem(t *testing.T) {
	v := ourVerifier(t)
	for _, test := range plaintextTests {
		t.Run(test.name, func(t *testing.T) {
			e := wechatpaytest.V3Transaction(mchID)
			e.Resource = test.plaintext
			compare(t, v, signed(publicKey(), e.Body(apiV3Key)), test.want, test.why)
		})
	}
	t.Run("encrypted with another key", func(t *testing.T) {
		body := wechatpaytest.V3Transaction(mchID).Body("stranger3stranger3stranger3stran")
		compare(t, v, signed(publicKey(), body), neither, "")
	})
}
