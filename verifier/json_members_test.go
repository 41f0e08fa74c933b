package verifier_test

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// tokensOf reads JSON into its tokens in their order, numbers as they are written.
func tokensOf(t testing.TB, text string) (tokens []json.Token) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return tokens
		}
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		tokens = append(tokens, token)
	}
}

// resourceOf is the resource that the upstream gets, as it is written.
func resourceOf(t testing.TB, n *verifier.Notification) string {
	t.Helper()
	var document struct {
		Resource json.RawMessage `json:"resource"`
	}
	if err := json.Unmarshal(n.AppendJSON(nil), &document); err != nil {
		t.Fatalf("%v in %s", err, n.AppendJSON(nil))
	}
	return string(document.Resource)
}

// attachTests are plaintexts of one order, and what is left of them with another attach.
// NEW stands for the new one; the members before and after are those of a payment.
var attachTests = []struct {
	name, members string
	replaced      string // with attach replaced
	dropped       string // with attach emptied
}{
	{"alone", `"attach":"a"`, `"attach":NEW`, ``},
	{"first", `"attach":"a","z":1`, `"attach":NEW,"z":1`, `"z":1`},
	{"in the middle", `"y":[],"attach":"a","z":{}`, `"y":[],"attach":NEW,"z":{}`, `"y":[],"z":{}`},
	{"last", `"z":1,"attach":"a"`, `"z":1,"attach":NEW`, `"z":1`},
	{"empty", `"attach":"","z":1`, `"attach":NEW,"z":1`, `"z":1`},
	{"absent", `"z":1`, `"z":1`, `"z":1`},
	{"written with escapes", `"\u0061ttach":"\u0061","z":1`, `"attach":NEW,"z":1`, `"z":1`},
	{"blanks between", " \"attach\" : \"a\" ,\n\t\"z\" : 1 ", `"attach":NEW,"z":1`, `"z":1`},
	{"of something inside", `"attach":"a","scene_info":{"attach":"b"},"l":[{"attach":"c"}]`,
		`"attach":NEW,"scene_info":{"attach":"b"},"l":[{"attach":"c"}]`, `"scene_info":{"attach":"b"},"l":[{"attach":"c"}]`},
	{"other names like it", `"attach":"a","attachment":"b","attach ":"c","att":"d"`,
		`"attach":NEW,"attachment":"b","attach ":"c","att":"d"`, `"attachment":"b","attach ":"c","att":"d"`},
	{"numbers of any size", `"attach":"a","n":[1e400,-0,0.10000000000000000001,123456789012345678901234567890]`,
		`"attach":NEW,"n":[1e400,-0,0.10000000000000000001,123456789012345678901234567890]`, `"n":[1e400,-0,0.10000000000000000001,123456789012345678901234567890]`},
	{"texts of any kind", `"attach":"a","t":"<>&\u2028\ud83d\ude00\\\"\/` + "\u007f订" + `","\"<\u0001":null`,
		`"attach":NEW,"t":"<>&\u2028\ud83d\ude00\\\"\/` + "\u007f订" + `","\"<\u0001":null`, `"t":"<>&\u2028\ud83d\ude00\\\"\/` + "\u007f订" + `","\"<\u0001":null`},
	{"literals", `"attach":"a","l":[true,false,null]`, `"attach":NEW,"l":[true,false,null]`, `"l":[true,false,null]`},
	{"members with the name of a combined payment's", `"attach":"a","sub_orders":[{"attach":"b"}]`,
		`"attach":NEW,"sub_orders":[{"attach":"b"}]`, `"sub_orders":[{"attach":"b"}]`},
}

// ReplaceAttach changes the attach of that order, and nothing else of what was signed.
func TestReplaceAttach(t *testing.T) {
	payment := strings.TrimSuffix(v3Transaction().with("attach", absent).json(), "}")
	whole := func(members string) string {
		if members == "" {
			return payment + "}"
		}
		return payment + "," + members + "}"
	}
	v := newV3Verifier(t)
	for _, test := range attachTests {
		t.Run(test.name, func(t *testing.T) {
			e := v3Payment(whole(test.members))
			n := acceptV3(t, v, e)
			if got := resourceOf(t, &n); got != e.plaintext {
				t.Errorf("nothing was replaced, and it is\n%s\nnot\n%s", got, e.plaintext)
			}
			for text, want := range map[string]string{
				"b":                      strings.ReplaceAll(test.replaced, "NEW", `"b"`),
				"a\"\\\n</script>\u2028": strings.ReplaceAll(test.replaced, "NEW", `"a\"\\\n</script>\u2028"`),
				"NEW":                    strings.ReplaceAll(test.replaced, "NEW", `"NEW"`),
				"":                       test.dropped,
			} {
				n.Orders[0].ReplaceAttach(text)
				got := resourceOf(t, &n)
				if !reflect.DeepEqual(tokensOf(t, got), tokensOf(t, whole(want))) {
					t.Errorf("replaced with %q\ngot  %s\nwant %s", text, got, whole(want))
				}
				wantSameData(t, &n)
			}
		})
	}
}

