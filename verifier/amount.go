package verifier

// maxDigits bounds every amount: 99 999 999 999 fen.
const (
	maxDigits = 11
	maxAmount = 99_999_999_999
)

// defaultCurrency is what a v2 body without a currency means.
// Source: WeChat Pay APIv2, "支付结果通知", fee_type and cash_fee_type.
const defaultCurrency = "CNY"

// parseAmount reads an amount in the smallest unit of its currency (fen): at most
// 11 decimal digits without sign, blank or leading zero.
func parseAmount(text string) (int64, bool) {
	if text == "" || len(text) > maxDigits || len(text) > 1 && text[0] == '0' {
		return 0, false
	}
	var amount int64
	for i := 0; i < len(text); i++ {
		if !isDigit(text[i]) {
			return 0, false
		}
		amount = 10*amount + int64(text[i]-'0')
	}
	return amount, true
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
