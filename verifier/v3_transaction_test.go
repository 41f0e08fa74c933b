package verifier_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// memberTest is one member of a plaintext with another value than usual.
type memberTest struct {
	path  string
	value any
	want  verifier.Reason
}

// name says which value.
func (m memberTest) name() string {
	if m.value == absent {
		return m.path + " absent"
	}
	value, _ := json.Marshal(m.value)
	return m.path + " " + string(value)
}

// testMembers judges a plaintext with one member changed at a time.
func testMembers(t *testing.T, base members, event func(members) v3Event, tests []memberTest) {
	t.Helper()
	v := newV3Verifier(t)
	for _, test := range tests {
		t.Run(test.name(), func(t *testing.T) {
			e := event(base.with(test.path, test.value))
			n, err := judgeV3(t, v, e)
			wantReason(t, err, test.want)
			if err == nil {
				wantPlaintextForwarded(t, &n, e)
			}
		})
	}
}

func TestV3TransactionMembers(t *testing.T) {
	long := strings.Repeat("0", 64)
	testMembers(t, v3Transaction(), asPayment, []memberTest{
		{"appid", absent, verifier.MissingField},
		{"appid", "", verifier.MissingField},
		{"appid", nil, verifier.MissingField},
		{"appid", 1, verifier.BadField},
		{"mchid", absent, verifier.MissingField},
		{"mchid", "", verifier.MissingField},
		{"mchid", 1900000109, verifier.BadField},
		{"mchid", otherMchID, verifier.UnknownMerchant},
		{"mchid", mchID + " ", verifier.UnknownMerchant},
		{"mchid", "0" + mchID, verifier.UnknownMerchant},
		{"sp_mchid", otherMchID, verifier.UnknownMerchant}, // then mchid is not whom it is for
		{"sp_mchid", mchID, verifier.OK},
		{"out_trade_no", absent, verifier.MissingField},
		{"out_trade_no", "", verifier.MissingField},
		{"out_trade_no", nil, verifier.MissingField},
		{"out_trade_no", long, verifier.OK},
		{"out_trade_no", long + "0", verifier.BadField},
		{"out_trade_no", "a_|*@-Z", verifier.OK},
		{"out_trade_no", "a b", verifier.BadField},
		{"out_trade_no", "订单", verifier.BadField},
		{"out_trade_no", "../1", verifier.BadField},
		{"out_trade_no", 20180822, verifier.BadField},
		{"transaction_id", absent, verifier.MissingField},
		{"transaction_id", "", verifier.MissingField},
		{"transaction_id", long + "0", verifier.BadField},
		{"transaction_id", "1\n2", verifier.BadField},
		{"transaction_id", raw("4200000171201808221550954201"), verifier.BadField},
		{"trade_state", absent, verifier.MissingField},
		{"trade_state", "", verifier.MissingField},
		{"trade_state", "SUCCESS ", verifier.BadField},
		{"trade_state", "成功", verifier.BadField},
		{"trade_state", true, verifier.BadField},
		{"trade_state", "success", verifier.OK}, // not a payment that took place, but known to the upstream as it is
		{"trade_type", absent, verifier.OK},
		{"trade_type", "NEW", verifier.OK},
		{"trade_type", 1, verifier.BadField},
		{"bank_type", absent, verifier.OK},
		{"attach", absent, verifier.OK},
		{"attach", "", verifier.OK},
		{"attach", "a\"b\\c</script>&amp;\n\u2028😀", verifier.OK},
		{"attach", members{"a": 1}, verifier.BadField},
		{"success_time", absent, verifier.OK},
		{"payer", absent, verifier.OK},
		{"promotion_detail", []members{{"coupon_id": "109519", "amount": 5, "type": "NOCASH"}}, verifier.OK},
		{"promotion_detail", []members{}, verifier.OK},
		{"brand_new", members{"huge": raw("1e400"), "precise": raw("0.10000000000000000001"), "null": nil}, verifier.OK},
	})
}

// What did not come about need not say what it would have been.
func TestV3FailedTransactionMembers(t *testing.T) {
	testMembers(t, v3FailedTransaction(), asFailure, []memberTest{
		{"transaction_id", "", verifier.OK},
		{"transaction_id", "4200000171201808221550954201", verifier.OK},
		{"transaction_id", "1 2", verifier.BadField},
		{"appid", absent, verifier.OK},
		{"amount", absent, verifier.OK},
		{"amount", nil, verifier.OK},
		{"amount.total", absent, verifier.OK},
		{"amount.total", -1, verifier.BadAmount},
		{"mchid", absent, verifier.MissingField},
		{"out_trade_no", absent, verifier.MissingField},
		{"trade_state", absent, verifier.MissingField},
		{"trade_state", "CLOSED", verifier.OK},
		// An event of failure does not make a payment of it that took place less demanding.
		{"trade_state", "SUCCESS", verifier.MissingField},
	})
}

