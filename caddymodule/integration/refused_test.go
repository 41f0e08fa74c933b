package integration

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// The merchant with every restriction there is.
const (
	strictMchID = "1900000110"
	strictBlock = "merchant " + strictMchID + ` {
		key {env.WECHATPAY_APIV2_KEY}
		sign_type MD5
		appid wx2421b1c4370ec43b
		sub_mch_id 1900000120
	}`
)

const (
	refused = "notification refused"
	someKey = "0123456789abcdef0123456789abcdef" // nobody's
)

// reporting makes every placeholder a field of the access log, under its own name.
const reporting = `
log_append id {http.wechatpay.id}
log_append kind {http.wechatpay.kind}
log_append event_type {http.wechatpay.event_type}
log_append mchid {http.wechatpay.mchid}
log_append out_trade_no {http.wechatpay.out_trade_no}
log_append transaction_id {http.wechatpay.transaction_id}
log_append total {http.wechatpay.total}
log_append currency {http.wechatpay.currency}
log_append outcome {http.wechatpay.outcome}
log_append reason {http.wechatpay.reason}
`

// refusal is a delivery that must not reach the upstream.
type refusal struct {
	rule    string
	reason  string
	status  int
	ack     string
	body    string
	changes []change
	// What the signature has proven by then.
	merchant, kind string
}

func refusals() []refusal {
	fields := wechatpaytest.Payment(mchID)
	strict := wechatpaytest.Payment(strictMchID).With("sub_mch_id", "1900000120")
	genuine := sign(fields)
	at := func(age time.Duration) string {
		return sign(wechatpaytest.PaymentAt(mchID, time.Now().Add(-age)))
	}
	oversize := genuine + strings.Repeat(" ", 4097-len(genuine))
	v3 := func(r *http.Request) {
		for _, name := range []string{"Timestamp", "Nonce", "Signature", "Serial"} {
			r.Header.Set("Wechatpay-"+name, "1")
		}
	}

	return []refusal{
		{"nothing", "empty_body", 400, failXML("the body is empty"), "", nil, "", ""},
		{"blanks only", "empty_body", 400, failXML("the body is empty"), " \r\n\t ", nil, "", ""},
		{"text", "malformed", 400, failXML("the body is not a well-formed notification"), "hello", nil, "", ""},
		{"a DTD", "malformed", 400, failXML("the body is not a well-formed notification"), "<!DOCTYPE xml>" + genuine, nil, "", ""},
		{"cut off", "malformed", 400, failXML("the body is not a well-formed notification"), genuine[:len(genuine)-6], nil, "", ""},
		{"JSON cut off", "malformed", 400, failJSON("the body is not a well-formed notification"), `{"id":`, nil, "", ""},
		{"one byte over max_body_size", "too_large", 413, failXML("the body is larger than max_body_size"), oversize, nil, "", ""},
		{"one byte over max_body_size, chunked", "too_large", 413, failXML("the body is larger than max_body_size"), oversize, []change{chunked}, "", ""},
		{"gzip", "encoding", 415, failXML("the body has a Content-Encoding"), genuine, []change{withHeader("Content-Encoding", "gzip")}, "", ""},
		{"gzip, of JSON", "encoding", 415, failJSON("the body has a Content-Encoding"), "{}",
			[]change{withHeader("Content-Encoding", "gzip"), withHeader("Content-Type", "application/json")}, "", ""},
		{"one byte over max_body_size, of JSON", "too_large", 413, failJSON("the body is larger than max_body_size"), oversize,
			[]change{withHeader("Content-Type", "application/json; charset=utf-8")}, "", ""},
		{"gzip named second", "encoding", 415, failXML("the body has a Content-Encoding"), genuine, []change{withHeader("Content-Encoding", "identity", "gzip")}, "", ""},

		{"no sign", "unsigned", 401, failXML(refused), fields.XML(), nil, "", ""},
		{"an empty sign", "unsigned", 401, failXML(refused), fields.With("sign", "").XML(), nil, "", ""},
		{"a return_code FAIL without sign", "unsigned", 401, failXML(refused), wechatpaytest.Fields{"return_code": "FAIL", "return_msg": "no"}.XML(), nil, "", ""},
		{"JSON without APIv3 headers", "unsigned", 401, failJSON(refused), `{"id":"1"}`, nil, "", ""},
		{"another key", "bad_signature", 401, failXML(refused), fields.Sign(someKey, verifier.MD5), nil, "", ""},
		{"a changed amount", "bad_signature", 401, failXML(refused), strings.Replace(genuine, "<total_fee>1<", "<total_fee>2<", 1), nil, "", ""},
		{"a lower-case sign", "bad_signature", 401, failXML(refused), fields.With("sign", strings.ToLower(fields.Signed(apiKey, verifier.MD5)["sign"])).XML(), nil, "", ""},
		{"a sign cut short", "bad_signature", 401, failXML(refused), fields.With("sign", fields.Signed(apiKey, verifier.MD5)["sign"][:31]).XML(), nil, "", ""},
		{"a merchant not configured", "unknown_merchant", 401, failXML(refused), sign(wechatpaytest.Payment("1900000999")), nil, "", ""},
		{"no merchant", "unknown_merchant", 401, failXML(refused), sign(fields.Without("mch_id")), nil, "", ""},
		{"a pinned sign_type", "wrong_sign_type", 401, failXML(refused), strict.Sign(apiKey, verifier.HMACSHA256), nil, "", ""},
		{"a sign_type that the sign is not of", "wrong_sign_type", 401, failXML(refused), sign(fields.With("sign_type", "HMAC-SHA256")), nil, "", ""},
		{"sign_type in lower case", "wrong_sign_type", 401, failXML(refused), sign(fields.With("sign_type", "md5")), nil, "", ""},
		{"an appid not listed", "wrong_appid", 401, failXML(refused), sign(strict.With("appid", "wx0000000000000000")), nil, strictMchID, "payment"},
		{"no appid, but a list", "wrong_appid", 401, failXML(refused), sign(strict.Without("appid")), nil, strictMchID, "payment"},
		{"a sub_mch_id not listed", "wrong_sub_merchant", 401, failXML(refused), sign(strict.With("sub_mch_id", "1900000121")), nil, strictMchID, "payment"},
		{"no sub_mch_id, but a list", "wrong_sub_merchant", 401, failXML(refused), sign(strict.Without("sub_mch_id")), nil, strictMchID, "payment"},
		{"no kind that is known", "unknown_kind", 401, failXML(refused), sign(wechatpaytest.Fields{"mch_id": mchID, "return_code": "SUCCESS"}), nil, mchID, ""},
		{"APIv3 without a key for it", "unknown_serial", 401, failJSON(refused), `{"id":"1"}`, []change{v3}, "", ""},

		{"no transaction_id", "missing_field", 422, failXML("a required field is missing"), sign(fields.Without("transaction_id")), nil, mchID, "payment"},
		{"no total_fee", "missing_field", 422, failXML("a required field is missing"), sign(fields.Without("total_fee")), nil, mchID, "payment"},
		{"a signed body without return_code", "missing_field", 422, failXML("a required field is missing"), sign(fields.Without("return_code")), nil, mchID, "payment"},
		{"0 fen", "bad_amount", 422, failXML("an amount or a currency is not in the documented form"), sign(fields.With("total_fee", "0")), nil, mchID, "payment"},
		{"a leading zero", "bad_amount", 422, failXML("an amount or a currency is not in the documented form"), sign(fields.With("total_fee", "01")), nil, mchID, "payment"},
		{"SQL in out_trade_no", "bad_field", 422, failXML("a field is not in the documented form"), sign(fields.With("out_trade_no", "1' OR '1'='1")), nil, mchID, "payment"},
		{"a signed return_code FAIL", "bad_field", 422, failXML("a field is not in the documented form"), sign(fields.With("return_code", "FAIL")), nil, mchID, "payment"},
		{"a time that is none", "bad_field", 422, failXML("a field is not in the documented form"), sign(fields.With("time_end", "20261301000000")), nil, mchID, "payment"},
		{"older than max_age", "stale", 403, failXML("the notification is older than max_age"), at(time.Hour + time.Minute), nil, mchID, "payment"},
	}
}

