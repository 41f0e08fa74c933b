package verifier_test

import (
	"encoding/json"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

var riskTest = kindTest{
	golden: "risk",
	kind:   verifier.Risk,
	without: map[string]verifier.Reason{
		"mch_id": verifier.UnknownMerchant, "event_code": verifier.UnknownKind, "risk_level": verifier.UnknownKind,
		"return_code": verifier.MissingField, "nonce_str": verifier.MissingField,
	},
	ids:      []string{"event_code", "risk_level", "nonce_str", "sub_mch_id"},
	codes:    []string{"return_code", "result_code"},
	subMchID: "sub_mch_id",
	fact:     wechatpaytest.Fields{"event_code": "E2", "nonce_str": "x", "sub_mch_id": "1900000121"},
	noise:    wechatpaytest.Fields{"return_msg": "x", "brand_new": "1"},
}

// JSON within an element is JSON in the resource, unless it is not JSON at all.
func TestJSONInElements(t *testing.T) {
	tests := []struct {
		name string
		text string
		want string // of the member, as JSON
	}{
		{"object", `{"data":{"transaction_id":["1","2"]}}`, `{"data":{"transaction_id":["1","2"]}}`},
		{"array", `["1"]`, `["1"]`},
		{"blanks and line ends", " {\n\"a\" : 1 }\t", " {\n\"a\" : 1 }\t"},
		{"large numbers stay as they are", `[42000001712018082215509542010]`, `[42000001712018082215509542010]`},
		{"cut off", `{"data":`, `"{\"data\":"`},
		{"two objects", `{}{}`, `"{}{}"`},
		{"a number", `1`, `"1"`},
		{"null", `null`, `"null"`},
		{"a text in quotes", `"1"`, `"\"1\""`},
		{"control characters in its text", "{\"a\":\"\n\"}", `"{\"a\":\"\n\"}"`},
		{"what would end the document", `"},"event_type":"X`, `"\"},\"event_type\":\"X"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n, err := riskTest.judge(t, set("transaction_id_list", test.text))
			wantReason(t, err, verifier.OK)
			var document struct {
				EventType string `json:"event_type"`
				Resource  map[string]json.RawMessage
			}
			if err := json.Unmarshal(n.AppendJSON(nil), &document); err != nil {
				t.Fatalf("%v: %s", err, n.AppendJSON(nil))
			}
			got := string(document.Resource["transaction_id_list"])
			var gotValue, wantValue any
			if json.Unmarshal([]byte(got), &gotValue) != nil || json.Unmarshal([]byte(test.want), &wantValue) != nil {
				t.Fatalf("got %s", got)
			}
			if marshal(t, gotValue) != marshal(t, wantValue) || document.EventType != "RISK.NOTICE" {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if readJSON(t, &n).Fields["transaction_id_list"] != test.text {
				t.Errorf("fields holds %q", readJSON(t, &n).Fields["transaction_id_list"])
			}
		})
	}
}

func marshal(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
