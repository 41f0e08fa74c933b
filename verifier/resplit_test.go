package verifier_test

import (
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// The string to sign does not protect the borders between fields. A message that
// the same key signs for a buyer's eyes, with text of the buyer's choice in it, must
// not be cut up into a payment.
func TestMessagesCutUpIntoPayments(t *testing.T) {
	contractPage := wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "contract_code": "122", "mch_id": mchID,
		"notify_url": "https://example.com/", "plan_id": "106", "request_serial": "123", "timestamp": "1414488825", "version": "1.0"}
	const restOfContractPage = "&mch_id=" + mchID +
		"&notify_url=https://example.com/&plan_id=106&request_serial=123&timestamp=1414488825&version=1.0"
	scanCode := wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "mch_id": mchID, "nonce_str": "x", "time_stamp": "1414488825"}

	tests := []struct {
		name   string
		signed wechatpaytest.Fields // what the merchant signs for the buyer
		forged wechatpaytest.Fields // what the buyer makes of it
	}{
		{
			"a nickname that reads like a payment",
			contractPage.With("contract_display_account", "a&mch_id="+mchID+
				"&out_trade_no=VICTIM&result_code=SUCCESS&return_code=SUCCESS&total_fee=9&transaction_id=1&z="),
			wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "contract_code": "122", "contract_display_account": "a", "mch_id": mchID,
				"out_trade_no": "VICTIM", "result_code": "SUCCESS", "return_code": "SUCCESS", "total_fee": "9", "transaction_id": "1",
				"z": restOfContractPage},
		},
		{
			"a product that reads like a payment",
			scanCode.With("product_id", "1&out_trade_no=VICTIM&result_code=SUCCESS&return_code=SUCCESS&total_fee=9&transaction_id=1&z="),
			wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "mch_id": mchID, "nonce_str": "x&product_id=1",
				"out_trade_no": "VICTIM", "result_code": "SUCCESS", "return_code": "SUCCESS", "total_fee": "9", "transaction_id": "1",
				"z": "&time_stamp=1414488825"},
		},
		{
			"a product that reads like a failed payment",
			scanCode.With("product_id", "1&out_trade_no=VICTIM&result_code=FAIL&return_code=SUCCESS&return_msg="),
			wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "mch_id": mchID, "nonce_str": "x&product_id=1",
				"out_trade_no": "VICTIM", "result_code": "FAIL", "return_code": "SUCCESS", "return_msg": "&time_stamp=1414488825"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, signType := range []verifier.SignType{verifier.MD5, verifier.HMACSHA256} {
				sign := wechatpaytest.Signature(test.signed, key, signType)
				if wechatpaytest.Signature(test.forged, key, signType) != sign {
					t.Fatal("the forgery has another string to sign")
				}
				_, err := judge(t, newVerifier(t), test.forged.With("sign", sign).XML())
				wantReason(t, err, verifier.UnknownKind)
			}
		})
	}
}

// Genuine notifications may echo such text where the order put it.
func TestAttachMayReadLikeFields(t *testing.T) {
	for _, attach := range []string{
		"a&b=c", "uid=1&total_fee=2&result_code=FAIL", "x&mch_id=1&version=2&time_stamp=3", "&appid=wxd930ea5d5a258f4f",
	} {
		fields := payment().With("attach", attach)
		n, err := judgeSigned(t, fields)
		wantReason(t, err, verifier.OK)
		if n.Fields.Get("attach") != attach || n.Total != 1 {
			t.Errorf("attach %q: got %q and %d fen", attach, n.Fields.Get("attach"), n.Total)
		}
	}
}
