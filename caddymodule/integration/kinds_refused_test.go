package integration

import (
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

const (
	fieldMissing = "a required field is missing"
	badAmountOf  = "an amount or a currency is not in the documented form"
	badFieldOf   = "a field is not in the documented form"
)

// sealed returns a refund whose encrypted text is this one.
func sealed(plaintext string) string {
	return wechatpaytest.Refund().RefundEnvelope(mchID, apiKey).With("req_info", wechatpaytest.EncryptReqInfo(plaintext, apiKey)).XML()
}

// refusedKinds are deliveries of APIv2 other than payments that must not reach the app.
func refusedKinds() []refusal {
	refundFields := wechatpaytest.Refund()
	envelope := refundFields.RefundEnvelope(mchID, apiKey)
	reqInfo := envelope["req_info"]
	contract, combined, native := wechatpaytest.Contract(mchID), wechatpaytest.Combined(mchID), wechatpaytest.Native(mchID)
	plate, risk := wechatpaytest.Plate(mchID), wechatpaytest.Risk(mchID)
	payScore := wechatpaytest.PayScoreOrder().PayScore(mchID, apiV3Key)
	twoDaysAgo := time.Now().Add(-49 * time.Hour)
	unauthorized := func(reason, rule, body, merchant, kind string) refusal {
		return refusal{rule, reason, 401, failXML(refused), body, nil, merchant, kind}
	}
	unprocessable := func(reason, rule, message, body, kind string) refusal {
		return refusal{rule, reason, 422, failXML(message), body, nil, mchID, kind}
	}
	tooOld := func(rule, body, kind string) refusal {
		return refusal{rule, "stale", 403, failXML("the notification is older than max_age"), body, nil, mchID, kind}
	}
	return []refusal{
		unauthorized("undecryptable", "a refund of another key", refundFields.SealRefund(mchID, someKey), "", ""),
		unauthorized("undecryptable", "a refund of the APIv3 key", refundFields.SealRefund(mchID, apiV3Key), "", ""),
		unauthorized("undecryptable", "a refund without its last block", envelope.With("req_info", reqInfo[:len(reqInfo)-64]).XML(), "", ""),
		unauthorized("undecryptable", "req_info that is no base64", envelope.With("req_info", "<>").XML(), "", ""),
		unauthorized("undecryptable", "a refund of text", sealed("refund_id=1&refund_fee=1"), "", ""),
		unauthorized("undecryptable", "a refund of nothing", sealed(""), "", ""),
		unauthorized("undecryptable", "a refund without elements", sealed("<root></root>"), "", ""),
		unauthorized("undecryptable", "a refund with a DTD", sealed("<!DOCTYPE root><root><refund_id>1</refund_id></root>"), "", ""),
		unauthorized("undecryptable", "a refund with elements in elements", sealed("<root><a><b>1</b></a></root>"), "", ""),
		unauthorized("undecryptable", "a refund with an element twice", sealed("<root><refund_id>1</refund_id><refund_id>2</refund_id></root>"), "", ""),
		unauthorized("undecryptable", "a signed payment with a req_info of nobody's", sign(wechatpaytest.Payment(mchID).With("req_info", "AAAA")), "", ""),
		unauthorized("unsigned", "an empty req_info", envelope.With("req_info", "").XML(), "", ""),
		unauthorized("unknown_merchant", "a refund of another merchant", refundFields.SealRefund("1900000999", apiKey), "", ""),
		unauthorized("wrong_appid", "a refund of an appid not listed", refundFields.RefundEnvelope(strictMchID, apiKey).With("appid", "wx0").XML(), strictMchID, "refund"),
		unprocessable("missing_field", "a refund without its number", fieldMissing, refundFields.Without("refund_id").SealRefund(mchID, apiKey), "refund"),
		unprocessable("bad_amount", "a refund of more than was paid", badAmountOf, refundFields.With("refund_fee", "2").SealRefund(mchID, apiKey), "refund"),
		unprocessable("bad_field", "a refund with another status", badFieldOf, refundFields.With("refund_status", "PROCESSING").SealRefund(mchID, apiKey), "refund"),
		unprocessable("bad_field", "a refund around which it says FAIL", badFieldOf, envelope.With("return_code", "FAIL").XML(), "refund"),
		tooOld("an old refund", wechatpaytest.RefundAt(twoDaysAgo).SealRefund(mchID, apiKey), "refund"),

		unauthorized("unsigned", "a contract without sign", contract.XML(), "", ""),
		unauthorized("bad_signature", "a contract that was changed", contract.Signed(apiKey, verifier.MD5).With("openid", "other").XML(), "", ""),
		unprocessable("bad_field", "a contract neither signed nor ended", badFieldOf, sign(contract.With("change_type", "MODIFY")), "contract"),
		unprocessable("missing_field", "a contract without its plan", fieldMissing, sign(contract.Without("plan_id")), "contract"),
		tooOld("an old contract", sign(contract.With("operate_time", twoDaysAgo.Format(time.DateTime))), "contract"),

		unauthorized("bad_signature", "a combined payment signed by somebody", combined.Sign(someKey, verifier.HMACSHA256), "", ""),
		unauthorized("unknown_merchant", "a combined payment of another merchant", hmacSigned(wechatpaytest.Combined("1900000999")), "", ""),
		unprocessable("bad_field", "a combined payment without orders", badFieldOf, hmacSigned(combined.With("sub_order_list", `{"order_list":[]}`)), "combined"),
		unprocessable("missing_field", "a combined payment with an order that has no number", fieldMissing,
			hmacSigned(combined.With("sub_order_list", `{"order_list":[{"mch_id":"1"}]}`)), "combined"),
		unprocessable("bad_amount", "a combined payment with an order of 0 fen", badAmountOf,
			hmacSigned(combined.With("sub_order_list", `{"order_list":[{"mch_id":"1","out_trade_no":"1","transaction_id":"1","total_fee":0}]}`)), "combined"),

		unauthorized("bad_signature", "a scan signed by somebody", native.Sign(someKey, verifier.MD5), "", ""),
		unauthorized("unsigned", "a scan without sign", native.XML(), "", ""),
		unprocessable("missing_field", "the link of a code, which has no openid", fieldMissing, sign(native.Without("openid")), "native"),

		unauthorized("bad_signature", "a plate signed by somebody", plate.Sign(someKey, verifier.HMACSHA256), "", ""),
		unauthorized("wrong_sign_type", "a plate signed with MD5", sign(plate), "", ""),
		unprocessable("bad_field", "a plate with a time that is none", badFieldOf, hmacSigned(plate.With("vehicle_event_createtime", "soon")), "plate"),
		unauthorized("bad_signature", "a notice that was changed", risk.Signed(apiKey, verifier.HMACSHA256).With("risk_level", "LOW").XML(), "", ""),
		unprocessable("missing_field", "a notice without its nonce_str", fieldMissing, hmacSigned(risk.Without("nonce_str")), "risk"),

		unauthorized("undecryptable", "PayScore of another APIv3 key", hmacSigned(wechatpaytest.PayScoreOrder().PayScore(mchID, someKey)), mchID, "payscore"),
		unauthorized("undecryptable", "PayScore with other associated data", hmacSigned(payScore.With("event_associated_data", "other")), mchID, "payscore"),
		unauthorized("wrong_sign_type", "PayScore signed with MD5", sign(payScore), "", ""),
		unauthorized("wrong_sign_type", "PayScore signed with MD5, without algorithm", sign(payScore.Without("algorithm")), mchID, "payscore"),
		unauthorized("unsigned", "PayScore without sign", payScore.XML(), "", ""),

		unauthorized("unknown_kind", "no kind at all", sign(wechatpaytest.Fields{"mch_id": mchID, "nonce_str": "1"}), mchID, ""),
		unauthorized("unknown_kind", "two kinds at once", sign(contract.With("product_id", "P1").Without("result_code")), mchID, ""),
	}
}

// What does not verify is refused in its own format, and the app never learns of it.
func TestKindsRefused(t *testing.T) {
	e := start(t, reporting+gateOfBoth(t, strictBlock)+proxy)
	protocols(t, e, func(t *testing.T, e *edge) {
		for _, row := range refusedKinds() {
			t.Run(row.reason+" "+row.rule, func(t *testing.T) {
				e.t = t
				wantAck(t, e.post(row.body, row.changes...), row.status, row.ack)
				wantReport(t, e, "rejected", row.reason, row.merchant, row.kind)
				if !labelsOfKinds[row.kind] && row.kind != "" {
					t.Errorf("kind %s is none of the labels", row.kind)
				}
				if calls := e.upstream.calls(); len(calls) != 0 {
					t.Errorf("the upstream was called: %v", calls)
				}
			})
		}
	})
}

// What stands around the encrypted part of a refund has no say in what is forwarded, were
// it a payment.
func TestRefundInsideOfAPayment(t *testing.T) {
	e := start(t, reporting+gateOfBoth(t)+proxy)
	row := refundRow()
	around := wechatpaytest.Payment(mchID).With("total_fee", "100").With("req_info", row.fields.RefundEnvelope(mchID, apiKey)["req_info"])
	for rule, body := range map[string]string{"unsigned": around.XML(), "signed": sign(around)} {
		t.Run(rule, func(t *testing.T) {
			e.t = t
			wantAck(t, e.post(body), 200, successXML)
			wantDocument(t, e.upstream.one(t).body, row)
			wantReported(t, e, row)
		})
	}
}
