package verifier_test

import (
	"maps"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

func TestKinds(t *testing.T) {
	tests := []struct {
		name   string
		fields wechatpaytest.Fields
		want   verifier.Kind
	}{
		{"payment", payment(), verifier.Payment},
		{"failed payment", failedPayment(), verifier.Payment},
		{"payment of a service provider", payment().With("sub_mch_id", "1900000120"), verifier.Payment},
		{"payment of an unknown trade_type", payment().With("trade_type", "NEW"), verifier.Payment},
		{"payment without trade_type", payment().Without("trade_type"), verifier.Payment},
		{"trade_type PAP", payment().With("trade_type", "PAP"), verifier.Deduction},
		{"contract_id", payment().With("contract_id", "Wx15463511252015071056489715"), verifier.Deduction},
		{"failed deduction", failedPayment().With("contract_id", "1").With("trade_state", "PAY_FAIL"), verifier.Deduction},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n, err := judgeSigned(t, test.fields)
			wantReason(t, err, verifier.OK)
			if n.Kind != test.want || n.ResourceType != "transaction" || n.APIVersion != "v2" {
				t.Errorf("got %s, %s, %s", n.Kind, n.ResourceType, n.APIVersion)
			}
		})
	}
}

// The API key signs more than notifications: requests of the merchant, parameters
// that the buyer's phone gets to see, replies of WeChat Pay. None of them may pass
// for a payment that took place.
func TestOtherSignedMessages(t *testing.T) {
	base := wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "mch_id": mchID, "nonce_str": "8VMExX7gt3imLgbM"}
	reply := with(base, "return_code", "SUCCESS", "return_msg", "OK", "result_code", "SUCCESS")
	tests := []struct {
		name   string
		why    string
		fields wechatpaytest.Fields
		want   verifier.Reason
	}{
		{"JSAPI parameters", "the buyer sees paySign", wechatpaytest.Fields{"appId": "wx2421b1c4370ec43b", "timeStamp": "1414488825",
			"nonceStr": "x", "package": "prepay_id=wx20180220113507842dff20340601189342", "signType": "MD5"}, verifier.UnknownMerchant},
		{"JSAPI parameters and mch_id", "were the merchant to sign it too", wechatpaytest.Fields{"appId": "wx2421b1c4370ec43b", "mch_id": mchID,
			"timeStamp": "1414488825", "nonceStr": "x", "package": "prepay_id=1", "signType": "MD5"}, verifier.UnknownKind},
		{"APP parameters", "the buyer sees sign", wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "partnerid": mchID,
			"prepayid": "1", "package": "Sign=WXPay", "noncestr": "x", "timestamp": "1414488825"}, verifier.UnknownMerchant},
		{"native mode 1 QR code", "everybody sees sign", with(base, "product_id", "1", "time_stamp", "1414488825"), verifier.UnknownKind},
		{"papay contract page", "the buyer sees sign", with(base, "plan_id", "106", "contract_code", "122", "request_serial", "123",
			"contract_display_account", "张三", "notify_url", "https://example.com/", "timestamp", "1414488825", "version", "1.0"), verifier.UnknownKind},
		{"unifiedorder request", "nothing is paid yet", with(base, "body", "x", "out_trade_no", "1", "total_fee", "1",
			"notify_url", "https://example.com/", "trade_type", "NATIVE"), verifier.MissingField},
		{"unifiedorder reply", "nothing is paid yet", with(reply, "prepay_id", "1", "trade_type", "NATIVE", "code_url", "weixin://x"), verifier.UnknownKind},
		{"orderquery request", "a question", with(base, "out_trade_no", "1"), verifier.MissingField},
		{"orderquery reply, not paid", "nothing is paid yet", with(reply, "out_trade_no", "1", "trade_state", "NOTPAY"), verifier.MissingField},
		{"orderquery reply, closed", "nothing will be paid", with(reply, "out_trade_no", "1", "trade_state", "CLOSED"), verifier.MissingField},
		{"closeorder reply", "nothing will be paid", reply, verifier.UnknownKind},
		{"refund request", "money goes the other way", with(base, "out_trade_no", "1", "out_refund_no", "2", "total_fee", "1", "refund_fee", "1"), verifier.UnknownKind},
		{"refund reply", "it has all that a payment has", payment().With("refund_id", "1").With("out_refund_no", "2").With("refund_fee", "1"), verifier.UnknownKind},
		{"download request", "a question", with(base, "bill_date", "20140603", "bill_type", "ALL"), verifier.UnknownKind},
		{"only a merchant", "nothing is said", wechatpaytest.Fields{"mch_id": mchID}, verifier.UnknownKind},
		{"only result codes", "nothing is said", with(base, "return_code", "SUCCESS", "result_code", "SUCCESS"), verifier.UnknownKind},
	}
	for _, test := range tests {
		for _, signType := range []verifier.SignType{verifier.MD5, verifier.HMACSHA256} {
			t.Run(test.name+"/"+string(signType), func(t *testing.T) {
				_, err := judge(t, newVerifier(t), test.fields.Sign(key, signType))
				wantReason(t, err, test.want)
			})
		}
	}
}

// with returns a copy of fields with names and values added.
func with(fields wechatpaytest.Fields, namesAndValues ...string) wechatpaytest.Fields {
	changed := maps.Clone(fields)
	for i := 0; i < len(namesAndValues); i += 2 {
		changed[namesAndValues[i]] = namesAndValues[i+1]
	}
	return changed
}

// otherKinds are the fields that tell a kind other than a payment.
var otherKinds = []string{"req_info", "event_ciphertext", "sub_order_list", "combine_out_trade_no", "change_type", "product_id", "plate_number", "event_code"}

// A body is of one kind or of none: what another kind needs no signature for does
// not switch off the check of a payment, and neither passes for the other.
func TestKindConfusion(t *testing.T) {
	v := newVerifier(t)
	for _, field := range otherKinds {
		for _, value := range []string{"x", "0", "ADD", "AAAAAAAAAAAAAAAAAAAAAA=="} {
			t.Run(field+" "+value, func(t *testing.T) {
				unsigned, forged := verifier.Unsigned, verifier.BadSignature
				if field == "req_info" { // makes it a refund and nothing else
					unsigned, forged = verifier.Undecryptable, verifier.Undecryptable
				}
				mixed := payment().With(field, value)
				_, err := judge(t, v, mixed.XML())
				wantReason(t, err, unsigned)
				_, err = judge(t, v, mixed.With("sign", "").XML())
				wantReason(t, err, unsigned)
				_, err = judge(t, v, mixed.Sign(strangerKey, verifier.MD5))
				wantReason(t, err, forged)
				_, err = judge(t, v, payment().Signed(key, verifier.MD5).With(field, value).XML())
				wantReason(t, err, forged)

				n, err := judge(t, v, mixed.Sign(key, verifier.MD5))
				if err == nil {
					t.Errorf("accepted as %s", n.Kind)
				}
			})
		}
		t.Run(field+" empty", func(t *testing.T) {
			n, err := judgeSigned(t, payment().With(field, ""))
			wantReason(t, err, verifier.OK)
			if n.Kind != verifier.Payment {
				t.Errorf("got %s", n.Kind)
			}
		})
	}
}
