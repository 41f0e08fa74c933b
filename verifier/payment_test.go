package verifier_test

import (
	"errors"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

func TestRequiredFields(t *testing.T) {
	tests := []struct {
		field        string
		paid, failed verifier.Reason // without the field
	}{
		{"mch_id", verifier.UnknownMerchant, verifier.UnknownMerchant},
		{"return_code", verifier.MissingField, verifier.MissingField},
		{"result_code", verifier.MissingField, verifier.MissingField},
		{"out_trade_no", verifier.MissingField, verifier.MissingField},
		{"appid", verifier.MissingField, verifier.OK},
		{"transaction_id", verifier.MissingField, verifier.OK},
		{"total_fee", verifier.MissingField, verifier.OK},

		// Genuine notifications without these exist.
		{"cash_fee", verifier.OK, verifier.OK},
		{"bank_type", verifier.OK, verifier.OK},
		{"time_end", verifier.OK, verifier.OK},
		{"is_subscribe", verifier.OK, verifier.OK},
		{"openid", verifier.OK, verifier.OK},
		{"trade_type", verifier.OK, verifier.OK},
		{"fee_type", verifier.OK, verifier.OK},
		{"nonce_str", verifier.OK, verifier.OK},
	}
	for _, test := range tests {
		t.Run(test.field, func(t *testing.T) {
			for _, fields := range []wechatpaytest.Fields{payment().Without(test.field), payment().With(test.field, "")} {
				_, err := judgeSigned(t, fields)
				wantReason(t, err, test.paid)
				wantDetail(t, err, test.field)
				fields["result_code"] = orEmpty(test.field == "result_code", "FAIL")
				_, err = judgeSigned(t, fields)
				wantReason(t, err, test.failed)
				wantDetail(t, err, test.field)
			}
		})
	}
}

func orEmpty(empty bool, text string) string {
	if empty {
		return ""
	}
	return text
}

// wantDetail demands that a refusal for a field names it.
func wantDetail(t *testing.T, err error, field string) {
	t.Helper()
	var refusal *verifier.Error
	if errors.As(err, &refusal) && refusal.Reason != verifier.UnknownMerchant && refusal.Detail != field {
		t.Errorf("detail is %q, want %q", refusal.Detail, field)
	}
}

// The least that a failed payment holds.
func TestMinimalFailure(t *testing.T) {
	fields := wechatpaytest.Fields{"mch_id": mchID, "out_trade_no": "1", "return_code": "SUCCESS", "result_code": "FAIL"}
	n, err := judgeSigned(t, fields)
	wantReason(t, err, verifier.OK)
	wantWarning(t, &n, "")
	if n.State != "PAYERROR" || n.EventType != "TRANSACTION.FAIL" || n.Currency != "" || n.Number != "1" {
		t.Errorf("got %s %s, number %q, currency %q", n.EventType, n.State, n.Number, n.Currency)
	}
}

func TestResults(t *testing.T) {
	const success, fail = "TRANSACTION.SUCCESS", "TRANSACTION.FAIL"
	tests := []struct {
		name                               string
		returnCode, resultCode, tradeState string
		want                               verifier.Reason
		state, event                       string
	}{
		{"success", "SUCCESS", "SUCCESS", "", verifier.OK, "SUCCESS", success},
		{"failure is forwarded", "SUCCESS", "FAIL", "", verifier.OK, "PAYERROR", fail},
		{"success with its state", "SUCCESS", "SUCCESS", "SUCCESS", verifier.OK, "SUCCESS", success},
		{"PAY_FAIL is PAYERROR", "SUCCESS", "FAIL", "PAY_FAIL", verifier.OK, "PAYERROR", fail},
		{"PAY_FAIL beats a successful request", "SUCCESS", "SUCCESS", "PAY_FAIL", verifier.OK, "PAYERROR", fail},
		{"no state makes a failure a success", "SUCCESS", "FAIL", "SUCCESS", verifier.OK, "PAYERROR", fail},
		{"ACCEPT is not a payment", "SUCCESS", "SUCCESS", "ACCEPT", verifier.OK, "ACCEPT", fail},
		{"NOTPAY is not a payment", "SUCCESS", "SUCCESS", "NOTPAY", verifier.OK, "NOTPAY", fail},
		{"CLOSED is not a payment", "SUCCESS", "SUCCESS", "CLOSED", verifier.OK, "CLOSED", fail},
		{"REFUND is not a payment", "SUCCESS", "SUCCESS", "REFUND", verifier.OK, "REFUND", fail},

		{"return_code FAIL", "FAIL", "SUCCESS", "", verifier.BadField, "", ""},
		{"return_code FAIL of a failure", "FAIL", "FAIL", "", verifier.BadField, "", ""},
		{"return_code in lower case", "success", "SUCCESS", "", verifier.BadField, "", ""},
		{"return_code with a blank", "SUCCESS ", "SUCCESS", "", verifier.BadField, "", ""},
		{"return_code OK", "OK", "SUCCESS", "", verifier.BadField, "", ""},
		{"result_code in lower case", "SUCCESS", "success", "", verifier.BadField, "", ""},
		{"result_code fail in lower case", "SUCCESS", "fail", "", verifier.BadField, "", ""},
		{"result_code with a blank", "SUCCESS", " SUCCESS", "", verifier.BadField, "", ""},
		{"result_code OK", "SUCCESS", "OK", "", verifier.BadField, "", ""},
		{"result_code 0", "SUCCESS", "0", "", verifier.BadField, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n, err := judgeSigned(t, payment().With("return_code", test.returnCode).
				With("result_code", test.resultCode).With("trade_state", test.tradeState))
			wantReason(t, err, test.want)
			if n.State != test.state || n.EventType != test.event {
				t.Errorf("got %s with state %q, want %s with %q", n.EventType, n.State, test.event, test.state)
			}
			if err == nil && (readJSON(t, &n).SuccessTime != "") != (test.event == success) {
				t.Errorf("success_time %q with %s", readJSON(t, &n).SuccessTime, test.event)
			}
		})
	}
}

