package verifier_test

import (
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// amountParts are the amounts besides total_fee.
var amountParts = []string{"cash_fee", "coupon_fee", "settlement_total_fee", "coupon_fee_0", "coupon_fee_10"}

func TestAmounts(t *testing.T) {
	tests := []struct {
		name   string
		amount string
		total  verifier.Reason // as total_fee
		part   verifier.Reason // as any other amount
	}{
		{"the least", "1", verifier.OK, verifier.OK},
		{"two digits", "10", verifier.OK, verifier.OK},
		{"the most", "99999999999", verifier.OK, verifier.OK},
		{"zero", "0", verifier.BadAmount, verifier.OK},
		{"none", "", verifier.MissingField, verifier.OK},
		{"more than the most", "100000000000", verifier.BadAmount, verifier.BadAmount},
		{"more than 32 bits of fen is fine", "4294967297", verifier.OK, verifier.OK},
		{"64 bits overflow", "18446744073709551617", verifier.BadAmount, verifier.BadAmount},
		{"63 bits overflow", "9223372036854775808", verifier.BadAmount, verifier.BadAmount},
		{"a hundred digits", strings.Repeat("9", 100), verifier.BadAmount, verifier.BadAmount},
		{"leading zero", "01", verifier.BadAmount, verifier.BadAmount},
		{"two zeros", "00", verifier.BadAmount, verifier.BadAmount},
		{"plus sign", "+1", verifier.BadAmount, verifier.BadAmount},
		{"minus sign", "-1", verifier.BadAmount, verifier.BadAmount},
		{"minus zero", "-0", verifier.BadAmount, verifier.BadAmount},
		{"decimal point", "1.0", verifier.BadAmount, verifier.BadAmount},
		{"decimal comma", "1,00", verifier.BadAmount, verifier.BadAmount},
		{"exponent", "1e2", verifier.BadAmount, verifier.BadAmount},
		{"hexadecimal", "0x1", verifier.BadAmount, verifier.BadAmount},
		{"underscore", "1_0", verifier.BadAmount, verifier.BadAmount},
		{"blank before", " 1", verifier.BadAmount, verifier.BadAmount},
		{"blank after", "1 ", verifier.BadAmount, verifier.BadAmount},
		{"only a blank", " ", verifier.BadAmount, verifier.BadAmount},
		{"line end", "1\n", verifier.BadAmount, verifier.BadAmount},
		{"full-width digit", "１", verifier.BadAmount, verifier.BadAmount},
		{"Arabic digit", "١", verifier.BadAmount, verifier.BadAmount},
		{"currency sign", "¥1", verifier.BadAmount, verifier.BadAmount},
		{"null", "null", verifier.BadAmount, verifier.BadAmount},
		{"NaN", "NaN", verifier.BadAmount, verifier.BadAmount},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := judgeSigned(t, payment().With("total_fee", test.amount))
			wantReason(t, err, test.total)
			for _, part := range amountParts {
				_, err := judgeSigned(t, payment().With(part, test.amount))
				wantReason(t, err, test.part)
				_, err = judgeSigned(t, failedPayment().With(part, test.amount))
				wantReason(t, err, test.part)
			}
		})
	}
}

func TestCurrencies(t *testing.T) {
	tests := []struct {
		name     string
		currency string
		want     verifier.Reason
	}{
		{"CNY", "CNY", verifier.OK},
		{"another", "HKD", verifier.OK},
		{"none is CNY", "", verifier.OK},
		{"lower case", "cny", verifier.BadAmount},
		{"two letters", "CN", verifier.BadAmount},
		{"four letters", "CNYY", verifier.BadAmount},
		{"digit", "CN1", verifier.BadAmount},
		{"blank", "CNY ", verifier.BadAmount},
		{"only a blank", " ", verifier.BadAmount},
		{"RMB in Chinese", "人", verifier.BadAmount},
		{"number of ISO 4217", "156", verifier.BadAmount},
		{"full-width letters", "ＣＮＹ", verifier.BadAmount},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n, err := judgeSigned(t, payment().With("fee_type", test.currency))
			wantReason(t, err, test.want)
			if err == nil && n.Currency != orCNY(test.currency) {
				t.Errorf("got %s", n.Currency)
			}
			_, err = judgeSigned(t, payment().With("cash_fee_type", test.currency))
			wantReason(t, err, test.want)
		})
	}
}

func orCNY(currency string) string {
	if currency == "" {
		return "CNY"
	}
	return currency
}

// The signature says that WeChat Pay wrote the amounts. Odd ones are warned of and
// pass: a genuine notification must not be lost to a rule of ours.
func TestPartsThatDoNotAddUp(t *testing.T) {
	const cash, settlement, coupons = "cash_fee", "settlement_total_fee", "coupons"
	tests := []struct {
		name    string
		fields  wechatpaytest.Fields
		warning string
	}{
		{"all in cash", with(payment(), "total_fee", "100", "cash_fee", "100"), ""},
		{"cash and coupons", with(payment(), "total_fee", "100", "cash_fee", "90", "coupon_fee", "10"), ""},
		{"coupons alone", with(payment(), "total_fee", "100", "cash_fee", "0", "coupon_fee", "100"), ""},
		{"too little", with(payment(), "total_fee", "100", "cash_fee", "90"), cash},
		{"too much", with(payment(), "total_fee", "100", "cash_fee", "100", "coupon_fee", "10"), cash},
		{"one fen off", with(payment(), "total_fee", "100", "cash_fee", "90", "coupon_fee", "9"), cash},
		{"no cash_fee", with(payment(), "total_fee", "100", "cash_fee", "", "coupon_fee", "10"), ""},
		{"cash in another currency", with(payment(), "total_fee", "100", "fee_type", "USD", "cash_fee", "650", "cash_fee_type", "CNY"), ""},
		{"cash in the default currency", with(payment(), "total_fee", "100", "fee_type", "USD", "cash_fee", "650"), ""},
		{"both in another currency", with(payment(), "total_fee", "100", "fee_type", "USD", "cash_fee", "90", "cash_fee_type", "USD"), cash},
		{"free coupons settle less", with(payment(), "total_fee", "100", "cash_fee", "90", "coupon_fee", "10", "settlement_total_fee", "90"), ""},
		{"settled more than the total", with(payment(), "total_fee", "100", "cash_fee", "100", "settlement_total_fee", "101"), settlement},
		{"single coupons add up", with(payment(), "total_fee", "100", "cash_fee", "90", "coupon_fee", "10", "coupon_fee_0", "3", "coupon_fee_1", "7"), ""},
		{"single coupons do not add up", with(payment(), "total_fee", "100", "cash_fee", "90", "coupon_fee", "10", "coupon_fee_0", "3"), coupons},
		{"single coupons without a sum", with(payment(), "total_fee", "1", "coupon_fee_0", "3"), ""},
		{"a sum without single coupons", with(payment(), "total_fee", "100", "cash_fee", "90", "coupon_fee", "10", "coupon_count", "7"), ""},
		{"a failed payment without a total", with(failedPayment().Without("total_fee"), "settlement_total_fee", "7", "cash_fee", "5"), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n, err := judgeSigned(t, test.fields)
			wantReason(t, err, verifier.OK)
			wantWarning(t, &n, test.warning)
		})
	}
}
