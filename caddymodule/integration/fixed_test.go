package integration

import "github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"

// fixedPayment is the notification of an H5 payment in August 2018; sites that
// take it need max_age 1000000h.
var fixedPayment = wechatpaytest.Fields{
	"appid":          "wx2421b1c4370ec43b",
	"attach":         "支付测试",
	"bank_type":      "CFT",
	"cash_fee":       "100",
	"coupon_count":   "1",
	"coupon_fee":     "1",
	"coupon_fee_0":   "1",
	"coupon_id_0":    "10000",
	"coupon_type_0":  "CASH",
	"device_info":    "013467007045764",
	"fee_type":       "CNY",
	"is_subscribe":   "N",
	"mch_id":         mchID,
	"nonce_str":      "5d2b6c2a8db53831f7eda20af46e531c",
	"openid":         "onhwF1hiutUySKCsrV21A6MCtT5Q",
	"out_trade_no":   "SH201808222055598628",
	"result_code":    "SUCCESS",
	"return_code":    "SUCCESS",
	"time_end":       "20180822205606",
	"total_fee":      "101",
	"trade_type":     "MWEB",
	"transaction_id": "4200000171201808221550954201",
}

// fixedDocument is what the upstream gets for it.
const fixedDocument = `{"id":"transaction:1900000109:4200000171201808221550954201:SUCCESS",` +
	`"event_type":"TRANSACTION.SUCCESS","create_time":"2018-08-22T20:56:06+08:00",` +
	`"resource_type":"transaction","api_version":"v2","authenticity":"MD5",` +
	`"resource":{"appid":"wx2421b1c4370ec43b","mchid":"1900000109",` +
	`"out_trade_no":"SH201808222055598628","transaction_id":"4200000171201808221550954201",` +
	`"trade_type":"MWEB","trade_state":"SUCCESS","bank_type":"CFT",` +
	`"attach":"支付测试",` +
	`"success_time":"2018-08-22T20:56:06+08:00","payer":{"openid":"onhwF1hiutUySKCsrV21A6MCtT5Q"},` +
	`"amount":{"total":101,"payer_total":100,"currency":"CNY","payer_currency":"CNY"},` +
	`"scene_info":{"device_id":"013467007045764"},` +
	`"promotion_detail":[{"coupon_id":"10000","type":"CASH","amount":1}]},` +
	`"fields":{"appid":"wx2421b1c4370ec43b","attach":"支付测试","bank_type":"CFT",` +
	`"cash_fee":"100","coupon_count":"1","coupon_fee":"1","coupon_fee_0":"1","coupon_id_0":"10000",` +
	`"coupon_type_0":"CASH","device_info":"013467007045764","fee_type":"CNY","is_subscribe":"N",` +
	`"mch_id":"1900000109","nonce_str":"5d2b6c2a8db53831f7eda20af46e531c",` +
	`"openid":"onhwF1hiutUySKCsrV21A6MCtT5Q","out_trade_no":"SH201808222055598628",` +
	`"result_code":"SUCCESS","return_code":"SUCCESS","time_end":"20180822205606","total_fee":"101",` +
	`"trade_type":"MWEB","transaction_id":"4200000171201808221550954201"}}`
