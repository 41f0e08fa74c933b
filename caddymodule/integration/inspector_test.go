package integration

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// seen is what the inspector shows of a delivery.
type seen struct {
	Seq       uint64 `json:"seq"`
	Nth       int    `json:"nth"`
	Group     string `json:"group"`
	Reason    string `json:"reason"`
	Merchant  string `json:"merchant"`
	Kind      string `json:"kind"`
	ID        string `json:"id"`
	Shadow    bool   `json:"shadow"`
	Forwarded string `json:"forwarded"`
	Text      struct {
		English string `json:"en"`
		Chinese string `json:"zh"`
	} `json:"text"`
	Steps []struct {
		Step  string `json:"step"`
		State string `json:"state"`
	} `json:"steps"`
	Took map[string]int64 `json:"took"`
	Ack  struct {
		Status int `json:"status"`
	} `json:"ack"`
}

// states are the states of the steps in their usual order.
func (s seen) states() string {
	var states []string
	for _, name := range []string{"parse", "signature", "kind", "amount", "dedupe", "upstream", "ack"} {
		for _, step := range s.Steps {
			if step.Step == name {
				states = append(states, step.State)
			}
		}
	}
	return strings.Join(states, " ")
}

// inspect asks the inspector at target, and returns all of its answer, too.
func inspect(t *testing.T, e *edge, target string) ([]seen, string) {
	t.Helper()
	text := fetch(t, e, target+"?after=0")
	var news struct {
		Deliveries []seen `json:"deliveries"`
	}
	if err := json.Unmarshal([]byte(text), &news); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return news.Deliveries, text
}

// The inspector shows each delivery with the step at which it ended, the reason in both
// languages, and what WeChat Pay got.
func TestInspectorShowsTheWay(t *testing.T) {
	e := start(t, "wechatpay_inspector /inspect\n"+gate("dedupe memory")+proxy)
	declines, fails := says(200, "FAIL sold out"), says(500, "")
	paid := payment()
	rows := []struct {
		rule, body string
		answer     http.HandlerFunc
		reason     string
		status     int
		states     string
	}{
		{"genuine", paid, noContent, "ok", 200, "passed passed passed passed passed passed passed"},
		{"again", paid, noContent, "duplicate", 200, "passed passed passed passed ended not_reached passed"},
		{"not XML", "hello", noContent, "malformed", 400, "ended not_reached not_reached not_reached not_reached not_reached not_reached"},
		{"forged", wechatpaytest.Payment(mchID).Sign(someKey, verifier.MD5), noContent, "bad_signature", 401, "passed ended not_reached not_reached not_reached not_reached not_reached"},
		{"incomplete", sign(wechatpaytest.Payment(mchID).Without("transaction_id")), noContent, "missing_field", 422, "passed passed ended not_reached not_reached not_reached not_reached"},
		{"no amount", sign(wechatpaytest.Payment(mchID).With("total_fee", "0")), noContent, "bad_amount", 422, "passed passed passed ended not_reached not_reached not_reached"},
		{"declined", payment(), declines, "upstream_declined", 500, "passed passed passed passed passed ended not_reached"},
		{"failed", payment(), fails, "upstream_status", 502, "passed passed passed passed passed ended not_reached"},
	}
	for _, row := range rows {
		e.upstream.answers(row.answer)
		e.post(row.body)
	}
	shown, _ := inspect(t, e, "/inspect")
	if len(shown) != len(rows) {
		t.Fatalf("%d deliveries are shown, want %d", len(shown), len(rows))
	}
	for i, row := range rows {
		got := shown[i]
		if got.Reason != row.reason || got.Ack.Status != row.status || got.states() != row.states {
			t.Errorf("%s: %s, status %d, steps %s; want %s, %d, %s", row.rule, got.Reason, got.Ack.Status, got.states(), row.reason, row.status, row.states)
		}
		if got.Text.English == "" || got.Text.Chinese == "" || got.Text.English == got.Text.Chinese {
			t.Errorf("%s: the reason is %q", row.rule, got.Text)
		}
	}
	first, second := shown[0], shown[1]
	if first.Group != second.Group || first.Nth != 1 || second.Nth != 2 || first.Group == shown[6].Group {
		t.Errorf("repeats are not one group: %v, %v", first, second)
	}
	if first.Took["all"] <= 0 || first.Took["verify"] <= 0 || first.Took["upstream"] <= 0 || second.Took["upstream"] != 0 {
		t.Errorf("the times are %v and %v", first.Took, second.Took)
	}
}

