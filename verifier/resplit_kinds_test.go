package verifier_test

import (
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// The pages that a buyer sees the signature of, each with a text of the buyer's choice.
var (
	contractPage = wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "contract_code": "122", "mch_id": mchID,
		"notify_url": "https://example.com/", "plan_id": "106", "request_serial": "123", "timestamp": "1414488825", "version": "1.0"}
	scanCode = wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "mch_id": mchID, "nonce_str": "x", "time_stamp": "1414488825"}
	// Source: WeChat Pay APIv2, "用户授权/开通车主服务": the buyer types in the plate_number.
	vehiclePage = wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "mch_id": mchID, "nonce_str": "x", "openid": "buyer",
		"sign_type": "HMAC-SHA256", "trade_scene": "PARKING"}
)

const (
	restOfContractPage = "&mch_id=" + mchID +
		"&notify_url=https://example.com/&plan_id=106&request_serial=123&timestamp=1414488825&version=1.0"
	restOfScanCode    = "&time_stamp=1414488825"
	restOfVehiclePage = "&sign_type=HMAC-SHA256&trade_scene=PARKING"
)

// A page may be cut up into a kind other than a payment too. Some kinds require only
// fields that sort before promotion_detail, in which the rest of the page could hide.
func TestMessagesCutUpIntoOtherKinds(t *testing.T) {
	const orders = `{"order_num":1,"order_list":[{"mch_id":"1","out_trade_no":"1","transaction_id":"1","total_fee":1}]}`
	tests := []struct {
		name   string
		signed wechatpaytest.Fields // what the merchant signs for the buyer
		forged wechatpaytest.Fields // what the buyer makes of it
	}{
		{
			"a nickname that reads like a contract, the rest in promotion_detail",
			contractPage.With("contract_display_account", "x&change_type=ADD&contract_code=VICTIM&contract_id=1&mch_id="+mchID+
				"&openid=victim&operate_time=2018-08-22 20:56:06&plan_id=106&promotion_detail="),
			wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b&contract_code=122&contract_display_account=x", "change_type": "ADD",
				"contract_code": "VICTIM", "contract_id": "1", "mch_id": mchID, "openid": "victim", "operate_time": "2018-08-22 20:56:06",
				"plan_id": "106", "promotion_detail": restOfContractPage},
		},
		{
			"a nickname that reads like the end of a contract",
			contractPage.With("contract_display_account", "x&change_type=DELETE&contract_code=VICTIM&contract_id=1&mch_id="+mchID+
				"&openid=victim&operate_time=2018-08-22 20:56:06&plan_id=106&promotion_detail="),
			wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b&contract_code=122&contract_display_account=x", "change_type": "DELETE",
				"contract_code": "VICTIM", "contract_id": "1", "mch_id": mchID, "openid": "victim", "operate_time": "2018-08-22 20:56:06",
				"plan_id": "106", "promotion_detail": restOfContractPage},
		},
		{
			"a nickname that reads like a contract, the rest in a field of its own",
			contractPage.With("contract_display_account", "x&change_type=ADD&contract_code=VICTIM&contract_id=1&mch_id="+mchID+
				"&openid=victim&operate_time=2018-08-22 20:56:06&plan_id=106&z="),
			wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b&contract_code=122&contract_display_account=x", "change_type": "ADD",
				"contract_code": "VICTIM", "contract_id": "1", "mch_id": mchID, "openid": "victim", "operate_time": "2018-08-22 20:56:06",
				"plan_id": "106", "z": restOfContractPage},
		},
		{
			"a nickname that reads like a scan, the rest in promotion_detail",
			contractPage.With("contract_display_account", "x&mch_id="+mchID+"&nonce_str=1&openid=victim&product_id=1&promotion_detail="),
			wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "contract_code": "122", "contract_display_account": "x", "mch_id": mchID,
				"nonce_str": "1", "openid": "victim", "product_id": "1", "promotion_detail": restOfContractPage},
		},
		{
			"a nickname that reads like a scan, the rest in the product",
			contractPage.With("contract_display_account", "x&mch_id="+mchID+"&nonce_str=1&openid=victim&product_id="),
			wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "contract_code": "122", "contract_display_account": "x", "mch_id": mchID,
				"nonce_str": "1", "openid": "victim", "product_id": restOfContractPage},
		},
		{
			"a nickname that reads like a plate's state",
			contractPage.With("contract_display_account", "x&mch_id="+mchID+
				"&plate_number=1&vehicle_event_createtime=20180822205606&vehicle_event_type=NORMAL&z="),
			wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "contract_code": "122", "contract_display_account": "x", "mch_id": mchID,
				"plate_number": "1", "vehicle_event_createtime": "20180822205606", "vehicle_event_type": "NORMAL", "z": restOfContractPage},
		},
		{
			"a product that reads like a plate's state",
			scanCode.With("product_id", "1&vehicle_event_createtime=20180822205606&vehicle_event_type="),
			wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "mch_id": mchID, "nonce_str": "x", "product_id": "1",
				"vehicle_event_createtime": "20180822205606", "vehicle_event_type": restOfScanCode},
		},
		{
			"a nickname that reads like a notice of risk",
			contractPage.With("contract_display_account", "x&event_code=1&mch_id="+mchID+
				"&nonce_str=1&return_code=SUCCESS&risk_level=HIGH&risk_level_desc="),
			wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "contract_code": "122", "contract_display_account": "x", "event_code": "1",
				"mch_id": mchID, "nonce_str": "1", "return_code": "SUCCESS", "risk_level": "HIGH", "risk_level_desc": restOfContractPage},
		},
		{
			"a nickname that reads like a combined payment",
			contractPage.With("contract_display_account", "x&combine_appid=wx2421b1c4370ec43b&combine_mch_id="+mchID+
				"&combine_out_trade_no=VICTIM&result_code=SUCCESS&return_code=SUCCESS&sub_order_list="+orders+"&z="),
			wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b&contract_code=122&contract_display_account=x", "combine_appid": "wx2421b1c4370ec43b",
				"combine_mch_id": mchID, "combine_out_trade_no": "VICTIM", "result_code": "SUCCESS", "return_code": "SUCCESS",
				"sub_order_list": orders, "z": restOfContractPage},
		},
		{
			"a nickname that reads like a combined payment, the rest in the list",
			contractPage.With("contract_display_account", "x&combine_appid=wx2421b1c4370ec43b&combine_mch_id="+mchID+
				"&combine_out_trade_no=VICTIM&result_code=SUCCESS&return_code=SUCCESS&sub_order_list="+orders),
			wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b&contract_code=122&contract_display_account=x", "combine_appid": "wx2421b1c4370ec43b",
				"combine_mch_id": mchID, "combine_out_trade_no": "VICTIM", "result_code": "SUCCESS", "return_code": "SUCCESS",
				"sub_order_list": orders + restOfContractPage},
		},
		{
			"a nickname that reads like a combined payment, the rest in err_code_des",
			contractPage.With("contract_display_account", "x&combine_appid=wx2421b1c4370ec43b&combine_mch_id="+mchID+
				"&combine_out_trade_no=VICTIM&err_code_des="),
			wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b&contract_code=122&contract_display_account=x", "combine_appid": "wx2421b1c4370ec43b",
				"combine_mch_id": mchID, "combine_out_trade_no": "VICTIM", "err_code_des": restOfContractPage},
		},
		{
			"a plate that reads like a payment",
			vehiclePage.With("plate_number", "x&out_trade_no=VICTIM&result_code=SUCCESS&return_code=SUCCESS&total_fee=9&transaction_id=1&z="),
			wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "mch_id": mchID, "nonce_str": "x", "openid": "buyer&plate_number=x",
				"out_trade_no": "VICTIM", "result_code": "SUCCESS", "return_code": "SUCCESS", "total_fee": "9", "transaction_id": "1",
				"z": restOfVehiclePage},
		},
		{
			"a plate that reads like a failed payment",
			vehiclePage.With("plate_number", "x&out_trade_no=VICTIM&result_code=FAIL&return_code=SUCCESS"),
			wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "mch_id": mchID, "nonce_str": "x", "openid": "buyer&plate_number=x",
				"out_trade_no": "VICTIM", "result_code": "FAIL", "return_code": "SUCCESS", "sign_type": "HMAC-SHA256", "trade_scene": "PARKING"},
		},
		{
			"a plate that reads like another's",
			vehiclePage.With("plate_number", "VICTIM&vehicle_event_createtime=20180822205606&vehicle_event_type=BLOCKED&z="),
			wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "mch_id": mchID, "nonce_str": "x", "openid": "buyer", "plate_number": "VICTIM",
				"vehicle_event_createtime": "20180822205606", "vehicle_event_type": "BLOCKED", "z": restOfVehiclePage},
		},
		{
			"a plate that reads like a scan",
			vehiclePage.With("plate_number", "x&product_id=1"),
			wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "mch_id": mchID, "nonce_str": "x", "openid": "buyer", "plate_number": "x",
				"product_id": "1", "sign_type": "HMAC-SHA256", "trade_scene": "PARKING"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, signType := range []verifier.SignType{verifier.MD5, verifier.HMACSHA256} {
				sign := wechatpaytest.Signature(test.signed, key, signType)
				if wechatpaytest.Signature(test.forged, key, signType) != sign {
					t.Fatal("the forgery has another string to sign")
				}
				n, err := judge(t, newVerifier(t, withMerchant(withAPIv3Key)), test.forged.With("sign", sign).XML())
				if err == nil {
					t.Errorf("a forgery is taken for a genuine %s", n.Kind)
				}
			}
		})
	}
}
