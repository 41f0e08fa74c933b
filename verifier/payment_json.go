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
	p := n.payment
	partner := p.subMchID != ""
	if partner {
		dst = appendText(dst, "sp_appid", p.appID)
		dst = appendText(dst, "sp_mchid", n.MchID)
		dst = appendText(dst, "sub_appid", p.subAppID)
		dst = appendText(dst, "sub_mchid", p.subMchID)
	} else {
		dst = appendText(dst, "appid", p.appID)
		dst = appendText(dst, "mchid", n.MchID)
	}
	dst = appendText(dst, "out_trade_no", n.OutTradeNo)
	dst = appendText(dst, "transaction_id", n.TransactionID)
	dst = appendText(dst, "trade_type", p.tradeType)
	dst = appendText(dst, "trade_state", n.State)
	if p.resultCode == "FAIL" {
		dst = appendText(dst, "trade_state_desc", joinNonEmpty(p.errCode, ": ", p.errCodeDes))
	}
	dst = appendText(dst, "bank_type", p.bankType)
	dst = appendText(dst, "attach", n.Orders[0].Attach)
	if n.State == stateSuccess {
		dst = appendTime(dst, "success_time", n.Time)
	}
	dst = appendText(dst, "contract_id", p.contractID)
	dst = appendPayer(dst, p, partner)
	dst = appendAmounts(dst, n)
	if p.deviceInfo != "" {
		dst = append(appendName(dst, "scene_info"), '{')
		dst = append(appendText(dst, "device_id", p.deviceInfo), '}')
	}
	return appendPromotions(dst, n)
}

func joinNonEmpty(a, separator, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + separator + b
}

func appendPayer(dst []byte, p *paymentFields, partner bool) []byte {
	if p.openID == "" && p.subOpenID == "" {
		return dst
	}
	dst = append(appendName(dst, "payer"), '{')
	if partner {
		dst = appendText(dst, "sp_openid", p.openID)
		dst = appendText(dst, "sub_openid", p.subOpenID)
	} else {
		dst = appendText(dst, "openid", p.openID)
	}
	return append(dst, '}')
}

// appendAmounts appends amounts in the smallest unit of their currency.
// payer_total is what was paid after coupons.
func appendAmounts(dst []byte, n *Notification) []byte {
	p := n.payment
	if p.total < 0 && p.cash < 0 {
		return dst
	}
	dst = append(appendName(dst, "amount"), '{')
	dst = appendAmount(dst, "total", p.total)
	dst = appendAmount(dst, "payer_total", p.cash)
	dst = appendText(dst, "currency", n.Currency)
	if p.cash >= 0 {
		dst = appendText(dst, "payer_currency", cmp.Or(p.cashFeeType, defaultCurrency))
	}
	return append(dst, '}')
}

// appendPromotions appends promotion_detail: WeChat Pay's own JSON text where there
// is one, otherwise one element for each coupon_id_$n. coupon_count is not trusted.
func appendPromotions(dst []byte, n *Notification) []byte {
	if text := n.payment.promotionDetail; isJSONContainer(text) {
		return append(appendName(dst, "promotion_detail"), text...)
	}
	if !n.payment.hasCoupons {
		return dst
	}
	coupons := couponsOf(n.Fields)
	if len(coupons) == 0 {
		return dst
	}
	dst = append(appendName(dst, "promotion_detail"), '[')
	for _, index := range coupons {
		dst = append(appendComma(dst), '{')
		dst = appendText(dst, "coupon_id", n.Fields.Get("coupon_id_"+index))
		dst = appendText(dst, "type", strings.ReplaceAll(n.Fields.Get("coupon_type_"+index), "NO_CASH", "NOCASH"))
		if amount, ok := parseAmount(n.Fields.Get("coupon_fee_" + index)); ok {
			dst = appendAmount(dst, "amount", amount)
		}
		dst = append(dst, '}')
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
