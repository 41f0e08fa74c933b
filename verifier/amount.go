package verifier

import "strconv"

// maxAmount bounds every amount, in the smallest unit of its currency (fen).
const maxAmount = 99_999_999_999

// defaultCurrency is what a v2 body without a currency means.
// Source: WeChat Pay APIv2, "支付结果通知", fee_type and cash_fee_type.
const defaultCurrency = "CNY"

// parseAmount reads an amount in fen: decimal digits without sign, blank or
// leading zero.
func parseAmount(text string) (int64, bool) {
	if text == "" || len(text) > 1 && text[0] == '0' {
		return 0, false
	}
	for i := 0; i < len(text); i++ {
		if !isDigit(text[i]) {
			return 0, false
		}
	}
	amount, err := strconv.ParseInt(text, 10, 64)
	return amount, err == nil && amount <= maxAmount
}

// isCurrency reports whether text has the form of an ISO 4217 code.
func isCurrency(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] < 'A' || text[i] > 'Z' {
			return false
		}
	}
	return len(text) == 3
}
