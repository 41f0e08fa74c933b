package verifier

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// appendPayment appends a payment as the resource that APIv3 calls transaction.
// Source: WeChat Pay APIv3, "支付成功回调通知", and for service providers its
// partner edition.
func appendPayment(dst []byte, n *Notification) []byte {
	f := n.Fields
	partner := f.Has("sub_mch_id")
	if partner {
		dst = appendText(dst, "sp_appid", f.Get("appid"))
		dst = appendText(dst, "sp_mchid", n.MchID)
		dst = appendText(dst, "sub_appid", f.Get("sub_appid"))
		dst = appendText(dst, "sub_mchid", f.Get("sub_mch_id"))
	} else {
		dst = appendText(dst, "appid", f.Get("appid"))
		dst = appendText(dst, "mchid", n.MchID)
	}
	dst = appendText(dst, "out_trade_no", n.OutTradeNo)
	dst = appendText(dst, "transaction_id", n.TransactionID)
	dst = appendText(dst, "trade_type", f.Get("trade_type"))
	dst = appendText(dst, "trade_state", n.State)
	if f.Get("result_code") == "FAIL" {
		dst = appendText(dst, "trade_state_desc", joinNonEmpty(f.Get("err_code"), ": ", f.Get("err_code_des")))
	}
	dst = appendText(dst, "bank_type", f.Get("bank_type"))
	dst = appendText(dst, "attach", f.Get("attach"))
	if n.State == stateSuccess {
		dst = appendTime(dst, "success_time", n.Time)
	}
	dst = appendText(dst, "contract_id", f.Get("contract_id"))
	dst = appendPayer(dst, f, partner)
	dst = appendAmounts(dst, n)
	if f.Has("device_info") {
		dst = append(appendName(dst, "scene_info"), '{')
		dst = append(appendText(dst, "device_id", f.Get("device_info")), '}')
	}
	return appendPromotions(dst, f)
}

func joinNonEmpty(a, separator, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + separator + b
}

func appendPayer(dst []byte, f Fields, partner bool) []byte {
	openid, subOpenid := f.Get("openid"), f.Get("sub_openid")
	if openid == "" && subOpenid == "" {
		return dst
	}
	dst = append(appendName(dst, "payer"), '{')
	if partner {
		dst = appendText(dst, "sp_openid", openid)
		dst = appendText(dst, "sub_openid", subOpenid)
	} else {
		dst = appendText(dst, "openid", openid)
	}
	return append(dst, '}')
}

// appendAmounts appends amounts in the smallest unit of their currency.
// payer_total is what was paid after coupons.
func appendAmounts(dst []byte, n *Notification) []byte {
	f := n.Fields
	cash := f.Get("cash_fee")
	if n.Currency == "" && cash == "" {
		return dst
	}
	dst = append(appendName(dst, "amount"), '{')
	dst = appendAmount(dst, "total", f.Get("total_fee"))
	dst = appendAmount(dst, "payer_total", cash)
	dst = appendText(dst, "currency", n.Currency)
	if cash != "" {
		dst = appendText(dst, "payer_currency", cmp.Or(f.Get("cash_fee_type"), defaultCurrency))
	}
	return append(dst, '}')
}

// appendPromotions appends promotion_detail: WeChat Pay's own JSON text where there
// is one, otherwise one element for each coupon_id_$n. coupon_count is not trusted.
func appendPromotions(dst []byte, f Fields) []byte {
	if text := f.Get("promotion_detail"); isJSONContainer(text) {
		return append(appendName(dst, "promotion_detail"), text...)
	}
	coupons := couponsOf(f)
	if len(coupons) == 0 {
		return dst
	}
	dst = append(appendName(dst, "promotion_detail"), '[')
	for _, index := range coupons {
		dst = append(appendComma(dst), '{')
		dst = appendText(dst, "coupon_id", f.Get("coupon_id_"+index))
		dst = appendText(dst, "type", strings.ReplaceAll(f.Get("coupon_type_"+index), "NO_CASH", "NOCASH"))
		dst = append(appendAmount(dst, "amount", f.Get("coupon_fee_"+index)), '}')
	}
	return append(dst, ']')
}

// isJSONContainer reports whether text is a JSON object or array.
func isJSONContainer(text string) bool {
	trimmed := strings.TrimLeft(text, " \t\r\n")
	return trimmed != "" && (trimmed[0] == '{' || trimmed[0] == '[') && json.Valid([]byte(text))
}

// couponsOf returns the indexes $n of all coupon_id_$n, in numerical order.
func couponsOf(f Fields) []string {
	var indexes []string
	for _, field := range f {
		if index, ok := couponIndex(field.Name, "coupon_id_"); ok {
			indexes = append(indexes, index)
		}
	}
	slices.SortFunc(indexes, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	return indexes
}

// couponIndex returns the $n of a field named <prefix>$n.
func couponIndex(name, prefix string) (string, bool) {
	index, ok := strings.CutPrefix(name, prefix)
	if !ok {
		return "", false
	}
	_, err := strconv.ParseUint(index, 10, 16)
	return index, err == nil
}
