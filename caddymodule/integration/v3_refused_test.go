package integration

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// v3Refusals are deliveries of APIv3 that must not reach the app.
func v3Refusals() []refusal {
	event := wechatpaytest.V3Transaction(mchID)
	body := event.Body(apiV3Key)
	var rows []refusal
	add := func(reason, rule string, status int, message string, n note, merchant, kind string) {
		rows = append(rows, refusal{rule, reason, status, failJSON(message), n.body, n.changes, merchant, kind})
	}
	unauthorized := func(reason, rule string, n note, merchant, kind string) {
		add(reason, rule, 401, refused, n, merchant, kind)
	}
	withSignature := func(change func(http.Header)) note {
		header := byPublicKey().Sign(body, time.Now())
		change(header)
		return withHeaders(body, header)
	}
	set := func(name string, values ...string) note {
		return withSignature(func(h http.Header) { h[name] = values })
	}
	signed := func(event wechatpaytest.Event) note { return signedBy(byPublicKey(), event.Body(apiV3Key)) }
	edited := func(edit func(object)) note { return signed(changed(event, edit)) }

	unauthorized("unsigned", "no headers", withHeaders(body, nil), "", "")
	for _, name := range []string{"Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature", "Wechatpay-Serial"} {
		unauthorized("bad_signature", "no "+name, withSignature(func(h http.Header) { h.Del(name) }), "", "")
		unauthorized("bad_signature", name+" twice", withSignature(func(h http.Header) { h[name] = append(h[name], h[name]...) }), "", "")
		unauthorized("bad_signature", "an empty "+name, set(name, ""), "", "")
	}
	unauthorized("bad_signature", "Wechatpay-Signature-Type twice", set("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048", "WECHATPAY2-SHA256-RSA2048"), "", "")
	unauthorized("bad_signature", "another body", withHeaders(strings.Replace(body, "通知", "通告", 1), byPublicKey().Sign(body, time.Now())), "", "")
	unauthorized("bad_signature", "a blank after the body", withHeaders(body+" ", byPublicKey().Sign(body, time.Now())), "", "")
	unauthorized("bad_signature", "another nonce", set("Wechatpay-Nonce", "0123"), "", "")
	unauthorized("bad_signature", "another second", set("Wechatpay-Timestamp", strconv.FormatInt(time.Now().Unix()-1, 10)), "", "")
	unauthorized("bad_signature", "a signature of somebody's", withSignature(func(h http.Header) {
		maps.Copy(h, byStranger().Sign(body, time.Now()))
		h.Set("Wechatpay-Serial", byPublicKey().Serial)
	}), "", "")
	unauthorized("bad_signature", "the other key's signature", withSignature(func(h http.Header) { h.Set("Wechatpay-Serial", byCertificate().Serial) }), "", "")
	unauthorized("bad_signature", "a signature that is no base64", set("Wechatpay-Signature", "?"), "", "")
	unauthorized("unknown_serial", "a key of somebody's", signedBy(byStranger(), body), "", "")
	unauthorized("wrong_sign_type", "the SM suite", set("Wechatpay-Signature-Type", "WECHATPAY2-SM2-WITH-SM3"), "", "")
	unauthorized("clock_skew", "signed 6 minutes ago", withHeaders(body, byPublicKey().Sign(body, time.Now().Add(-6*time.Minute))), "", "")
	unauthorized("clock_skew", "signed in 6 minutes", withHeaders(body, byPublicKey().Sign(body, time.Now().Add(6*time.Minute))), "", "")
	unauthorized("probe", "WeChat Pay's own probe", set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/"+byPublicKey().Sign(body, time.Now()).Get("Wechatpay-Signature")), "", "")
	unauthorized("undecryptable", "another APIv3 key", signedBy(byPublicKey(), event.Body(someKey)), "", "")
	unauthorized("undecryptable", "the APIv2 key", signedBy(byPublicKey(), event.Body(apiKey)), "", "")
	unauthorized("undecryptable", "a resource that is no JSON", signed(wechatpaytest.Event{EventType: "A.B", OriginalType: "x", Resource: "SUCCESS", Created: time.Now()}), mchID, "")
	unauthorized("unknown_merchant", "a transaction of another merchant", signed(wechatpaytest.V3Transaction("1900000999")), mchID, "payment")
	unauthorized("unknown_merchant", "a refund of another merchant", signed(wechatpaytest.V3Refund("1900000999")), mchID, "refund")
	unauthorized("wrong_appid", "an appid not listed", edited(func(members object) { members["appid"] = "wx0000000000000000" }), mchID, "payment")
	add("malformed", "a list", 400, "the body is not a well-formed notification", signedBy(byPublicKey(), "[]"), "", "")
	add("malformed", "cut off", 400, "the body is not a well-formed notification", signedBy(byPublicKey(), body[:len(body)-1]), "", "")
	add("malformed", "a member twice", 400, "the body is not a well-formed notification", signedBy(byPublicKey(), `{"id":"1",`+body[1:]), "", "")
	add("too_large", "one byte over max_body_size", 413, "the body is larger than max_body_size", signedBy(byPublicKey(), body+strings.Repeat(" ", 4097-len(body))), "", "")
	add("missing_field", "no event_type", 422, fieldMissing, signed(wechatpaytest.Event{OriginalType: "x", Resource: "{}", Created: time.Now()}), mchID, "")
	add("missing_field", "no transaction_id", 422, fieldMissing, edited(func(members object) { delete(members, "transaction_id") }), mchID, "payment")
	add("bad_amount", "0 fen", 422, badAmountOf, edited(func(members object) { members["amount"] = object{"total": 0} }), mchID, "payment")
	add("bad_amount", "an amount in text", 422, badAmountOf, edited(func(members object) { members["amount"] = object{"total": "1"} }), mchID, "payment")
	add("bad_field", "SQL in out_trade_no", 422, badFieldOf, edited(func(members object) { members["out_trade_no"] = "1' OR '1'='1" }), mchID, "payment")
	old := event
	old.Created = time.Now().Add(-49 * time.Hour)
	add("stale", "an event of the day before yesterday", 403, "the notification is older than max_age", signed(old), mchID, "payment")
	return rows
}

// What does not verify is refused in JSON, with one answer for all that a stranger could
// learn from, and the app never learns of it.
func TestV3Refused(t *testing.T) {
	e := start(t, reporting+withMerchantOptions(gate("max_body_size 4KiB"), v3Options(t)+"appid wx2421b1c4370ec43b\n")+proxy)
	protocols(t, e, func(t *testing.T, e *edge) {
		for _, row := range v3Refusals() {
			t.Run(row.reason+" "+row.rule, func(t *testing.T) {
				e.t = t
				wantAck(t, e.post(row.body, row.changes...), row.status, row.ack)
				wantReport(t, e, "rejected", row.reason, row.merchant, row.kind)
				level := "warn"
				if row.reason == "probe" { // which is what WeChat Pay wants to see
					level = "info"
				}
				wantFields(t, e.logs.one(t, ownLogger), map[string]any{"level": level})
				if calls := e.upstream.calls(); len(calls) != 0 {
					t.Errorf("the upstream was called: %v", calls)
				}
			})
		}
	})
}

// A stranger cannot tell one cause of 401 from another, nor APIv3's from that of JSON
// which nobody signed.
func TestV3RefusalsForStrangersAreAlike(t *testing.T) {
	e := start(t, gateOfBoth(t, "max_body_size 4KiB")+proxy)
	want := e.post(`{}`)
	wantAck(t, want, 401, failJSON(refused))
	count := 0
	for _, row := range v3Refusals() {
		if got := e.post(row.body, row.changes...); got.status == 401 {
			count++
			wantAck(t, got, want.status, want.body)
		}
	}
	if count < 20 {
		t.Errorf("%d refusals", count)
	}
}

// Five minutes either way are allowed, and a suite that is not named is RSA.
func TestV3NotRefused(t *testing.T) {
	e := start(t, reporting+gateOfBoth(t)+proxy)
	body := wechatpaytest.V3Transaction(mchID).Body(apiV3Key)
	at := func(skew time.Duration) note {
		return withHeaders(body, byPublicKey().Sign(body, time.Now().Add(skew)))
	}
	unnamed := byCertificate().Sign(body, time.Now())
	unnamed.Del("Wechatpay-Signature-Type")
	for rule, n := range map[string]note{
		"signed 4 minutes ago": at(-4 * time.Minute), "signed in 4 minutes": at(4 * time.Minute),
		"no Wechatpay-Signature-Type": withHeaders(body, unnamed),
		"named as XML":                {body, append(signedBy(byPublicKey(), body).changes, withHeader("Content-Type", "text/xml"))},
		"chunked":                     {body, append(signedBy(byPublicKey(), body).changes, chunked)},
		"another URL":                 {body, append(signedBy(byPublicKey(), body).changes, withTarget("/other?x=1"))},
	} {
		t.Run(rule, func(t *testing.T) {
			e.t = t
			wantAck(t, e.deliver(n), 200, successJSON)
			wantReport(t, e, "accepted", "ok", mchID, "payment")
			e.upstream.one(t)
		})
	}
}

// A list of sub-merchants binds where the kind has one.
func TestV3SubMerchants(t *testing.T) {
	e := start(t, reporting+withMerchantOptions(gate(), v3Options(t)+"sub_mch_id 1900000120\n")+proxy)
	of := func(event wechatpaytest.Event, subMchID string) note {
		return v3Note(changed(event, func(members object) {
			members["sp_mchid"], members["sp_appid"] = mchID, "wx1"
			if subMchID != "" {
				members["sub_mchid"] = subMchID
			}
			delete(members, "mchid")
			delete(members, "appid")
		}))
	}
	ok, wrong := verdict{"ok", 200, successJSON}, verdict{"wrong_sub_merchant", 401, failJSON(refused)}
	wantNote(t, e, of(wechatpaytest.V3Transaction(mchID), "1900000120"), ok, 1)
	wantNote(t, e, of(wechatpaytest.V3Transaction(mchID), "1900000121"), wrong, 0)
	wantNote(t, e, of(wechatpaytest.V3Transaction(mchID), ""), wrong, 0)
	wantNote(t, e, of(wechatpaytest.V3Refund(mchID), "1900000120"), ok, 1)
	wantNote(t, e, of(wechatpaytest.V3Refund(mchID), "1900000121"), wrong, 0)
	wantNote(t, e, v3ProfitSharingRow().note, ok, 1)
}
