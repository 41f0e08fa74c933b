package inspector

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const jsonType, xmlType, eventType = "application/json; charset=utf-8", "text/xml; charset=utf-8", "application/cloudevents+json; charset=utf-8"

// document is one of package verifier's, of all kinds: what is forwarded, or came in.
type document struct{ name, contentType, text string }

func goldenDocuments(t testing.TB) (documents []document) {
	t.Helper()
	for pattern, contentType := range map[string]string{
		"golden/*.json": jsonType, "v3/golden/*.json": jsonType, "golden/*.xml": xmlType,
	} {
		files, err := filepath.Glob("../../verifier/testdata/" + pattern)
		if err != nil || len(files) < 10 {
			t.Fatalf("%s: %d documents, %v", pattern, len(files), err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			documents = append(documents, document{filepath.Base(file), contentType, string(text)})
			if contentType == jsonType {
				documents = append(documents, document{"event of " + filepath.Base(file), eventType, asCloudEvent(t, text)})
			}
		}
	}
	return documents
}

func asCloudEvent(t testing.TB, text []byte) string {
	t.Helper()
	var notification struct{ ID string }
	if err := json.Unmarshal(text, &notification); err != nil {
		t.Fatal(err)
	}
	id, err := json.Marshal(notification.ID)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`{"specversion":"1.0","id":%s,"source":"/wechatpay/mch/1900000109","type":"com.wechatpay.x",
		"subject":"SH1","datacontenttype":"application/json","data":%s}`, id, text)
}

// personal are values in the documents that tell who paid, with what or for what, or that
// could.
var personal = []string{
	"onhwF1hiutUySKCsrV21A6MCtT5Q", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", // openid
	"CMB_DEBIT", `"CFT"`, // bank_type
	"POS-7", "WEB-1", // device
	"粤B888888",
	"招商银行信用卡8915", "招商银行信用卡0403", // where a refund went
	"/script", `a\"b`, "order 0001", // attach
	"2000000000507143213", "2000000000507143215", // a buyer's coupon
	"立减券", "单品惠-6", "109519",
	"余额不足", "支付成功", "高风险", "充电宝", "运费", // texts for people
	"CIRjrU0cVvB5GKZMFwbvVAMnazDZkf", "iaW6Ug5BZ+9VZXfPVdZOOKasKrPAwAcW", // ciphertext
}

// Nothing personal is left of any document, in any form in which it is forwarded.
func TestMaskLeavesNothingPersonal(t *testing.T) {
	seen := make(map[string]bool)
	for _, d := range goldenDocuments(t) {
		masked, _ := mask(d.text, d.contentType)
		if strings.HasPrefix(masked, "•") {
			t.Errorf("%s cannot be read", d.name)
		}
		for _, value := range personal {
			seen[value] = seen[value] || strings.Contains(d.text, value)
			if strings.Contains(masked, value) {
				t.Errorf("%s: %s is left in:\n%s", d.name, value, masked)
			}
		}
	}
	for _, value := range personal {
		if !seen[value] {
			t.Errorf("%s is in none of the documents; the test shows nothing", value)
		}
	}
}

// A masked document has the members of the original, and the same values where they show.
func TestMaskKeepsStructure(t *testing.T) {
	for _, d := range goldenDocuments(t) {
		if d.contentType == xmlType {
			continue
		}
		masked, _ := mask(d.text, d.contentType)
		var want, got any
		if err := json.Unmarshal([]byte(d.text), &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(masked), &got); err != nil {
			t.Fatalf("%s: %v in:\n%s", d.name, err, masked)
		}
		wantSameStructure(t, d.name, want, got)
	}
}

func wantSameStructure(t *testing.T, at string, want, got any) {
	t.Helper()
	if text, ok := got.(string); ok && strings.Contains(text, "••••") {
		return
	}
	switch want := want.(type) {
	case map[string]any:
		got, _ := got.(map[string]any)
		if len(got) != len(want) {
			t.Errorf("%s has the members %v, want those of %v", at, got, want)
		}
		for name := range want {
			wantSameStructure(t, at+"."+name, want[name], got[name])
		}
	case []any:
		got, _ := got.([]any)
		if len(got) != len(want) {
			t.Fatalf("%s has %d elements, want %d", at, len(got), len(want))
		}
		for i := range want {
			wantSameStructure(t, fmt.Sprintf("%s[%d]", at, i), want[i], got[i])
		}
	default:
		if got != want {
			t.Errorf("%s is %v, want %v", at, got, want)
		}
	}
}

