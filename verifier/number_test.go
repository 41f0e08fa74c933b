package verifier_test

import (
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// The fields that identify something, by the characters that they may hold.
var (
	orderNumbers = []string{"out_trade_no"}
	ids          = []string{"appid", "transaction_id", "sub_appid", "sub_mch_id", "contract_id"}
)

func TestNumbers(t *testing.T) {
	tests := []struct {
		name  string
		value string
		order verifier.Reason // as out_trade_no
		id    verifier.Reason // as another identifier
	}{
		{"one character", "0", verifier.OK, verifier.OK},
		{"letters and digits", "0123456789abcdefghijklmnopqrstuvwxyz", verifier.OK, verifier.OK},
		{"upper case", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", verifier.OK, verifier.OK},
		{"hyphen and underscore", "-_", verifier.OK, verifier.OK},
		{"bar", "a|b", verifier.OK, verifier.BadField},
		{"star", "a*b", verifier.OK, verifier.BadField},
		{"at", "a@b", verifier.OK, verifier.BadField},
		{"longer than documented", strings.Repeat("a", 33), verifier.OK, verifier.OK},
		{"64 characters", strings.Repeat("a", 64), verifier.OK, verifier.OK},
		{"65 characters", strings.Repeat("a", 65), verifier.BadField, verifier.BadField},
		{"blank", "a b", verifier.BadField, verifier.BadField},
		{"blank before", " a", verifier.BadField, verifier.BadField},
		{"line end after", "a\n", verifier.BadField, verifier.BadField},
		{"only a blank", " ", verifier.BadField, verifier.BadField},
		{"quote", "a'b", verifier.BadField, verifier.BadField},
		{"SQL", "1' OR '1'='1", verifier.BadField, verifier.BadField},
		{"double quote", `a"b`, verifier.BadField, verifier.BadField},
		{"backslash", `a\b`, verifier.BadField, verifier.BadField},
		{"slash", "a/b", verifier.BadField, verifier.BadField},
		{"path", "../a", verifier.BadField, verifier.BadField},
		{"colon", "a:b", verifier.BadField, verifier.BadField},
		{"percent", "a%20b", verifier.BadField, verifier.BadField},
		{"markup", "<a>", verifier.BadField, verifier.BadField},
		{"plus", "a+b", verifier.BadField, verifier.BadField},
		{"comma", "a,b", verifier.BadField, verifier.BadField},
		{"Chinese", "订单", verifier.BadField, verifier.BadField},
		{"full-width digits", "１", verifier.BadField, verifier.BadField},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, field := range orderNumbers {
				_, err := judgeSigned(t, payment().With(field, test.value))
				wantReason(t, err, test.order)
			}
			for _, field := range ids {
				_, err := judgeSigned(t, payment().With(field, test.value))
				wantReason(t, err, test.id)
				_, err = judgeSigned(t, failedPayment().With(field, test.value))
				wantReason(t, err, test.id)
			}
		})
	}
}

// trade_state becomes part of the ID, which is a header too.
func TestTradeStateIsAnIdentifier(t *testing.T) {
	for _, value := range []string{`A"B`, `A\`, "A B", "A\nB", "A\u0085B", "退款", "A:B", strings.Repeat("A", 65)} {
		_, err := judgeSigned(t, payment().With("trade_state", value))
		wantReason(t, err, verifier.BadField)
	}
}