// amountTests hold for every amount that may be 0.
func amountTests(path string) []memberTest {
	return []memberTest{
		{path, 0, verifier.OK},
		{path, 1, verifier.OK},
		{path, raw("99999999999"), verifier.OK},
		{path, raw("100000000000"), verifier.BadAmount},
		{path, raw("9223372036854775807"), verifier.BadAmount},
		{path, raw("9223372036854775808"), verifier.BadAmount},
		{path, raw("18446744073709551617"), verifier.BadAmount},
		{path, raw("1e400"), verifier.BadAmount},
		{path, -1, verifier.BadAmount},
		{path, raw("1.0"), verifier.BadAmount},
		{path, raw("0.5"), verifier.BadAmount},
		{path, raw("1e0"), verifier.BadAmount},
		{path, raw("1E2"), verifier.BadAmount},
		{path, "1", verifier.BadAmount},
		{path, "", verifier.BadAmount},
		{path, true, verifier.BadAmount},
		{path, []int{1}, verifier.BadAmount},
		{path, members{}, verifier.BadAmount},
	}
}

func TestV3Amounts(t *testing.T) {
	testMembers(t, v3Transaction(), asPayment, append(amountTests("amount.payer_total"), []memberTest{
		{"amount.payer_total", absent, verifier.OK},
		{"amount.payer_total", nil, verifier.OK},
		{"amount.total", 1, verifier.OK},
		{"amount.total", raw("99999999999"), verifier.OK},
		{"amount.total", 0, verifier.BadAmount},
		{"amount.total", raw("-0"), verifier.BadAmount},
		{"amount.total", absent, verifier.MissingField},
		{"amount.total", nil, verifier.MissingField},
		{"amount.total", raw("1.0"), verifier.BadAmount},
		{"amount.total", raw("100000000000"), verifier.BadAmount},
		{"amount.total", -1, verifier.BadAmount},
		{"amount.total", "1", verifier.BadAmount},
		{"amount", absent, verifier.MissingField},
		{"amount", nil, verifier.MissingField},
		{"amount", members{}, verifier.MissingField},
		{"amount", 1, verifier.BadAmount},
		{"amount", []int{1}, verifier.BadAmount},
		{"amount.currency", "USD", verifier.OK},
		{"amount.currency", absent, verifier.OK},
		{"amount.currency", "", verifier.OK},
		{"amount.currency", "usd", verifier.BadAmount},
		{"amount.currency", "CN", verifier.BadAmount},
		{"amount.currency", "CNY ", verifier.BadAmount},
		{"amount.currency", "人民币", verifier.BadAmount},
		{"amount.currency", 156, verifier.BadAmount},
		{"amount.exchange_rate", members{"type": "SETTLEMENT_RATE", "rate": 650000000}, verifier.OK},
	}...))
}

// What the edge itself looks at is what the upstream reads.
func TestV3TransactionFacts(t *testing.T) {
	tests := []struct {
		name     string
		resource members
		total    int64
		currency string
		attach   string
	}{
		{"as it is", v3Transaction(), 1, "CNY", "test"},
		{"another amount", v3Transaction().with("amount.total", raw("99999999999")), 99_999_999_999, "CNY", "test"},
		{"what was paid is not what it costs", v3Transaction().with("amount.total", 100).with("amount.payer_total", 7), 100, "CNY", "test"},
		{"another currency", v3Transaction().with("amount.currency", "HKD"), 1, "HKD", "test"},
		{"no currency", v3Transaction().with("amount.currency", absent), 1, "CNY", "test"},
		{"no attach", v3Transaction().with("attach", absent), 1, "CNY", ""},
		{"attach with escapes", v3Transaction().with("attach", raw(`"\u005b\ud83d\ude00\"\/"`)), 1, "CNY", "[😀\"/"},
		{"no amount", v3FailedTransaction().with("amount", absent), 0, "", "test"},
		{"of a service provider", v3PartnerTransaction(), 1, "CNY", "test"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n := acceptV3(t, newV3Verifier(t), v3Payment(test.resource.json()))
			want := verifier.Order{MchID: mchID, OutTradeNo: "SH201808222055598628", Total: test.total, Currency: test.currency}
			if len(n.Orders) != 1 || n.Orders[0].Order != want || n.Orders[0].Attach != test.attach {
				t.Errorf("got %+v", n.Orders)
			}
			if n.Total != test.total || n.Currency != test.currency || n.OutTradeNo != want.OutTradeNo {
				t.Errorf("got %d %q, %s", n.Total, n.Currency, n.OutTradeNo)
			}
			wantWarning(t, &n, "")
		})
	}
}
