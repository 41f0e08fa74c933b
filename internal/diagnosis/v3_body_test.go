package diagnosis_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/diagnosis"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// became returns an APIv3 payment whose body was changed after it was signed.
func became(change func(body string) string, changes ...func(*diagnosis.Input)) diagnosis.Input {
	body := documentedOrder(event())
	return v3(change(body), publicKey.Sign(body, time.Now()), changes...)
}

// documentedOrder writes an event with its members as the documents have them.
func documentedOrder(body string) string {
	var e struct {
		ID           string `json:"id"`
		CreateTime   string `json:"create_time"`
		ResourceType string `json:"resource_type"`
		EventType    string `json:"event_type"`
		Summary      string `json:"summary"`
		Resource     struct {
			OriginalType   string `json:"original_type"`
			Algorithm      string `json:"algorithm"`
			Ciphertext     string `json:"ciphertext"`
			AssociatedData string `json:"associated_data"`
			Nonce          string `json:"nonce"`
		} `json:"resource"`
	}
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		panic(err) // it was made for tests
	}
	return jsonOf(e)
}

func prettyPrinted(body string) string {
	var indented bytes.Buffer
	if err := json.Indent(&indented, []byte(body), "", "  "); err != nil {
		panic(err) // it is JSON
	}
	return indented.String()
}

func sorted(body string) string {
	var members any
	if err := json.Unmarshal([]byte(body), &members); err != nil {
		panic(err) // it is JSON
	}
	return jsonOf(members)
}

// spaced puts a blank behind each comma and colon, as Python does.
func spaced(body string) string {
	return strings.NewReplacer(`":"`, `": "`, `","`, `", "`, `":{`, `": {`).Replace(body)
}

// prettyEvent is a delivery that was signed with blanks and has none.
func prettyEvent() diagnosis.Input {
	body := event()
	return v3(body, publicKey.Sign(prettyPrinted(body), time.Now()))
}

func gson(body string) string { return strings.ReplaceAll(body, "=", `\u003d`) }

// sealedWith is a delivery whose resource is encrypted with some key.
func sealedWith(apiV3Key string, changes ...func(*diagnosis.Input)) diagnosis.Input {
	body := wechatpaytest.V3Transaction(mchID).Body(apiV3Key)
	return v3(body, publicKey.Sign(body, time.Now()), changes...)
}

// resource is a delivery of any text.
func resource(text string) diagnosis.Input {
	body := wechatpaytest.Event{EventType: "TRANSACTION.SUCCESS", OriginalType: "transaction", Created: time.Now(), Resource: text}.Body(apiV3Key)
	return v3(body, publicKey.Sign(body, time.Now()))
}

// rewritten is a delivery of an event that was changed before it was signed.
func rewritten(old, replacement string) diagnosis.Input {
	body := strings.Replace(event(), old, replacement, 1)
	return v3(body, publicKey.Sign(body, time.Now()))
}