// What does not verify is refused with the ack, status and reason of its case, and
// the upstream never learns of it.
func TestRefused(t *testing.T) {
	e := start(t, reporting+gate("max_age 1h", "max_body_size 4KiB", strictBlock)+proxy)
	protocols(t, e, func(t *testing.T, e *edge) {
		for _, row := range refusals() {
			t.Run(row.reason+" "+row.rule, func(t *testing.T) {
				e.t = t
				got := e.post(row.body, row.changes...)
				wantAck(t, got, row.status, row.ack)
				wantReport(t, e, "rejected", row.reason, row.merchant, row.kind)
				if calls := e.upstream.calls(); len(calls) != 0 {
					t.Errorf("the upstream was called: %v", calls)
				}
			})
		}
	})
}

// The limits themselves are allowed.
func TestNotRefused(t *testing.T) {
	e := start(t, reporting+gate("max_age 1h", "max_body_size 4KiB", strictBlock)+proxy)
	fields := wechatpaytest.Payment(mchID)
	genuine := sign(fields)
	for _, row := range []struct {
		rule    string
		body    string
		changes []change
	}{
		{"exactly max_body_size", genuine + strings.Repeat(" ", 4096-len(genuine)), nil},
		{"exactly max_body_size, chunked", genuine + strings.Repeat(" ", 4096-len(genuine)), []change{chunked}},
		{"just within max_age", sign(wechatpaytest.PaymentAt(mchID, time.Now().Add(-59*time.Minute))), nil},
		{"a time in the future", sign(wechatpaytest.PaymentAt(mchID, time.Now().Add(time.Hour))), nil},
		{"no time", sign(fields.Without("time_end")), nil},
		{"Content-Encoding identity", genuine, []change{withHeader("Content-Encoding", "identity")}},
		{"HMAC-SHA256 without sign_type", fields.Sign(apiKey, verifier.HMACSHA256), nil},
		{"blanks and line breaks around", "\n " + genuine + "\r\n", nil},
	} {
		t.Run(row.rule, func(t *testing.T) {
			e.t = t
			wantAck(t, e.post(row.body, row.changes...), 200, successXML)
			wantReport(t, e, "accepted", "ok", mchID, "payment")
			e.upstream.one(t)
		})
	}
}

// A stranger must not be able to tell the reasons for 401 apart, nor to find out
// which merchants are configured here.
func TestRefusalsForStrangersAreAlike(t *testing.T) {
	e := start(t, gate("max_age 1h", "max_body_size 4KiB", strictBlock)+proxy)
	seen := map[string]answer{}
	for _, row := range refusals() {
		if row.status != 401 {
			continue
		}
		got := e.post(row.body, row.changes...)
		first, known := seen[got.header.Get("Content-Type")]
		if !known {
			seen[got.header.Get("Content-Type")] = got
			continue
		}
		if got.body != first.body || got.status != first.status || len(got.header) != len(first.header) {
			t.Errorf("%s: %v differs from %v", row.rule, got, first)
		}
	}
	if len(seen) != 2 {
		t.Errorf("%d answers in all, want one in XML and one in JSON", len(seen))
	}
}
