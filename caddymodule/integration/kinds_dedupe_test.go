package integration

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// again is the same fact in another delivery. WeChat Pay signs each delivery of APIv3
// anew.
func (r kindRow) again() note {
	if r.fields != nil {
		return r.note
	}
	return signedBy(byPublicKey(), r.body)
}

// ofVersion is a verdict in the format of the row's API version.
func (r kindRow) ofVersion(reason string, status int, message string) verdict {
	switch {
	case status == 200:
		return verdict{reason, status, r.success()}
	case r.fields == nil:
		return verdict{reason, status, failJSON(message)}
	}
	return verdict{reason, status, failXML(message)}
}

// Each fact of each kind is forwarded until the app has accepted it, and not once more.
func TestKindsAreForwardedOnce(t *testing.T) {
	e := start(t, gateOfBoth(t, "dedupe memory")+proxy)
	for _, row := range slices.Concat(v2Rows(), v3Rows()) {
		t.Run(row.name, func(t *testing.T) {
			e.t = t
			declined, ok, duplicate := row.ofVersion("upstream_declined", 500, "no"), row.ofVersion("ok", 200, ""), row.ofVersion("duplicate", 200, "")
			e.upstream.answers(says(200, `{"code":"FAIL","message":"no"}`))
			wantNote(t, e, row.note, declined, 1)
			e.upstream.answers(noContent)
			wantNote(t, e, row.again(), ok, 1)
			wantNote(t, e, row.again(), duplicate, 0)
			wantNote(t, e, row.again(), duplicate, 0)
		})
	}
}

// A scan, and any other question, is not a fact: each delivery is answered by the app.
func TestQuestionsAreForwardedEachTime(t *testing.T) {
	e := start(t, gateOfBoth(t, "dedupe memory")+proxy)
	question := otherRow("PARKING_FEE.QUERY_TRANS_INFO", "parking", `{"plate_number":"粤B88888"}`)
	for i := range 3 {
		number := strconv.Itoa(i)
		e.upstream.answers(says(200, `{"prepay_id":"wx`+number+`"}`))
		scan := nativeRow()
		for range 2 {
			e.deliver(scan.note)
			e.upstream.one(t)
			wantFields(t, e.logs.one(t, ownLogger), map[string]any{"reason": "ok", "kind": "native"})
			e.logs.one(t, accessLogger) // so that it is not taken for the next delivery's
		}
		data := `{"n":` + number + `}`
		e.upstream.answers(says(200, data))
		wantNote(t, e, question.again(), verdict{"ok", 200, data}, 1)
	}
}

