package verifier_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

var combinedTest = kindTest{
	golden: "combined",
	kind:   verifier.Combined,
	without: map[string]verifier.Reason{
		"combine_mch_id": verifier.UnknownMerchant, "combine_appid": verifier.MissingField, "combine_out_trade_no": verifier.MissingField,
		"sub_order_list": verifier.MissingField, "return_code": verifier.MissingField, "result_code": verifier.MissingField,
	},
	ids:          []string{"combine_appid"},
	orderNumbers: []string{"combine_out_trade_no"},
	codes:        []string{"return_code"},
	time:         "sub_order_list",
	appID:        "combine_appid",
	fact:         wechatpaytest.Fields{"combine_out_trade_no": "C2", "combine_appid": "wx2", "result_code": "FAIL"},
	noise:        wechatpaytest.Fields{"nonce_str": "x", "bank_type": "OTHERS", "device_info": "x", "return_msg": "x", "brand_new": "1"},
}

// judgeOrders verifies the golden combined payment with other orders, as JSON text.
func judgeOrders(t testing.TB, orders string, changes ...func(wechatpaytest.Fields)) (verifier.Notification, error) {
	t.Helper()
	return combinedTest.judge(t, func(f wechatpaytest.Fields) {
		f["sub_order_list"] = `{"order_num":1,"order_list":[` + orders + `]}`
		for _, change := range changes {
			change(f)
		}
	})
}

// subOrder returns one order of 100 fen. What is in change, as JSON, takes the place of the
// members of the same names; the value "-" takes one away.
func subOrder(change ...string) string {
	members := [][2]string{
		{"mch_id", `"1900000109"`}, {"out_trade_no", `"SUB-1"`}, {"transaction_id", `"4200000171201808221550954201"`},
		{"total_fee", `100`}, {"cash_fee", `90`}, {"time_end", `"20180822205606"`},
	}
	var text []string
	for i := 0; i < len(change); i += 2 {
		if change[i+1] != "-" {
			text = append(text, fmt.Sprintf("%q:%s", change[i], change[i+1]))
		}
	}
	for _, member := range members {
		changed := false
		for i := 0; i < len(change); i += 2 {
			changed = changed || change[i] == member[0]
		}
		if !changed {
			text = append(text, fmt.Sprintf("%q:%s", member[0], member[1]))
		}
	}
	return "{" + strings.Join(text, ",") + "}"
}

func TestSubOrders(t *testing.T) {
	tests := []struct {
		name   string
		change []string
		paid   verifier.Reason // when the payment came about
		failed verifier.Reason // when it did not
	}{
		{"as it is", nil, verifier.OK, verifier.OK},
		{"numbers in quotes", []string{"total_fee", `"100"`, "cash_fee", `"90"`}, verifier.OK, verifier.OK},
		{"merchant as a number", []string{"mch_id", `1900000109`}, verifier.OK, verifier.OK},
		{"without cash_fee", []string{"cash_fee", "-"}, verifier.OK, verifier.OK},
		{"without time_end", []string{"time_end", "-"}, verifier.OK, verifier.OK},
		{"empty and null members", []string{"attach", `""`, "cash_fee", "null", "time_end", `""`}, verifier.OK, verifier.OK},
		{"members that nobody knows", []string{"brand_new", `{"a":[1]}`}, verifier.OK, verifier.OK},
		{"nothing paid in cash", []string{"cash_fee", "0"}, verifier.OK, verifier.OK},
		{"another currency", []string{"fee_type", `"USD"`, "cash_fee_type", `"HKD"`}, verifier.OK, verifier.OK},
		{"all characters of an order number", []string{"out_trade_no", `"a|*@_-1"`}, verifier.OK, verifier.OK},
		{"the most that can be paid", []string{"total_fee", `99999999999`}, verifier.OK, verifier.OK},

		{"without merchant", []string{"mch_id", "-"}, verifier.MissingField, verifier.MissingField},
		{"without order number", []string{"out_trade_no", "-"}, verifier.MissingField, verifier.MissingField},
		{"without transaction", []string{"transaction_id", "-"}, verifier.MissingField, verifier.OK},
		{"without amount", []string{"total_fee", "-"}, verifier.MissingField, verifier.OK},
		{"amount null", []string{"total_fee", "null"}, verifier.MissingField, verifier.OK},
		{"amount empty", []string{"total_fee", `""`}, verifier.MissingField, verifier.OK},

		{"amount 0", []string{"total_fee", "0"}, verifier.BadAmount, verifier.BadAmount},
		{"negative amount", []string{"total_fee", "-100"}, verifier.BadAmount, verifier.BadAmount},
		{"fraction", []string{"total_fee", "1.00"}, verifier.BadAmount, verifier.BadAmount},
		{"exponent", []string{"total_fee", "1e2"}, verifier.BadAmount, verifier.BadAmount},
		{"leading zero in quotes", []string{"total_fee", `"0100"`}, verifier.BadAmount, verifier.BadAmount},
		{"blank in quotes", []string{"total_fee", `" 100"`}, verifier.BadAmount, verifier.BadAmount},
		{"true", []string{"total_fee", "true"}, verifier.BadAmount, verifier.BadAmount},
		{"list of amounts", []string{"total_fee", "[100]"}, verifier.BadAmount, verifier.BadAmount},
		{"more than can be paid", []string{"total_fee", "100000000000"}, verifier.BadAmount, verifier.BadAmount},
		{"more than a machine can count", []string{"total_fee", "99999999999999999999999999"}, verifier.BadAmount, verifier.BadAmount},
		{"negative part", []string{"cash_fee", "-1"}, verifier.BadAmount, verifier.BadAmount},
		{"text in a part", []string{"cash_fee", `"x"`}, verifier.BadAmount, verifier.BadAmount},
		{"no currency", []string{"fee_type", `"dollars"`}, verifier.BadAmount, verifier.BadAmount},
		{"currency that is a number", []string{"cash_fee_type", `156`}, verifier.BadAmount, verifier.BadAmount},

		{"merchant of no known form", []string{"mch_id", `"1 2"`}, verifier.BadField, verifier.BadField},
		{"merchant that is an object", []string{"mch_id", `{}`}, verifier.BadField, verifier.BadField},
		{"order number of no known form", []string{"out_trade_no", `"a b"`}, verifier.BadField, verifier.BadField},
		{"order number with a NUL", []string{"out_trade_no", `"a\u0000b"`}, verifier.BadField, verifier.BadField},
		{"transaction of no known form", []string{"transaction_id", `"1:2"`}, verifier.BadField, verifier.BadField},
		{"time of no known form", []string{"time_end", `"2018-08-22"`}, verifier.BadField, verifier.BadField},
		{"time that is none", []string{"time_end", `"20180230205606"`}, verifier.BadField, verifier.BadField},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := judgeOrders(t, subOrder(test.change...))
			wantReason(t, err, test.paid)
			_, err = judgeOrders(t, subOrder(test.change...), set("result_code", "FAIL"))
			wantReason(t, err, test.failed)
			// The second of two orders is held to the same.
			_, err = judgeOrders(t, subOrder()+","+subOrder(test.change...))
			wantReason(t, err, test.paid)
		})
	}
}