// wantSameData demands that a CloudEvent carries the same.
func wantSameData(t testing.TB, n *verifier.Notification) {
	t.Helper()
	var event struct {
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(n.AppendCloudEvent(nil), &event); err != nil {
		t.Fatal(err)
	}
	if string(event.Data) != string(n.AppendJSON(nil)) {
		t.Errorf("a CloudEvent carries %s", event.Data)
	}
}

// Each order of a combined payment has its own attach.
func TestReplaceAttachOfCombinedPayments(t *testing.T) {
	attach := func(name string) []string {
		return []string{`"attach":"` + name + `"`, `"attach":"` + name + ` replaced"`, ""}
	}
	first, second := attach("first"), attach("second")
	order := func(number int, attach string) string {
		return strings.ReplaceAll(fmt.Sprintf(`{"mchid":"1","out_trade_no":"%d",%s,"transaction_id":"%d","trade_state":"SUCCESS","amount":{"total_amount":%d}}`,
			number, attach, number, number), ",,", ",")
	}
	whole := func(first, second string) string {
		return `{"combine_appid":"wx1","sub_orders":[` + order(1, first) + "," + order(2, second) +
			`],"combine_mchid":"` + mchID + `","combine_out_trade_no":"1"}`
	}
	v := newV3Verifier(t)
	e := v3Payment(whole(first[0], second[0]))
	for i := range first {
		for j := range second {
			t.Run(fmt.Sprint(i, j), func(t *testing.T) {
				n := acceptV3(t, v, e)
				for k, which := range []int{i, j} {
					if which > 0 {
						n.Orders[k].ReplaceAttach([]string{"", n.Orders[k].Attach + " replaced", ""}[which])
					}
				}
				got, want := resourceOf(t, &n), whole(first[i], second[j])
				if !reflect.DeepEqual(tokensOf(t, got), tokensOf(t, want)) {
					t.Errorf("got  %s\nwant %s", got, want)
				}
				wantSameData(t, &n)
			})
		}
	}
}

// What is not an attach of an order is not replaced.
func TestReplaceAttachLeavesOthersAlone(t *testing.T) {
	m := v3CombinedResource().with("attach", "of the whole")
	n := acceptV3(t, newV3Verifier(t), v3Payment(m.json()))
	n.Orders[0].ReplaceAttach("x")
	want := withOrder(m, 0, "attach", "x").json()
	if got := resourceOf(t, &n); !reflect.DeepEqual(tokensOf(t, got), tokensOf(t, want)) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Two members of one name, or names that differ in their case, read as one by some, would
// let the edge check another amount than the upstream books.
func TestV3AmbiguousMembers(t *testing.T) {
	object := v3Transaction().json()
	with := func(member string) string { return object[:len(object)-1] + "," + member + "}" }
	for name, plaintext := range map[string]string{
		"the same again":             with(`"mchid":"` + mchID + `"`),
		"amount twice":               with(`"amount":{"total":100,"currency":"CNY"}`),
		"amount twice, half of it":   with(`"amount":{"payer_total":100}`),
		"amount twice, with escapes": with(`"\u0061mount":{"total":100,"currency":"CNY"}`),
		"out_trade_no twice":         with(`"out_trade_no":"2"`),
		"an unknown member twice":    with(`"new":1,"new":2`),
		"total twice":                strings.Replace(object, `"total":1`, `"total":1,"total":100`, 1),
		"twice far inside":           with(`"a":[{"b":{"c":1,"c":2}}]`),
	} {
		t.Run(name, func(t *testing.T) {
			if n, err := judgeV3(t, newV3Verifier(t), v3Payment(plaintext)); err == nil {
				t.Errorf("accepted, with a total of %d", n.Total)
			}
		})
	}
	for name, member := range map[string]string{
		"Amount":       `"Amount":{"total":100,"currency":"USD"}`,
		"MCHID":        `"MCHID":"` + otherMchID + `"`,
		"Out_Trade_No": `"Out_Trade_No":"2"`,
		"trade_ſtate":  `"trade_ſtate":"CLOSED"`,
		"not a text":   `"Attach":5`,
	} {
		t.Run("another member, "+name, func(t *testing.T) {
			e := v3Payment(with(member))
			n := acceptV3(t, newV3Verifier(t), e)
			if n.Total != 1 || n.Currency != "CNY" || n.OutTradeNo != "SH201808222055598628" || n.State != "SUCCESS" {
				t.Errorf("read %d %s, %s, %s", n.Total, n.Currency, n.OutTradeNo, n.State)
			}
			wantPlaintextForwarded(t, &n, e)
		})
	}
}

// The same goes for what surrounds the ciphertext.
func TestV3AmbiguousEnvelopes(t *testing.T) {
	genuine := v3Payment(v3Transaction().json()).body()
	judge := func(body string) (verifier.Notification, error) {
		return judgeRequest(t, newV3Verifier(t), body, v3PublicKey().Sign(body, v3Now))
	}
	for _, member := range []string{
		`"id":"2"`, `"event_type":"TRANSACTION.FAIL"`, `"create_time":"2018-08-22T20:56:08+08:00"`, `"summary":"2"`, `"resource":{"original_type":"refund"}`,
	} {
		if n, err := judge(genuine[:len(genuine)-1] + "," + member + "}"); err == nil {
			t.Errorf("%s is there twice: accepted as %s %s %s", member, n.NotificationID, n.EventType, n.Kind)
		}
	}
	if n, err := judge(strings.Replace(genuine, `"original_type":`, `"original_type":"refund","original_type":`, 1)); err == nil {
		t.Errorf("original_type is there twice: accepted as %s", n.Kind)
	}
	for _, member := range []string{`"ID":"2"`, `"Event_Type":"TRANSACTION.FAIL"`, `"Resource":{"original_type":"refund"}`} {
		n, err := judge(genuine[:len(genuine)-1] + "," + member + "}")
		wantReason(t, err, verifier.OK)
		if err == nil && (n.NotificationID != v3NotificationID || n.EventType != "TRANSACTION.SUCCESS" || n.Kind != verifier.Payment) {
			t.Errorf("%s is read as %s %s %s", member, n.NotificationID, n.EventType, n.Kind)
		}
	}
}
