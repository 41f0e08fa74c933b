package verifier

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// writePayment writes a payment as the resource that APIv3 calls transaction.
// Source: WeChat Pay APIv3, "支付成功回调通知", and for service providers its
// partner edition.
func writePayment(w *jsonWriter, n *Notification) {
	f := n.Fields
	partner := f.Has("sub_mch_id")
	if partner {
		w.text("sp_appid", f.Get("appid"))
		w.text("sp_mchid", n.MchID)
		w.text("sub_appid", f.Get("sub_appid"))
		w.text("sub_mchid", f.Get("sub_mch_id"))
	} else {
		w.text("appid", f.Get("appid"))
		w.text("mchid", n.MchID)
	}
	w.text("out_trade_no", n.OutTradeNo)
	w.text("transaction_id", n.TransactionID)
	w.text("trade_type", f.Get("trade_type"))
	w.text("trade_state", n.State)
	if f.Get("result_code") == "FAIL" {
		w.text("trade_state_desc", joinNonEmpty(f.Get("err_code"), ": ", f.Get("err_code_des")))
	}
	w.text("bank_type", f.Get("bank_type"))
	w.text("attach", f.Get("attach"))
	if n.State == stateSuccess {
		w.time("success_time", n.Time)
	}
	w.text("contract_id", f.Get("contract_id"))
	writePayer(w, f, partner)
	writeAmount(w, f)
	if f.Has("device_info") {
		w.name("scene_info")
		w.open('{')
		w.text("device_id", f.Get("device_info"))
		w.close('}')
	}
	writePromotions(w, f)
}

func joinNonEmpty(a, separator, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + separator + b
}

func writePayer(w *jsonWriter, f Fields, partner bool) {
	openid, subOpenid := f.Get("openid"), f.Get("sub_openid")
	if openid == "" && subOpenid == "" {
		return
	}
	w.name("payer")
	w.open('{')
	if partner {
		w.text("sp_openid", openid)
		w.text("sub_openid", subOpenid)
	} else {
		w.text("openid", openid)
	}
	w.close('}')
}

// writeAmount writes amounts in the smallest unit of their currency. payer_total
// is what was paid after coupons.
func writeAmount(w *jsonWriter, f Fields) {
	hasTotal, hasCash := f.Has("total_fee"), f.Has("cash_fee")
	if !hasTotal && !hasCash {
		return
	}
	w.name("amount")
	w.open('{')
	w.amount("total", f.Get("total_fee"))
	w.amount("payer_total", f.Get("cash_fee"))
	if hasTotal {
		w.text("currency", cmp.Or(f.Get("fee_type"), defaultCurrency))
	}
	if hasCash {
		w.text("payer_currency", cmp.Or(f.Get("cash_fee_type"), defaultCurrency))
	}
	w.close('}')
}

// writePromotions writes promotion_detail: WeChat Pay's own JSON text where there
// is one, otherwise one element for each coupon_id_$n. coupon_count is not trusted.
func writePromotions(w *jsonWriter, f Fields) {
	if text := f.Get("promotion_detail"); isJSONContainer(text) {
		w.raw("promotion_detail", text)
		return
	}
	coupons := couponsOf(f)
	if len(coupons) == 0 {
		return
	}
	w.name("promotion_detail")
	w.open('[')
	for _, index := range coupons {
		w.next()
		w.open('{')
		w.text("coupon_id", f.Get("coupon_id_"+index))
		w.text("type", strings.ReplaceAll(f.Get("coupon_type_"+index), "NO_CASH", "NOCASH"))
		w.amount("amount", f.Get("coupon_fee_"+index))
		w.close('}')
	}
	w.close(']')
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
