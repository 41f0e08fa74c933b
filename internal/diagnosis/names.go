package diagnosis

import (
	"regexp"
	"slices"
	"strings"
)

// documented are the elements that notifications have, in the order of the documents.
// Source: WeChat Pay APIv2, "支付结果通知" and the pages of the other notifications.
var documented = setOf(
	"return_code", "return_msg", "appid", "mch_id", "sub_appid", "sub_mch_id", "device_info", "nonce_str", "sign", "sign_type",
	"result_code", "err_code", "err_code_des", "openid", "is_subscribe", "sub_openid", "sub_is_subscribe", "trade_type",
	"bank_type", "total_fee", "settlement_total_fee", "fee_type", "cash_fee", "cash_fee_type", "coupon_fee", "coupon_count",
	"transaction_id", "out_trade_no", "attach", "time_end", "promotion_detail", "version", "rate_value", "trade_state",
	"contract_id", "user_repaid", "req_info", "contract_code", "plan_id", "change_type", "operate_time",
	"contract_expired_time", "contract_termination_mode", "request_serial", "product_id", "result_msg", "combine_appid",
	"combine_mch_id", "combine_openid", "combine_out_trade_no", "sub_order_list", "plate_number", "vehicle_event_type",
	"vehicle_event_des", "deduct_mode", "vehicle_event_createtime", "event_code", "risk_level", "risk_level_desc",
	"transaction_id_list", "algorithm", "event_id", "event_create_time", "event_type", "event_algorithm", "event_nonce",
	"event_associated_data", "event_ciphertext",
)

func setOf(names ...string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}

// namings undo ways of writing the names of elements.
var namings = []func(string) string{
	strings.ToLower,
	func(name string) string { return strings.ReplaceAll(name, "-", "_") },
	snakeCase,
	func(name string) string { return strings.TrimPrefix(name, "xml_") },
	func(name string) string { return strings.TrimPrefix(snakeCase(name), "_") },
}

var upperAfterLower = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// snakeCase writes outTradeNo as out_trade_no.
func snakeCase(name string) string {
	return strings.ToLower(upperAfterLower.ReplaceAllString(name, "${1}_$2"))
}

// otherNames are what APIv3, or another document, calls an element.
var otherNames = map[string]string{
	"mchid": "mch_id", "app_id": "appid", "open_id": "openid", "sub_mchid": "sub_mch_id", "mch_number": "mch_id",
	"refund_recv_account": "refund_recv_accout",
}

// namesNear are documented names that one may have become another of.
func namesNear(name string) (near []string) {
	if documented[name] || len(name) > 64 {
		return nil
	}
	if other, known := otherNames[strings.ToLower(name)]; known {
		near = append(near, other)
	}
	for _, rename := range namings {
		near = append(near, rename(name))
	}
	for known := range documented {
		if isTypo(known, name) {
			near = append(near, known)
		}
	}
	slices.Sort(near)
	return slices.Compact(near)
}

// isTypo reports whether one character was changed, left out or put in, or two neighbours
// swapped, or the plural taken.
func isTypo(known, name string) bool {
	prefix, suffix := 0, 0
	for prefix < min(len(known), len(name)) && known[prefix] == name[prefix] {
		prefix++
	}
	for suffix < min(len(known), len(name))-prefix && known[len(known)-1-suffix] == name[len(name)-1-suffix] {
		suffix++
	}
	left, right := known[prefix:len(known)-suffix], name[prefix:len(name)-suffix]
	if len(left) == 2 && len(right) == 2 {
		return left[0] == right[1] && left[1] == right[0]
	}
	return len(left) <= 1 && len(right) <= 1
}
