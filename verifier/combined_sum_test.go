package verifier_test

import (
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// The whole costs what its orders cost. Of several currencies there is no sum.
func TestCombinedTotal(t *testing.T) {
	tests := []struct {
		name     string
		orders   []string
		total    int64
		currency string
	}{
		{"one order", []string{subOrder()}, 100, "CNY"},
		{"two orders", []string{subOrder(), subOrder("total_fee", `"25"`)}, 125, "CNY"},
		{"fifty orders", strings.SplitAfter(strings.Repeat(subOrder("out_trade_no", `"S"`)+"\n", 50), "\n")[:50], 5000, "CNY"},
		{"as much as can be paid, twice", []string{subOrder("total_fee", "99999999999"), subOrder("total_fee", "99999999999")}, 199999999998, "CNY"},
		{"another currency", []string{subOrder("fee_type", `"USD"`), subOrder("fee_type", `"USD"`)}, 200, "USD"},
		{"two currencies", []string{subOrder("fee_type", `"USD"`), subOrder()}, 0, "XXX"},
		{"two currencies, then the first again", []string{subOrder(), subOrder("fee_type", `"USD"`), subOrder()}, 0, "XXX"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n, err := judgeOrders(t, strings.Join(test.orders, ","))
			wantReason(t, err, verifier.OK)
			if n.Total != test.total || n.Currency != test.currency || len(n.Orders) != len(test.orders) {
				t.Errorf("got %d %s of %d orders", n.Total, n.Currency, len(n.Orders))
			}
		})
	}
}

// Each order is one that an amount guard can look up.
func TestOrdersOfACombinedPayment(t *testing.T) {
	n := judgeGolden(t, "combined")
	want := []verifier.PaidOrder{
		{Order: verifier.Order{MchID: "1900000109", OutTradeNo: "SUB-1", Total: 100, Currency: "CNY"}, Attach: `a"b\订单`},
		{Order: verifier.Order{MchID: "1900000120", OutTradeNo: "SUB-2", Total: 25, Currency: "CNY"}},
	}
	if len(n.Orders) != len(want) || n.OutTradeNo != "C201808222055598628" || n.TransactionID != "" {
		t.Fatalf("got %d orders for %s, %q", len(n.Orders), n.OutTradeNo, n.TransactionID)
	}
	for i, order := range n.Orders {
		if order.Order != want[i].Order || order.Attach != want[i].Attach {
			t.Errorf("got %+v, want %+v", order, want[i])
		}
	}
}

// It happened when the last of its orders was paid.
func TestCombinedTime(t *testing.T) {
	early, late := subOrder("time_end", `"20180822205605"`), subOrder()
	for _, orders := range []string{late, late + "," + early, early + "," + late, subOrder("time_end", "-") + "," + late} {
		n, err := judgeOrders(t, orders)
		wantReason(t, err, verifier.OK)
		if !n.Time.Equal(paidAt) {
			t.Errorf("got %v", n.Time)
		}
	}
	n, err := judgeOrders(t, subOrder("time_end", "-"))
	wantReason(t, err, verifier.OK)
	if !n.Time.IsZero() || readJSON(t, &n).CreateTime != "" {
		t.Errorf("got %v", n.Time)
	}
}

func TestCombinedResults(t *testing.T) {
	for _, value := range []string{"success", "OK", "FAIL ", "0", "USERPAYING"} {
		_, err := combinedTest.judge(t, set("result_code", value))
		wantReason(t, err, verifier.BadField)
	}
	n, err := combinedTest.judge(t, func(f wechatpaytest.Fields) { f["result_code"], f["err_code"] = "FAIL", "SYSTEMERROR" })
	wantReason(t, err, verifier.OK)
	if n.State != "PAYERROR" || n.EventType != "TRANSACTION.FAIL" || readJSON(t, &n).Resource["trade_state_desc"] != "SYSTEMERROR" {
		t.Errorf("got %s of %s: %s", n.State, n.EventType, n.AppendJSON(nil))
	}
	if text := string(n.AppendJSON(nil)); strings.Contains(text, "success_time") || strings.Contains(text, `"trade_state":"SUCCESS"`) {
		t.Errorf("a failed payment says %s", text)
	}
}

