package integration

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// sealedOrder is the attach of an order of 1 fen, as the shop of merchant made it.
func sealedOrder(secret, text, merchant, outTradeNo string, total int) string {
	return seal(secret, text, wechatpaytest.Fields{
		"mch_id": merchant, "out_trade_no": outTradeNo, "total_fee": strconv.Itoa(total), "fee_type": "CNY",
	})
}

var v3AmountMismatch = verdict{"amount_mismatch", 409, failJSON("the amount is not that of the order")}

// attachOf is the attach that the app gets.
func attachOf(t *testing.T, e *edge) any {
	t.Helper()
	var got document
	if err := json.Unmarshal([]byte(e.upstream.one(t).body), &got); err != nil {
		t.Fatal(err)
	}
	return got.Resource["attach"]
}

// A payment by APIv3 is guarded as one by APIv2 is.
func TestAttachGuardOfAPIv3(t *testing.T) {
	e := start(t, gateOfBoth(t, guardAttach(t))+proxy)
	with := func(attach any, total int) note {
		return v3Note(changed(wechatpaytest.V3Transaction(mchID), func(members object) {
			members["out_trade_no"], members["amount"].(object)["total"] = "ORDER-1", total
			members["attach"] = attach
			if attach == nil {
				delete(members, "attach")
			}
		}))
	}
	ok := verdict{"ok", 200, successJSON}
	for rule, row := range map[string]struct {
		note
		want   verdict
		attach any
	}{
		"sealed":                   {with(sealedOrder(attachSecret, "uid=7", mchID, "ORDER-1", 1), 1), ok, "uid=7"},
		"sealed with the previous": {with(sealedOrder(previousSecret, `{"店":"7"}`, mchID, "ORDER-1", 1), 1), ok, `{"店":"7"}`},
		"nothing but the MAC":      {with(sealedOrder(attachSecret, "", mchID, "ORDER-1", 1), 1), ok, nil},
		"of another amount":        {with(sealedOrder(attachSecret, "uid=7", mchID, "ORDER-1", 100), 1), v3AmountMismatch, nil},
		"of another order":         {with(sealedOrder(attachSecret, "uid=7", mchID, "ORDER-2", 1), 1), v3AmountMismatch, nil},
		"of another merchant":      {with(sealedOrder(attachSecret, "uid=7", strictMchID, "ORDER-1", 1), 1), v3AmountMismatch, nil},
		"of another secret":        {with(sealedOrder("somebody's secret 0123456789", "uid=7", mchID, "ORDER-1", 1), 1), v3AmountMismatch, nil},
		"not sealed":               {with("uid=7", 1), v3AmountMismatch, nil},
		"no attach":                {with(nil, 1), v3AmountMismatch, nil},
	} {
		t.Run(rule, func(t *testing.T) {
			e.t = t
			if row.want.status != 200 {
				wantNote(t, e, row.note, row.want, 0)
				return
			}
			wantNote(t, e, row.note, row.want, 1)
			if got := attachOf(t, e); got != row.attach {
				t.Errorf("attach is %v, want %v", got, row.attach)
			}
		})
	}
}

// combinedOrders is a combined payment of two orders with these attaches, by either API.
func combinedOrders(first, second string) (v2, v3 note) {
	fields := wechatpaytest.Combined(mchID)
	order := func(number, merchant, attach string, total int) object {
		return object{"mch_id": merchant, "out_trade_no": number, "transaction_id": "T" + number, "total_fee": total, "cash_fee": total, "attach": attach}
	}
	list, err := json.Marshal(object{"order_num": 2, "order_list": []object{order("A1", mchID, first, 1), order("B2", strictMchID, second, 25)}})
	if err != nil {
		panic(err) // it is of this test's
	}
	v3Order := func(number, merchant, attach string, total int) object {
		return object{
			"mchid": merchant, "out_trade_no": number, "transaction_id": "T" + number, "trade_state": "SUCCESS", "attach": attach,
			"amount": object{"total_amount": total, "currency": "CNY", "payer_amount": total, "payer_currency": "CNY"},
		}
	}
	event := withResource(wechatpaytest.Event{EventType: "TRANSACTION.SUCCESS", OriginalType: "transaction", Created: time.Now()}, object{
		"combine_appid": "wx2421b1c4370ec43b", "combine_mchid": mchID, "combine_out_trade_no": "C1",
		"sub_orders": []object{v3Order("A1", mchID, first, 1), v3Order("B2", strictMchID, second, 25)},
	})
	return note{body: hmacSigned(fields.With("sub_order_list", string(list)))}, v3Note(event)
}