// Lists bind the notification's own appid and sub_mch_id.
func TestLists(t *testing.T) {
	const appid, other, subMchID = "wx2421b1c4370ec43b", "wxd930ea5d5a258f4f", "1900000120"
	partner := payment().With("sub_mch_id", subMchID)
	appids := func(ids ...string) func(*verifier.Merchant) {
		return func(m *verifier.Merchant) { m.AppIDs = ids }
	}
	subMchIDs := func(ids ...string) func(*verifier.Merchant) {
		return func(m *verifier.Merchant) { m.SubMchIDs = ids }
	}
	tests := []struct {
		name   string
		list   func(*verifier.Merchant)
		fields wechatpaytest.Fields
		want   verifier.Reason
	}{
		{"no list", appids(), payment(), verifier.OK},
		{"listed appid", appids(appid), payment(), verifier.OK},
		{"appid listed second", appids(other, appid), payment(), verifier.OK},
		{"appid not listed", appids(other), payment(), verifier.WrongAppID},
		{"appid in upper case", appids(appid), payment().With("appid", "WX2421B1C4370EC43B"), verifier.WrongAppID},
		{"appid cut short", appids(appid), payment().With("appid", appid[:17]), verifier.WrongAppID},
		{"appid absent", appids(appid), payment().Without("appid"), verifier.WrongAppID},
		{"appid empty", appids(appid), payment().With("appid", ""), verifier.WrongAppID},
		{"appid of a failed payment", appids(other), failedPayment(), verifier.WrongAppID},
		{"appid absent from a failed payment", appids(appid), failedPayment().Without("appid"), verifier.WrongAppID},
		{"appid of the sub-merchant does not count", appids(other), partner.With("sub_appid", other), verifier.WrongAppID},

		{"service provider, no list", subMchIDs(), partner, verifier.OK},
		{"listed sub_mch_id", subMchIDs(subMchID), partner, verifier.OK},
		{"sub_mch_id not listed", subMchIDs("1900000121"), partner, verifier.WrongSubMerchant},
		{"sub_mch_id absent", subMchIDs(subMchID), payment(), verifier.WrongSubMerchant},
		{"sub_mch_id empty", subMchIDs(subMchID), partner.With("sub_mch_id", ""), verifier.WrongSubMerchant},
		{"sub_mch_id of another length", subMchIDs(subMchID), partner.With("sub_mch_id", subMchID+"0"), verifier.WrongSubMerchant},
		{"mch_id is not sub_mch_id", subMchIDs(subMchID), partner.With("sub_mch_id", mchID), verifier.WrongSubMerchant},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := judgeSigned(t, test.fields, withMerchant(test.list))
			wantReason(t, err, test.want)

			_, err = judge(t, newVerifier(t, withMerchant(test.list)), test.fields.Sign(strangerKey, verifier.MD5))
			wantReason(t, err, verifier.BadSignature) // says nothing about the lists
		})
	}
}

// A refusal names merchant and kind once they are proven, and not before.
func TestRefusalNamesWhatIsProven(t *testing.T) {
	tests := []struct {
		name  string
		body  string
		mchID string
		kind  verifier.Kind
	}{
		{"malformed", "<xml>", "", ""},
		{"unsigned", payment().XML(), "", ""},
		{"forged", payment().Sign(strangerKey, verifier.MD5), "", ""},
		{"wrong sign_type", payment().With("sign_type", "x").Sign(key, verifier.MD5), "", ""},
		{"unknown kind", wechatpaytest.Fields{"mch_id": mchID}.Sign(key, verifier.MD5), mchID, ""},
		{"payment without an amount", payment().Without("total_fee").Sign(key, verifier.MD5), mchID, verifier.Payment},
		{"deduction without an amount", payment().With("trade_type", "PAP").Without("total_fee").Sign(key, verifier.MD5), mchID, verifier.Deduction},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := judge(t, newVerifier(t), test.body)
			refusal := new(verifier.Error)
			if !errors.As(err, &refusal) {
				t.Fatalf("got %v", err)
			}
			if refusal.MchID != test.mchID || refusal.Kind != test.kind {
				t.Errorf("got merchant %q and kind %q, want %q and %q", refusal.MchID, refusal.Kind, test.mchID, test.kind)
			}
		})
	}
}