var v3BodyRows = []row{
	{"newline at the end", became(func(body string) string { return body + "\n" }), "v3_body_newline", true, []string{"newline"}},
	{"newline at the end lost", newlineLost(), "v3_body_newline", true, []string{"newline"}},
	{"LF made CRLF", prettySigned(func(body string) string { return strings.ReplaceAll(body, "\n", "\r\n") }), "v3_body_line_ends", true, []string{"CRLF"}},
	{"read as GBK", became(func(body string) string {
		return strings.Replace(body, "通知", reread("通知", simplifiedchinese.GB18030), 1)
	}), "v3_body_re_encoded", true, []string{"GBK"}},
	{"written in GBK", became(inGBK), "v3_body_re_encoded", true, []string{"re-encoded"}},
	{"Chinese as \\u", became(func(body string) string { return strings.Replace(body, "通知", `\u901a\u77e5`, 1) }), "v3_body_re_escaped", true, []string{`\u`}},
	{"slashes of PHP", became(func(body string) string { return strings.ReplaceAll(body, "/", `\/`) }), "v3_body_re_escaped", true, []string{`\/`}},
	{"= of Gson", became(func(body string) string { return gson(spaced(body)) }), "v3_body_pretty_printed", true, []string{"re-serialised"}},
	{"+ of the ciphertext made a blank", became(func(body string) string { return strings.ReplaceAll(body, "+", " ") }), "v3_body_plus_to_blank", true, []string{"ciphertext"}},
	{"pretty-printed", became(prettyPrinted), "v3_body_pretty_printed", true, []string{"pretty-printed"}},
	{"blanks of Python", became(spaced), "v3_body_pretty_printed", true, []string{"blanks"}},
	{"compacted", prettyEvent(), "v3_body_compacted", true, []string{"compacted"}},
	{"re-ordered", became(sorted), "v3_body_re_ordered", true, []string{"another order"}},
	{"re-ordered and pretty-printed", became(func(body string) string { return prettyPrinted(sorted(body)) }), "v3_body_re_ordered", true, []string{"re-serialised"}},
	{"associated_data lost", became(replace(`,"associated_data":"transaction"`, "")), "v3_associated_data_lost", true, []string{"associated_data"}},
	{"changed by hand", became(replace("TRANSACTION.SUCCESS", "TRANSACTION.FAIL")), "v3_body_changed", false, []string{"re-serialised"}},
	{"BOM", became(func(body string) string { return "\uFEFF" + body }), "body_bom", true, []string{"BOM"}},
	{"base64", became(func(body string) string { return base64Of(body) }), "body_base64", true, []string{"base64"}},
	{"JSON string", became(func(body string) string { return jsonOf(body) }), "body_quoted", true, []string{"JSON string"}},
	{"text after the object", became(func(body string) string { return body + " 200" }), "body_trailing_text", true, []string{"after"}},
	{"text before the object", became(func(body string) string { return "notify: " + body }), "body_leading_text", true, []string{"before"}},
	{"cut off", became(func(body string) string { return body[:200] }), "v3_json_broken", false, []string{"cut off"}},
	{"form field", became(func(body string) string { return "data=" + rawURL(body) }), "body_form_encoded", true, []string{"form field"}},
	{"HTML-escaped", became(func(body string) string { return strings.ReplaceAll(body, `"`, "&quot;") }), "body_html_escaped", true, []string{"HTML-escaped"}},

	{"no APIv3 key", sealedWith(apiV3Key, apiV3Keys()), "apiv3_key_missing", false, []string{"signature holds", "APIv3 key"}},
	{"another APIv3 key", sealedWith(other), "apiv3_key_wrong", true, []string{"signature holds", "APIv3 key"}},
	{"APIv3 key given as APIv2 key", sealedWith(apiV3Key, apiV3Keys(other), keys(apiV3Key)), "apiv2_key_used_for_apiv3", true, []string{"APIv2 key", "APIv3 key"}},
	{"APIv3 key with a newline", sealedWith(apiV3Key, apiV3Keys(apiV3Key+"\n")), "key_line_break", true, []string{"APIv3 key 1", "newline"}},
	{"APIv3 key in another case", sealedWith(strings.ToLower(apiV3Key)), "key_case", true, []string{"case"}},
	{"associated_data emptied before signing", rewritten(`"associated_data":"transaction"`, `"associated_data":""`), "v3_associated_data_lost", true, []string{"decryption"}},
	{"SM4", rewritten("AEAD_AES_256_GCM", "AEAD_SM4_GCM"), "v3_sm_suite", true, []string{"SM4"}},
	{"resource that is no object", resource("paid"), "v3_content_not_readable", true, []string{"not a JSON object"}},
	{"PayScore with another APIv3 key", given(payScore().Sign(key, "HMAC-SHA256"), apiV3Keys(other)), "apiv3_key_wrong", true, []string{"APIv3 key"}},
	{"PayScore without an APIv3 key", given(payScore().Sign(key, "HMAC-SHA256")), "apiv3_key_missing", false, []string{"APIv3 key"}},
	{"PayScore whose associated data was lost", given(payScore().Without("event_associated_data").Sign(key, "HMAC-SHA256"), apiV3Keys(apiV3Key)), "v3_associated_data_lost", true, []string{"associated_data"}},
}

// newlineLost is a delivery that was signed with a newline at its end.
func newlineLost() diagnosis.Input {
	body := event()
	return v3(body, publicKey.Sign(body+"\n", time.Now()))
}

// prettySigned is a delivery that was signed with line breaks, which are changed.
func prettySigned(change func(string) string) diagnosis.Input {
	body := prettyPrinted(event())
	return v3(change(body), publicKey.Sign(body, time.Now()))
}