// Of a combined payment, every order needs a MAC of its own: the sum says nothing about
// the parts.
func TestAttachGuardOfCombinedPayments(t *testing.T) {
	e := start(t, gateOfBoth(t, guardAttach(t))+proxy)
	a := sealedOrder(attachSecret, "a", mchID, "A1", 1)
	b := sealedOrder(previousSecret, "b", strictMchID, "B2", 25)
	for rule, row := range map[string]struct {
		first, second string
		ok            bool
	}{
		"both sealed":           {a, b, true},
		"the second not sealed": {a, "b", false},
		"the first not sealed":  {"a", b, false},
		"the second without":    {a, "", false},
		"one for both":          {a, a, false},
		"one for the other":     {b, a, false},
		"a MAC over the sum":    {sealedOrder(attachSecret, "a", mchID, "C1", 26), sealedOrder(attachSecret, "b", mchID, "C1", 26), false},
		"of the payer's":        {a, sealedOrder(attachSecret, "b", mchID, "B2", 25), false}, // not of the order's merchant
	} {
		t.Run(rule, func(t *testing.T) {
			e.t = t
			v2, v3 := combinedOrders(row.first, row.second)
			if !row.ok {
				wantNote(t, e, v2, amountMismatch, 0)
				wantNote(t, e, v3, v3AmountMismatch, 0)
				return
			}
			for n, want := range map[*note]verdict{&v2: yes, &v3: {"ok", 200, successJSON}} {
				wantNote(t, e, *n, want, 1)
				var got struct {
					Resource struct {
						Orders []struct {
							Attach string `json:"attach"`
						} `json:"sub_orders"`
					} `json:"resource"`
				}
				if err := json.Unmarshal([]byte(e.upstream.one(t).body), &got); err != nil {
					t.Fatal(err)
				}
				if orders := got.Resource.Orders; len(orders) != 2 || orders[0].Attach != "a" || orders[1].Attach != "b" {
					t.Errorf("the app gets %v, want the attaches without their MACs", orders)
				}
			}
		})
	}
}

// Only money that comes in is guarded.
func TestGuardsLetOtherKindsPass(t *testing.T) {
	shop := newShop(t)
	for rule, guard := range map[string]string{"attach": guardAttach(t), "lookup": guardLookup} {
		e := start(t, gateOfBoth(t, guard)+proxy)
		shop.answers(says(200, `{"total":0}`))
		for _, row := range []kindRow{
			refundRow(), contractRow(), plateRow(), riskRow(), payScoreRow(), v3RefundRow(), v3ProfitSharingRow(),
			otherRow("PAYSCORE.USER_PAID", "payscore", `{"out_trade_no":"1","attach":"x","amount":{"total":1}}`),
		} {
			t.Run(rule+"/"+row.name, func(t *testing.T) {
				e.t = t
				wantNote(t, e, row.note, row.ofVersion("ok", 200, ""), 1)
			})
		}
		shop.wantQuestions(t, 0)
		for _, row := range []kindRow{paymentRow(), deductionRow(), combinedRow(), v3PaymentRow(), v3DeductionRow(), v3CombinedRow()} {
			t.Run(rule+"/"+row.name, func(t *testing.T) {
				e.t = t
				wantNote(t, e, row.note, row.ofVersion("amount_mismatch", 409, "the amount is not that of the order"), 0)
			})
		}
	}
}

// The shop is asked about a combined payment as a whole, and about the order number and
// amount of APIv3.
func TestLookupGuardOfKinds(t *testing.T) {
	shop := newShop(t)
	e := start(t, gateOfBoth(t, guardLookup)+proxy)
	for _, row := range []kindRow{v3PaymentRow(), combinedRow(), v3CombinedRow()} {
		t.Run(row.name, func(t *testing.T) {
			e.t = t
			shop.answers(says(200, `{"total":`+strconv.FormatFloat(row.total, 'f', 0, 64)+`,"currency":"CNY"}`))
			wantNote(t, e, row.note, row.ofVersion("ok", 200, ""), 1)
			questions := shop.questions()
			if len(questions) != 1 || questions[0].URL.Path != "/orders/"+row.outTradeNo {
				t.Errorf("the shop was asked %v, want once for %s", questions, row.outTradeNo)
			}
			shop.answers(says(200, `{"total":`+strconv.FormatFloat(row.total, 'f', 0, 64)+`,"currency":"HKD"}`))
			wantNote(t, e, row.again(), row.ofVersion("amount_mismatch", 409, "the amount is not that of the order"), 0)
			shop.answers(says(404, ""))
			wantNote(t, e, row.again(), row.ofVersion("unknown_order", 404, "the order is not known yet"), 0)
		})
	}
}
