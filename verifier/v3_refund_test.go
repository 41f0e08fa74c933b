package verifier_test

import (
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

func TestV3RefundMembers(t *testing.T) {
	long := strings.Repeat("0", 64)
	tests := append(amountTests("amount.payer_refund"), amountTests("amount.payer_total")...)
	testMembers(t, v3RefundResource(), v3Refund, append(tests, []memberTest{
		{"mchid", absent, verifier.MissingField},
		{"mchid", otherMchID, verifier.UnknownMerchant},
		{"mchid", 1900000109, verifier.BadField},
		{"sp_mchid", otherMchID, verifier.UnknownMerchant},
		{"out_trade_no", absent, verifier.MissingField},
		{"out_trade_no", "a b", verifier.BadField},
		{"out_refund_no", absent, verifier.MissingField},
		{"out_refund_no", "", verifier.MissingField},
		{"out_refund_no", long, verifier.OK},
		{"out_refund_no", long + "0", verifier.BadField},
		{"out_refund_no", 1, verifier.BadField},
		{"refund_id", absent, verifier.MissingField},
		{"refund_id", long + "0", verifier.BadField},
		{"refund_id", "1:2", verifier.BadField},
		{"refund_id", raw("50300806962018082319009530416"), verifier.BadField},
		{"refund_status", absent, verifier.MissingField},
		{"refund_status", "", verifier.MissingField},
		{"refund_status", "退款", verifier.BadField},
		{"transaction_id", absent, verifier.OK},
		{"transaction_id", "1 2", verifier.BadField},
		{"success_time", absent, verifier.OK},
		{"user_received_account", absent, verifier.OK},
		{"refund_account", "REFUND_SOURCE_SUB_MERCHANT", verifier.OK},
		{"amount", absent, verifier.MissingField},
		{"amount.total", absent, verifier.MissingField},
		{"amount.total", 0, verifier.BadAmount},
		{"amount.total", raw("100.0"), verifier.BadAmount},
		{"amount.total", "100", verifier.BadAmount},
		{"amount.refund", absent, verifier.MissingField},
		{"amount.refund", nil, verifier.MissingField},
		{"amount.refund", -1, verifier.BadAmount},
		{"amount.refund", raw("6e1"), verifier.BadAmount},
		{"amount.refund", 100, verifier.OK},
		{"amount.payer_total", absent, verifier.OK},
		{"amount.currency", "CNY", verifier.OK},
		{"amount.currency", "", verifier.OK},
		{"amount.currency", "¥", verifier.BadAmount},
	}...))
}

// WeChat Pay signed it, so amounts that do not add up are no reason to lose a genuine
// notification: somebody has to look, and is told so.
func TestV3RefundPartsThatDoNotAddUp(t *testing.T) {
	n := acceptV3(t, newV3Verifier(t), v3Refund(v3RefundResource().with("amount.refund", 101)))
	wantWarning(t, &n, "refund")
}

func TestV3RefundFacts(t *testing.T) {
	n := acceptV3(t, newV3Verifier(t), v3Refund(v3RefundResource()))
	if n.Total != 100 || n.Currency != "CNY" || n.OutTradeNo != "SH201808222055598628" ||
		n.TransactionID != "4200000171201808221550954201" || n.Authenticity != "RSA" || len(n.Orders) > 0 {
		t.Errorf("got %d %s, %s, %s, %s, %d orders", n.Total, n.Currency, n.OutTradeNo, n.TransactionID, n.Authenticity, len(n.Orders))
	}
	wantWarning(t, &n, "")
}

// Two refunds of one order, or another amount of one refund, are not the same.
func TestV3RefundContent(t *testing.T) {
	content := func(m members) string {
		n := acceptV3(t, newV3Verifier(t), v3Refund(m))
		return string(n.AppendContent(nil))
	}
	base := v3RefundResource()
	want := content(base)
	for name, same := range map[string]members{
		"again":                    base,
		"with the currency of all": base.with("amount.currency", "CNY"),
		"with another account":     base.with("user_received_account", "支付用户零钱"),
		"with a member more":       base.with("brand_new", 1),
	} {
		if got := content(same); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	for name, other := range map[string]members{
		"another refund_id":      base.with("refund_id", "1"),
		"another out_refund_no":  base.with("out_refund_no", "1"),
		"another out_trade_no":   base.with("out_trade_no", "1"),
		"another transaction_id": base.with("transaction_id", "1"),
		"another status":         base.with("refund_status", "ABNORMAL"),
		"another refund":         base.with("amount.refund", 61),
		"another total":          base.with("amount.total", 101),
		"another payer_refund":   base.with("amount.payer_refund", 55),
		"another currency":       base.with("amount.currency", "HKD"),
	} {
		if got := content(other); got == want {
			t.Errorf("%s: not told apart", name)
		}
	}
}