// A failed payment that names no amount has none.
func TestFailedCombinedWithoutAmounts(t *testing.T) {
	n, err := judgeOrders(t, subOrder("total_fee", "-", "cash_fee", "-", "transaction_id", "-"), set("result_code", "FAIL"))
	wantReason(t, err, verifier.OK)
	if n.Total != 0 || n.Currency != "" || strings.Contains(string(n.AppendJSON(nil)), `"amount"`) {
		t.Errorf("got %d %q: %s", n.Total, n.Currency, n.AppendJSON(nil))
	}
}

// Whoever changes what was paid for which order changes the content, also where the sum
// stays the same.
func TestCombinedContent(t *testing.T) {
	a, b := subOrder("out_trade_no", `"A"`), subOrder("out_trade_no", `"B"`, "total_fee", "25", "cash_fee", "25")
	n, err := judgeOrders(t, a+","+b)
	wantReason(t, err, verifier.OK)
	tests := []struct{ name, orders string }{
		{"another sum", subOrder("out_trade_no", `"A"`, "total_fee", "101") + "," + b},
		{"amounts swapped", subOrder("out_trade_no", `"A"`, "total_fee", "25") + "," + subOrder("out_trade_no", `"B"`, "cash_fee", "25")},
		{"parts swapped", subOrder("out_trade_no", `"A"`, "cash_fee", "25") + "," + subOrder("out_trade_no", `"B"`, "total_fee", "25")},
		{"another order", subOrder("out_trade_no", `"C"`) + "," + b},
		{"another transaction", subOrder("out_trade_no", `"A"`, "transaction_id", `"1"`) + "," + b},
		{"another merchant", subOrder("out_trade_no", `"A"`, "mch_id", `"1900000120"`) + "," + b},
		{"another currency", subOrder("out_trade_no", `"A"`, "fee_type", `"USD"`) + "," + b},
		{"one order less", a},
		{"one order more", a + "," + b + "," + subOrder("out_trade_no", `"C"`)},
	}
	for _, test := range tests {
		changed, err := judgeOrders(t, test.orders)
		wantReason(t, err, verifier.OK)
		if changed.ID() != n.ID() || contentOf(&changed) == contentOf(&n) {
			t.Errorf("%s goes unnoticed", test.name)
		}
	}
	mixed, err := judgeOrders(t, subOrder()+","+subOrder("fee_type", `"USD"`))
	wantReason(t, err, verifier.OK)
	changed, err := judgeOrders(t, subOrder("total_fee", "999")+","+subOrder("fee_type", `"USD"`))
	wantReason(t, err, verifier.OK)
	if contentOf(&changed) == contentOf(&mixed) {
		t.Error("another amount beside another currency goes unnoticed")
	}
}

// The combining merchant's key signs it, whatever merchants the orders are of.
func TestMerchantOfACombinedPayment(t *testing.T) {
	other := func(config *verifier.Config) {
		config.Merchants = append(config.Merchants, verifier.Merchant{MchID: "1900000110", Keys: []string{strangerKey}})
	}
	n, err := combinedTest.judge(t, nil, other)
	wantReason(t, err, verifier.OK)
	if n.MchID != mchID {
		t.Errorf("it is of %s", n.MchID)
	}
	for _, mchIDs := range [][2]string{{mchID, "1900000110"}, {mchID, ""}, {"", "1900000110"}, {"1900000110", mchID}} {
		n, err := combinedTest.judge(t, func(f wechatpaytest.Fields) { f["mch_id"], f["combine_mch_id"] = mchIDs[0], mchIDs[1] }, other)
		if err == nil {
			t.Errorf("mch_id %q and combine_mch_id %q: it is of %s", mchIDs[0], mchIDs[1], n.MchID)
		}
	}
}

// An order's attach may read like anything, as that of a payment may.
func TestSubOrderAttachMayReadLikeFields(t *testing.T) {
	for _, attach := range []string{"a&b=c", "uid=1&version=2&time_stamp=3", "&appid=wxd930ea5d5a258f4f&mch_id=1"} {
		n, err := judgeOrders(t, subOrder("attach", `"`+attach+`"`))
		wantReason(t, err, verifier.OK)
		if err == nil && n.Orders[0].Attach != attach {
			t.Errorf("got %q, want %q", n.Orders[0].Attach, attach)
		}
	}
}