func TestSubOrderLists(t *testing.T) {
	tests := []struct {
		name         string
		list         string
		paid, failed verifier.Reason
	}{
		{"one order", `{"order_num":1,"order_list":[` + subOrder() + `]}`, verifier.OK, verifier.OK},
		{"blanks", " {\n\"order_list\" : [ " + subOrder() + " ] } ", verifier.OK, verifier.OK},
		{"a wrong number of orders", `{"order_num":7,"order_list":[` + subOrder() + `]}`, verifier.OK, verifier.OK},
		{"no order", `{"order_num":0,"order_list":[]}`, verifier.BadField, verifier.OK},
		{"no list", `{"order_num":1}`, verifier.BadField, verifier.OK},
		{"null", `null`, verifier.BadField, verifier.OK},
		{"absent", ``, verifier.MissingField, verifier.OK},
		{"a list without its object", `[` + subOrder() + `]`, verifier.BadField, verifier.BadField},
		{"an object in place of the list", `{"order_list":` + subOrder() + `}`, verifier.BadField, verifier.BadField},
		{"a text in place of the list", `{"order_list":"x"}`, verifier.BadField, verifier.BadField},
		{"a text in place of an order", `{"order_list":["x"]}`, verifier.BadField, verifier.BadField},
		{"null in place of an order", `{"order_list":[null]}`, verifier.MissingField, verifier.MissingField},
		{"an empty order", `{"order_list":[{}]}`, verifier.MissingField, verifier.MissingField},
		{"cut off", `{"order_list":[` + subOrder(), verifier.BadField, verifier.BadField},
		{"something after it", `{"order_list":[` + subOrder() + `]}&x=1`, verifier.BadField, verifier.BadField},
		{"two lists", `{"order_list":[` + subOrder() + `]}{"order_list":[]}`, verifier.BadField, verifier.BadField},
		{"XML", "<order_list/>", verifier.BadField, verifier.BadField},
		{"text", "x", verifier.BadField, verifier.BadField},
		{"a blank", " ", verifier.BadField, verifier.BadField},
		{"the list twice", `{"order_list":[` + subOrder() + `],"order_list":[` + subOrder("total_fee", "1") + `]}`, verifier.BadField, verifier.BadField},
		{"an amount twice", `{"order_list":[{"total_fee":1,` + subOrder()[1:] + `]}`, verifier.BadField, verifier.BadField},
		{"an order number twice", `{"order_list":[` + strings.TrimSuffix(subOrder(), "}") + `,"out_trade_no":"x"}]}`, verifier.BadField, verifier.BadField},
		{"the list in upper case", `{"ORDER_LIST":[` + subOrder() + `]}`, verifier.BadField, verifier.OK},
		{"an amount in upper case", `{"order_list":[` + subOrder("total_fee", "-", "Total_Fee", "1") + `]}`, verifier.MissingField, verifier.OK},
		{"deeply nested", strings.Repeat(`{"order_list":[`, 20000), verifier.BadField, verifier.BadField},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := combinedTest.judge(t, set("sub_order_list", test.list))
			wantReason(t, err, test.paid)
			_, err = combinedTest.judge(t, func(f wechatpaytest.Fields) { f["sub_order_list"], f["result_code"] = test.list, "FAIL" })
			wantReason(t, err, test.failed)
		})
	}
}