// Nor does one delivery of a question wait for another: the app has both at once.
func TestQuestionsAtOnce(t *testing.T) {
	e := start(t, gateOfBoth(t, "dedupe memory")+proxy)
	var arrived atomic.Int64
	e.upstream.answers(func(w http.ResponseWriter, r *http.Request) {
		arrived.Add(1)
		for range 500 { // until the other one is here as well
			if arrived.Load() == 2 {
				says(200, `{"prepay_id":"wx1"}`)(w, r)
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		says(500, "")(w, r)
	})
	body := nativeRow().body
	for _, got := range []<-chan answer{posted(t, e, body), posted(t, e, body)} {
		wantScanAnswer(t, <-got, verifier.MD5, wechatpaytest.Fields{"result_code": "SUCCESS", "prepay_id": "wx1"})
	}
}

// The migration from one API version to the other is no reason to be paid or refunded
// twice.
func TestDuplicatesAcrossVersions(t *testing.T) {
	payment := paymentRow()
	v3Payment := wechatpaytest.Event{EventType: "TRANSACTION.SUCCESS", OriginalType: "transaction", Created: time.Now()}
	v3Payment = withResource(v3Payment, payment.resource)

	refund := refundRow()
	v3Refund := withResource(wechatpaytest.Event{EventType: "REFUND.SUCCESS", OriginalType: "refund", Created: time.Now()}, refund.resource)

	combined := combinedRow()
	v3Combined := withResource(v3Payment, combined.resource)

	for name, row := range map[string]struct {
		v2    note
		event wechatpaytest.Event
		// more changes the amount.
		more func(object)
	}{
		"payment": {payment.note, v3Payment, func(m object) { m["amount"].(object)["total"] = 2 }},
		"refund":  {refund.note, v3Refund, func(m object) { m["amount"].(object)["payer_refund"] = 0 }},
		"combined payment": {combined.note, v3Combined, func(m object) {
			m["sub_orders"].([]any)[1].(object)["amount"].(object)["total_amount"] = 2
		}},
	} {
		v3, other := func() note { return v3Note(row.event) }, changed(row.event, row.more)
		t.Run(name+"/APIv2 first", func(t *testing.T) {
			e := start(t, gateOfBoth(t, "dedupe memory")+proxy)
			wantNote(t, e, row.v2, yes, 1)
			wantNote(t, e, v3(), verdict{"duplicate", 200, successJSON}, 0)
			wantNote(t, e, v3Note(other), verdict{"conflict", 409, failJSON("the content differs from what was accepted earlier")}, 0)
			wantNote(t, e, v3(), verdict{"duplicate", 200, successJSON}, 0)
		})
		t.Run(name+"/APIv3 first", func(t *testing.T) {
			e := start(t, gateOfBoth(t, "dedupe memory")+proxy)
			wantNote(t, e, v3(), verdict{"ok", 200, successJSON}, 1)
			wantNote(t, e, row.v2, duplicate, 0)
		})
	}
}

// withResource returns the event about something else.
func withResource(event wechatpaytest.Event, resource any) wechatpaytest.Event {
	event.Resource = "{}"
	return changed(event, func(members object) {
		maps.Copy(members, resource.(object))
	})
}

// Another state of the same thing is another fact.
func TestStatesAreFactsOfTheirOwn(t *testing.T) {
	e := start(t, gateOfBoth(t, "dedupe memory")+proxy)
	abnormal := refundRow().fields.With("refund_status", "CHANGE").Without("success_time")
	done := abnormal.With("refund_status", "SUCCESS").With("success_time", time.Now().Format(time.DateTime))
	wantNote(t, e, note{body: abnormal.SealRefund(mchID, apiKey)}, yes, 1)
	wantNote(t, e, note{body: done.SealRefund(mchID, apiKey)}, yes, 1)
	wantNote(t, e, note{body: abnormal.SealRefund(mchID, apiKey)}, duplicate, 0)

	contract := contractRow().fields
	wantNote(t, e, note{body: sign(contract)}, yes, 1)
	wantNote(t, e, note{body: sign(contract.With("change_type", "DELETE"))}, yes, 1)
	wantNote(t, e, note{body: sign(contract)}, duplicate, 0)

	sharing := profitSharingEvent()
	returned := sharing
	returned.EventType = "PROFITSHARING.RETURN"
	wantNote(t, e, v3Note(sharing), verdict{"ok", 200, successJSON}, 1)
	wantNote(t, e, v3Note(returned), verdict{"ok", 200, successJSON}, 1)
	wantNote(t, e, v3Note(sharing), verdict{"duplicate", 200, successJSON}, 0)
}

// A forged or undecryptable copy changes nothing about the fact.
func TestRefusedKindsChangeNothing(t *testing.T) {
	e := start(t, gateOfBoth(t, "dedupe memory")+proxy)
	payment, refund := v3PaymentRow(), refundRow()
	refusals := []note{
		signedBy(byStranger(), payment.body), withHeaders(payment.body, nil), {body: refund.fields.SealRefund(mchID, someKey)},
		{body: refund.fields.Without("refund_fee").SealRefund(mchID, apiKey)},
	}
	refuseAll := func() {
		for _, n := range refusals {
			if got := e.deliver(n); got.status < 400 {
				t.Errorf("%v", got)
			}
			e.logs.one(t, ownLogger)
			e.logs.one(t, accessLogger)
		}
	}
	refuseAll()
	wantNote(t, e, payment.again(), verdict{"ok", 200, successJSON}, 1)
	wantNote(t, e, refund.note, yes, 1)
	refuseAll()
	wantNote(t, e, payment.again(), verdict{"duplicate", 200, successJSON}, 0)
	wantNote(t, e, refund.note, duplicate, 0)
}
