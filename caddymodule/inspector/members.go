package inspector

import "strings"

// shown are the members and elements whose value is shown: numbers of merchants, orders
// and contracts, states, amounts and times. Whatever is not among them is masked, so that
// what WeChat Pay adds one day is masked too. A name after a dot is shown only in the
// object before the dot; envelope is the document itself.
//
// Left out on purpose, besides who paid, with what and for what: texts for people
// (attach, err_code_des, trade_state_desc, return_msg), which may hold anything.
var shown = setOf(
	"envelope.id", "envelope.event_type", "envelope.create_time", "envelope.resource_type",
	"envelope.api_version", "envelope.authenticity", "envelope.notification_id",
	"envelope.specversion", "envelope.source", "envelope.type", "envelope.subject", "envelope.time",
	"envelope.datacontenttype", // of a CloudEvent

	"appid", "sub_appid", "sp_appid", "combine_appid", "app_id",
	"mchid", "sub_mchid", "sp_mchid", "combine_mchid", "mch_id", "sub_mch_id", "combine_mch_id",

	"out_trade_no", "combine_out_trade_no", "transaction_id", "out_refund_no", "refund_id",
	"out_order_no", "order_id", "finish_transaction_id", "product_id", "service_id", "stock_id",
	"contract_id", "contract_code", "plan_id", "request_serial", "event_id", "event_code", "nonce_str",

	"event_type", "trade_type", "trade_state", "refund_status", "refund_account", "refund_request_source",
	"return_code", "result_code", "err_code", "sign_type", "version", "state", "risk_level",
	"change_type", "contract_termination_mode", "deduct_mode", "vehicle_event_type", "vehicle_event_des",

	"total_fee", "settlement_total_fee", "cash_fee", "coupon_fee", "coupon_count", "coupon_type",
	"refund_fee", "settlement_refund_fee", "total_amount", "deposit_amount",
	"fee_type", "cash_fee_type", "rate_value",
	"amount.total", "amount.payer_total", "amount.refund", "amount.payer_refund", "amount.payer_amount",
	"amount.currency", "amount.payer_currency",
	"promotion_detail.type", "promotion_detail.scope", "promotion_detail.amount", "promotion_detail.currency",
	"promotion_detail.wechatpay_contribute", "promotion_detail.merchant_contribute", "promotion_detail.other_contribute",
	"receiver.type", "receiver.amount",

	"create_time", "time_end", "success_time", "operate_time", "contract_expired_time",
	"event_create_time", "vehicle_event_createtime",
)

// opened are the objects and arrays whose members are looked at one by one. All others
// are masked as a whole.
var opened = setOf(
	"amount", "payer", "combine_payer_info", "scene_info", "sub_orders", "promotion_detail",
	"receiver", "transaction_id_list", "data",
)

func setOf(names ...string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}

// isShown reports whether the member name of the object parent shows its value. APIv2
// counts coupons in the names of their elements, as in coupon_fee_0.
func isShown(parent, name string) bool {
	if strings.HasPrefix(name, "coupon_") {
		name = strings.TrimRight(name, "0123456789")
		name = strings.TrimSuffix(name, "_")
	}
	return parent != envelope && shown[name] || shown[parent+"."+name]
}

// envelope is what members of the document itself are in; content holds what was in the
// notification.
const (
	envelope = "envelope"
	content  = "content"
)

// isOpened returns what the members of an object or array are in, if it is one that is
// looked into.
func isOpened(parent, name string) (inside string, ok bool) {
	switch {
	case parent == envelope && (name == "resource" || name == "fields"):
		return content, true
	case parent == envelope && name == "data": // of a CloudEvent
		return envelope, true
	case parent == envelope:
		return "", false
	}
	return name, opened[name]
}
