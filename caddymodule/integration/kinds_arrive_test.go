package integration

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// labelsOfKinds are all that there may be: metrics count by them.
var labelsOfKinds = map[string]bool{
	"payment": true, "deduction": true, "refund": true, "contract": true, "combined": true, "native": true, "plate": true,
	"risk": true, "payscore": true, "profitsharing": true, "other": true, "unknown": true,
}

// asJSON is a value as JSON has it.
func asJSON(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var generic any
	if err := json.Unmarshal(text, &generic); err != nil {
		t.Fatal(err)
	}
	return generic
}

// wantDocument demands the whole document but for create_time, which only has to be one.
func wantDocument(t *testing.T, text string, row kindRow) {
	t.Helper()
	var got object
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	want := object{
		"id": row.id(), "event_type": row.eventType, "resource_type": row.resourceType, "authenticity": row.authenticity,
		"api_version": "v2", "resource": row.resource,
	}
	if row.fields == nil {
		want["api_version"], want["notification_id"] = "v3", notificationID(row.body)
	} else {
		want["fields"] = row.fields
	}
	if created, there := got["create_time"]; there {
		if text, _ := created.(string); !strings.HasSuffix(text, "+08:00") {
			t.Errorf("create_time is %v", created)
		}
		delete(got, "create_time")
	}
	if want := asJSON(t, want); !reflect.DeepEqual(any(got), want) {
		t.Errorf("document:\n%v\nwant:\n%v", got, want)
	}
}

// wantReported demands what log, access log and placeholders say of an accepted row.
func wantReported(t *testing.T, e *edge, row kindRow) {
	t.Helper()
	wantReport(t, e, "accepted", "ok", mchID, row.kind)
	if !labelsOfKinds[row.kind] {
		t.Errorf("kind %s is none of the labels", row.kind)
	}
	facts := map[string]any{
		"id": row.id(), "event_type": row.eventType, "out_trade_no": row.outTradeNo, "transaction_id": row.transactionID,
		"total": row.total, "currency": row.currency,
	}
	wantFields(t, e.logs.one(t, accessLogger), facts)
	facts["id"] = row.loggedID()
	wantFields(t, e.logs.one(t, ownLogger), facts)
}

// Every kind, of both API versions and all on one URL, reaches the app in one vocabulary
// and is acked in its own.
func TestKindsArrive(t *testing.T) {
	for name, next := range upstreams {
		e := start(t, reporting+gateOfBoth(t)+next)
		protocols(t, e, func(t *testing.T, e *edge) {
			for _, row := range append(append(v2Rows(), nativeRow()), v3Rows()...) {
				t.Run(name+"/"+row.name, func(t *testing.T) {
					e.t = t
					e.upstream.answers(noContent)
					if row.answer != "" {
						e.upstream.answers(says(200, row.answer))
					}
					got := e.deliver(row.note)
					if row.answer == "" {
						wantAck(t, got, 200, row.success())
					} else if got.status != 200 {
						t.Errorf("status %d, want 200", got.status)
					}
					seen := e.upstream.one(t)
					wantDocument(t, seen.body, row)
					if name == "fastcgi" {
						wantVariables(t, e.upstream.php(t), row)
					} else {
						wantForwarded(t, seen, row)
					}
					wantReported(t, e, row)
				})
			}
		})
	}
}

// wantForwarded checks the request line and the headers that matter.
func wantForwarded(t *testing.T, seen seenRequest, row kindRow) {
	t.Helper()
	wantFraming(t, seen)
	if seen.method != "POST" || seen.uri != "/notify" {
		t.Errorf("%s %s, want POST /notify", seen.method, seen.uri)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json; charset=utf-8", "Accept-Encoding": "identity", "Webhook-Id": row.headerID(), "Webhook-Signature": "",
	} {
		if got := strings.Join(seen.header[name], ", "); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for name := range seen.header { // they belong to another body
		if strings.HasPrefix(name, "Wechatpay-") {
			t.Errorf("%s got through", name)
		}
	}
}

// wantVariables checks what PHP sees beside the body.
func wantVariables(t *testing.T, got fastcgiRequest, row kindRow) {
	t.Helper()
	for name, want := range map[string]string{
		"REQUEST_METHOD": "POST", "REQUEST_URI": "/notify", "CONTENT_TYPE": "application/json; charset=utf-8",
		"CONTENT_LENGTH": strconv.Itoa(len(got.stdin)), "HTTP_WEBHOOK_ID": row.headerID(), "HTTP_WEBHOOK_SIGNATURE": "",
	} {
		if got.variables[name] != want {
			t.Errorf("%s: %q, want %q", name, got.variables[name], want)
		}
	}
	for name := range got.variables {
		if strings.HasPrefix(name, "HTTP_WECHATPAY") {
			t.Errorf("%s got through", name)
		}
	}
}

// What a deduction or a refund that failed comes to is another state of the fact.
func TestKindsThatFailed(t *testing.T) {
	e := start(t, reporting+gateOfBoth(t)+proxy)
	failed := deductionRow()
	failed.fields = failed.fields.With("result_code", "FAIL").With("err_code", "NOTENOUGH").With("err_code_des", "余额不足").With("trade_state", "PAY_FAIL")
	for rule, row := range map[string]struct {
		note
		kind, id, eventType, state string
	}{
		"a deduction": {
			note{body: sign(failed.fields)}, "deduction", "transaction:" + mchID + ":" + failed.number + ":PAYERROR", "TRANSACTION.FAIL", `"trade_state":"PAYERROR"`,
		},
		"an abnormal refund": {
			note{body: refundRow().fields.With("refund_id", "5030").With("refund_status", "CHANGE").Without("success_time").SealRefund(mchID, apiKey)},
			"refund", "refund:" + mchID + ":5030:ABNORMAL", "REFUND.ABNORMAL", `"refund_status":"ABNORMAL"`,
		},
		"a closed refund": {
			note{body: refundRow().fields.With("refund_id", "5030").With("refund_status", "REFUNDCLOSE").Without("success_time").SealRefund(mchID, apiKey)},
			"refund", "refund:" + mchID + ":5030:CLOSED", "REFUND.CLOSED", `"refund_status":"CLOSED"`,
		},
		"a contract that ended": {
			note{body: sign(contractRow().fields.With("contract_id", "7").With("change_type", "DELETE").With("operate_time", "2100-01-02 03:04:05"))},
			"contract", "contract:" + mchID + ":7:DELETE%3A2100-01-02%2003%3A04%3A05", "PAPAY.TERMINATE", `"change_type":"DELETE"`,
		},
	} {
		t.Run(rule, func(t *testing.T) {
			e.t = t
			wantAck(t, e.deliver(row.note), 200, successXML)
			wantReport(t, e, "accepted", "ok", mchID, row.kind)
			wantFields(t, e.logs.one(t, ownLogger), map[string]any{"id": row.id, "event_type": row.eventType})
			if body := e.upstream.one(t).body; !strings.Contains(body, row.state) {
				t.Errorf("%s is missing in %s", row.state, body)
			}
		})
	}
}
