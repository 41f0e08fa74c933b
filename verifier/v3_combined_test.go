package verifier_test

import (
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

func TestV3CombinedMembers(t *testing.T) {
	testMembers(t, v3CombinedResource(), asPayment, []memberTest{
		{"combine_appid", absent, verifier.MissingField},
		{"combine_appid", "", verifier.MissingField},
		{"combine_mchid", absent, verifier.MissingField},
		{"combine_mchid", otherMchID, verifier.UnknownMerchant},
		{"combine_mchid", 1900000109, verifier.BadField},
		{"combine_out_trade_no", "", verifier.MissingField},
		{"combine_out_trade_no", nil, verifier.MissingField},
		{"combine_out_trade_no", "a b", verifier.BadField},
		{"combine_out_trade_no", strings.Repeat("0", 65), verifier.BadField},
		{"combine_out_trade_no", 1, verifier.BadField},
		{"combine_payer_info", absent, verifier.OK},
		{"scene_info", absent, verifier.OK},
		{"sub_orders", absent, verifier.MissingField},
		{"sub_orders", nil, verifier.MissingField},
		{"sub_orders", []members{}, verifier.MissingField},
		{"sub_orders", members{}, verifier.BadField},
		{"sub_orders", "[]", verifier.BadField},
		{"sub_orders", []any{nil}, verifier.MissingField},
		{"sub_orders", []any{1}, verifier.BadField},
		{"trade_state", "PAYERROR", verifier.OK}, // which is not where combined payments say it
		{"brand_new", 1, verifier.OK},
	})
}

// Each order of a combined payment is held to what a payment is held to.
func TestV3SubOrderMembers(t *testing.T) {
	tests := append(amountTests("amount.payer_amount"), []memberTest{
		{"mchid", absent, verifier.MissingField},
		{"mchid", "1 2", verifier.BadField},
		{"mchid", 1900000120, verifier.BadField},
		{"out_trade_no", absent, verifier.MissingField},
		{"out_trade_no", "a b", verifier.BadField},
		{"transaction_id", absent, verifier.MissingField},
		{"transaction_id", "a b", verifier.BadField},
		{"trade_state", absent, verifier.MissingField},
		{"trade_state", 1, verifier.BadField},
		{"amount", absent, verifier.MissingField},
		{"amount", []int{}, verifier.BadAmount},
		{"amount.total_amount", absent, verifier.MissingField},
		{"amount.total_amount", 0, verifier.BadAmount},
		{"amount.total_amount", -1, verifier.BadAmount},
		{"amount.total_amount", raw("70.0"), verifier.BadAmount},
		{"amount.total_amount", "70", verifier.BadAmount},
		{"amount.total_amount", raw("100000000000"), verifier.BadAmount},
		{"amount.currency", "cny", verifier.BadAmount},
		{"amount.currency", absent, verifier.OK},
		{"attach", absent, verifier.OK},
		{"attach", 1, verifier.BadField},
		{"sub_mchid", "1900000120", verifier.OK},
	}...)
	v := newV3Verifier(t)
	for _, test := range tests {
		for index := range 2 {
			t.Run(test.name()+[]string{" of the first", " of the second"}[index], func(t *testing.T) {
				e := v3Payment(withOrder(v3CombinedResource(), index, test.path, test.value).json())
				n, err := judgeV3(t, v, e)
				wantReason(t, err, test.want)
				if err == nil {
					wantPlaintextForwarded(t, &n, e)
				}
			})
		}
	}
}

// The orders of a combined payment are told one by one, and their sum where they have one
// currency.
func TestV3CombinedFacts(t *testing.T) {
	usd := withOrder(v3CombinedResource(), 0, "amount.currency", "USD")
	tests := []struct {
		name     string
		resource members
		state    string
		total    int64
		currency string
	}{
		{"one currency", v3CombinedResource(), "SUCCESS", 100, "CNY"},
		{"another currency", withOrder(usd, 1, "amount.currency", "USD"), "SUCCESS", 100, "USD"},
		{"two currencies", usd, "SUCCESS", 0, "XXX"},
		{"two currencies the other way", withOrder(v3CombinedResource(), 1, "amount.currency", "USD"), "SUCCESS", 0, "XXX"},
		{"the first is not paid", withOrder(v3CombinedResource(), 0, "trade_state", "PAYERROR"), "PAYERROR", 100, "CNY"},
		{"the second is not paid", withOrder(v3CombinedResource(), 1, "trade_state", "NOTPAY"), "PAYERROR", 100, "CNY"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n := acceptV3(t, newV3Verifier(t), v3Payment(test.resource.json()))
			if n.State != test.state || n.Total != test.total || n.Currency != test.currency || n.OutTradeNo != "C201808222055598628" {
				t.Errorf("got %s, %d %s, %s", n.State, n.Total, n.Currency, n.OutTradeNo)
			}
			if len(n.Orders) != 2 || n.Orders[0].MchID != mchID || n.Orders[0].Total != 30 || n.Orders[0].Attach != "order 0001" ||
				n.Orders[1].MchID != "1900000120" || n.Orders[1].OutTradeNo != "SUB0002" || n.Orders[1].Total != 70 {
				t.Errorf("got %+v", n.Orders)
			}
		})
	}
}