// With the look-up of the amount, dedupe comes first.
func TestInspectorShowsTheLookup(t *testing.T) {
	shop := newShop(t)
	e := start(t, "wechatpay_inspector /inspect\n"+gate("dedupe memory", guardLookup)+proxy)
	e.post(payment())
	shop.answers(says(200, `{"total":2}`))
	e.post(payment())
	shown, _ := inspect(t, e, "/inspect")
	if got := shown[0]; got.states() != "passed passed passed passed passed passed passed" || got.Took["lookup"] <= 0 {
		t.Errorf("the right amount: %s, %v", got.states(), got.Took)
	}
	if got := shown[1]; got.Reason != "amount_mismatch" || got.states() != "passed passed passed ended passed not_reached not_reached" {
		t.Errorf("the wrong amount: %s, %s", got.Reason, got.states())
	}
}

// In whatever form they are forwarded, no kind shows who paid, and none a key.
func TestInspectorMasks(t *testing.T) {
	secrets := map[string]string{
		"the APIv2 key": apiKey, "the APIv3 key": apiV3Key, "an openid": "oUpF8uMEb4qRXf22hE3X68TekukE", "a bank_type": "CMB_DEBIT",
		"who got a refund": "支付用户零钱", "a licence plate": "粤B",
	}
	for _, mode := range []string{"enforce", "shadow"} {
		for _, form := range []string{"json", "cloudevents"} {
			t.Run(mode+" "+form, func(t *testing.T) {
				e := start(t, "wechatpay_inspector /inspect\n"+gateOfBoth(t, "mode "+mode, "forward "+form)+proxy)
				rows := slices.Concat(v2Rows(), []kindRow{nativeRow()}, v3Rows())
				for _, row := range rows {
					e.deliver(row.note)
				}
				shown, text := inspect(t, e, "/inspect")
				wantNoSecret(t, "the inspector", text, secrets)
				if len(shown) != len(rows) {
					t.Fatalf("%d deliveries are shown, want %d", len(shown), len(rows))
				}
				for i, row := range rows {
					if got := shown[i]; got.Kind != row.kind || got.Merchant != mchID || !strings.Contains(got.Forwarded, row.resourceType) || got.Shadow != (mode == "shadow") {
						t.Errorf("%s is shown as %+v", row.name, got)
					}
				}
			})
		}
	}
}

// An inspector without a matcher, on the site of the shop, swallows no notification.
func TestInspectorStandsAside(t *testing.T) {
	e := start(t, "wechatpay_inspector\n"+gate()+proxy)
	wantAck(t, e.post(payment()), 200, successXML)
	if shown, _ := inspect(t, e, "/"); len(shown) != 1 || shown[0].Reason != "ok" {
		t.Errorf("shown: %v", shown)
	}
}

// A reload keeps what was seen. Without an inspector nothing is.
func TestInspectorAcrossReloads(t *testing.T) {
	with, without := "wechatpay_inspector /inspect\n"+gate()+proxy, gate()+proxy
	e := start(t, with)
	e.post(payment())
	e.reload(with + "# changed\n")
	e.post(payment())
	if shown, _ := inspect(t, e, "/inspect"); len(shown) != 2 {
		t.Errorf("after a reload %d deliveries are shown, want 2", len(shown))
	}
	e.reload(without)
	e.post(payment())
	e.reload(with)
	if shown, _ := inspect(t, e, "/inspect"); len(shown) != 0 {
		t.Errorf("what came while there was no inspector is shown: %v", shown)
	}
}