func TestMask(t *testing.T) {
	for _, row := range []struct{ rule, document, contentType, want string }{
		{"what counts is shown, the rest is masked", `{"id":"a:1:2:3","resource":{"out_trade_no":"T1","attach":"x","payer":{"openid":"o12"}}}`, jsonType,
			"{\n  \"id\": \"a:1:2:3\",\n  \"resource\": {\n    \"out_trade_no\": \"T1\",\n    \"attach\": \"•••• 1\",\n    \"payer\": {\n      \"openid\": \"•••• 3\"\n    }\n  }\n}"},
		{"the order of members stays, and those that repeat", `{"resource":{"state":"B","appid":"A","state":"C"}}`, jsonType,
			"{\n  \"resource\": {\n    \"state\": \"B\",\n    \"appid\": \"A\",\n    \"state\": \"C\"\n  }\n}"},
		{"a licence plate in the id", `{"id":"vehicle:1900000109:粤B888888:BLOCKED"}`, jsonType, "{\n  \"id\": \"vehicle:1900000109:•••• 8:BLOCKED\"\n}"},
		{"the kinds of masked values", `{"fields":{"a":"xy","b":1.5,"c":true,"d":null,"e":{"f":1},"g":[1]}}`, jsonType,
			"{\n  \"fields\": {\n    \"a\": \"•••• 2\",\n    \"b\": \"•••• number\",\n    \"c\": \"•••• boolean\",\n    \"d\": null,\n    \"e\": \"•••• object\",\n    \"g\": \"•••• array\"\n  }\n}"},
		{"a shown name that holds an object", `{"resource":{"appid":{"openid":"o"}}}`, jsonType, "{\n  \"resource\": {\n    \"appid\": \"•••• object\"\n  }\n}"},
		{"a shown name that holds an array", `{"resource":{"transaction_id":["1",{"openid":"o"}]}}`, jsonType,
			"{\n  \"resource\": {\n    \"transaction_id\": [\n      \"1\",\n      \"•••• object\"\n    ]\n  }\n}"},
		{"a name of the envelope inside of it", `{"resource":{"id":"o"}}`, jsonType, "{\n  \"resource\": {\n    \"id\": \"•••• 1\"\n  }\n}"},
		{"a name of the content outside of it", `{"out_trade_no":"o"}`, jsonType, "{\n  \"out_trade_no\": \"•••• 1\"\n}"},
		{"a name that is none", `{"resource":{"<img>":1}}`, jsonType, "{\n  \"resource\": {\n    \"•••• 5\": \"•••• number\"\n  }\n}"},
		{"empty containers", `{"resource":{},"fields":[]}`, jsonType, "{\n  \"resource\": {},\n  \"fields\": []\n}"},
		{"what would act is escaped", "{\"resource\":{\"state\":\"a\u202e\\u0007\\\"\\\\<b>\"}}", jsonType,
			"{\n  \"resource\": {\n    \"state\": \"a\\u202e\\u0007\\\"\\\\<b>\"\n  }\n}"},
		{"coupons are counted", `{"fields":{"coupon_fee_0":"1","coupon_type_12":"CASH","coupon_id_0":"2"}}`, jsonType,
			"{\n  \"fields\": {\n    \"coupon_fee_0\": \"1\",\n    \"coupon_type_12\": \"CASH\",\n    \"coupon_id_0\": \"•••• 1\"\n  }\n}"},
		{"XML", "<xml><attach><![CDATA[x]]></attach><mch_id>1</mch_id><state>&lt;b&gt;</state></xml>", xmlType,
			"<xml>\n  <attach>•••• 1</attach>\n  <mch_id>1</mch_id>\n  <state>&lt;b&gt;</state>\n</xml>"},
		{"XML that is none", "<xml><openid>o</xml>", xmlType, "•••• 20"},
		{"JSON that is none", `{"resource":{"openid":"o"}`, jsonType, "•••• 26"},
		{"JSON with something after it", `{}{"openid":"o"}`, jsonType, "•••• 16"},
		{"JSON that is no object", `["openid"]`, jsonType, "•••• 10"},
		{"no document", "", jsonType, ""},
	} {
		if got, _ := mask(row.document, row.contentType); got != row.want {
			t.Errorf("%s: got\n%s\nwant\n%s", row.rule, got, row.want)
		}
	}
}

// However large and deep a document is, what is kept of it is not.
func TestMaskIsBounded(t *testing.T) {
	for rule, document := range map[string]string{
		"a long value":       `{"resource":{"state":"` + strings.Repeat("很", 100_000) + `"}}`,
		"a long number":      `{"resource":{"amount":{"total":` + strings.Repeat("9", 100_000) + `}}}`,
		"a long name":        `{"resource":{"` + strings.Repeat("a", 100_000) + `":1}}`,
		"many members":       `{"resource":{` + strings.Repeat(`"state":"很",`, 20_000) + `"state":""}}`,
		"many masked texts":  `{"resource":{"a":["x` + strings.Repeat(`","secret`, 20_000) + `"]}}`,
		"deep as it is read": `{"resource":{` + strings.Repeat(`"amount":{`, 5000) + strings.Repeat("}", 5000) + `}}`,
		"deep and masked":    `{"resource":{"a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}}`,
		"too deep to read":   `{"resource":{"a":` + strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000) + `}}`,
	} {
		masked, texts := mask(document, jsonType)
		if len(masked) > mostOfDocument+10 {
			t.Errorf("%s: %d bytes are kept", rule, len(masked))
		}
		if struck := texts.strike("the secret"); rule == "many masked texts" && strings.Contains(struck, "secret") {
			t.Errorf("%s: got %q", rule, struck)
		}
	}
}
