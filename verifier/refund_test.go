package verifier_test

import (
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

var refundTest = kindTest{
	golden: "refund",
	kind:   verifier.Refund,
	without: map[string]verifier.Reason{
		"refund_id": verifier.MissingField, "out_refund_no": verifier.MissingField, "out_trade_no": verifier.MissingField,
		"transaction_id": verifier.MissingField, "total_fee": verifier.MissingField, "refund_fee": verifier.MissingField,
		"refund_status": verifier.MissingField,
	},
	ids:          []string{"refund_id", "transaction_id"},
	orderNumbers: []string{"out_trade_no", "out_refund_no"},
	time:         "success_time",
	fact: wechatpaytest.Fields{
		"refund_id": "50300103182018082313419046598", "out_refund_no": "R20180823-2", "out_trade_no": "SH2", "transaction_id": "1",
		"total_fee": "1001", "refund_fee": "301", "settlement_total_fee": "901", "settlement_refund_fee": "251", "refund_status": "CHANGE",
		"fee_type": "USD",
	},
	noise: wechatpaytest.Fields{"refund_recv_accout": "支付用户零钱", "refund_account": "x", "refund_request_source": "x", "brand_new": "1"},
}

// judgeRefund verifies the golden refund with its elements changed, and those around them.
func judgeRefund(t testing.TB, change, around func(wechatpaytest.Fields), configs ...func(*verifier.Config)) (verifier.Notification, error) {
	t.Helper()
	fields, _ := goldenFields(t, refundTest.golden)
	if change != nil {
		change(fields)
	}
	envelope := fields.RefundEnvelope(mchID, key)
	if around != nil {
		around(envelope)
	}
	return judge(t, newVerifier(t, configs...), envelope.XML())
}

func TestRefundStates(t *testing.T) {
	tests := []struct {
		status string
		state  string // APIv3's word; none for what APIv2 does not say
	}{
		{"SUCCESS", "SUCCESS"},
		{"CHANGE", "ABNORMAL"},
		{"REFUNDCLOSE", "CLOSED"},
		{"ABNORMAL", ""},
		{"CLOSED", ""},
		{"PROCESSING", ""},
		{"FAIL", ""},
		{"success", ""},
		{"SUCCESS ", ""},
		{"0", ""},
	}
	for _, test := range tests {
		t.Run(test.status, func(t *testing.T) {
			n, err := judgeRefund(t, set("refund_status", test.status), nil)
			if test.state == "" {
				wantReason(t, err, verifier.BadField)
				wantDetail(t, err, "refund_status")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			document := readJSON(t, &n)
			if n.State != test.state || n.EventType != "REFUND."+test.state || document.Resource["refund_status"] != test.state {
				t.Errorf("got %s of %s", n.State, n.EventType)
			}
			if (document.SuccessTime != "") != (test.state == "SUCCESS") || document.CreateTime == "" {
				t.Errorf("success_time %q, create_time %q", document.SuccessTime, document.CreateTime)
			}
		})
	}
}

// Of the 1000 fen of the golden refund, the buyer paid 900; of the 300 that come back, the
// buyer gets 250.
func TestRefundAmounts(t *testing.T) {
	tests := []struct {
		name         string
		field, value string
		amount       string // of the resource; none for a refusal
	}{
		{"as it is", "refund_fee", "300", `{"total":1000,"refund":300,"payer_total":900,"payer_refund":250,"currency":"CNY"}`},
		{"all of it comes back", "refund_fee", "1000", `{"total":1000,"refund":1000,"payer_total":900,"payer_refund":250,"currency":"CNY"}`},
		{"the most that can be paid", "total_fee", "99999999999", `{"total":99999999999,"refund":300,"payer_total":900,"payer_refund":250,"currency":"CNY"}`},
		{"the buyer gets all of the refund", "settlement_refund_fee", "300", `{"total":1000,"refund":300,"payer_total":900,"payer_refund":300,"currency":"CNY"}`},
		{"the buyer gets nothing", "settlement_refund_fee", "0", `{"total":1000,"refund":300,"payer_total":900,"payer_refund":0,"currency":"CNY"}`},
		{"the buyer paid all", "settlement_total_fee", "1000", `{"total":1000,"refund":300,"payer_total":1000,"payer_refund":250,"currency":"CNY"}`},
		{"no amount of the buyer's refund", "settlement_refund_fee", "", `{"total":1000,"refund":300,"payer_total":900,"currency":"CNY"}`},
		{"no amount of the buyer's payment", "settlement_total_fee", "", `{"total":1000,"refund":300,"payer_refund":250,"currency":"CNY"}`},
		{"another currency", "fee_type", "USD", `{"total":1000,"refund":300,"payer_total":900,"payer_refund":250,"currency":"USD"}`},

		{"more comes back than was paid", "refund_fee", "1001", ""},
		{"much more comes back", "refund_fee", "99999999999", ""},
		{"nothing comes back", "refund_fee", "0", ""},
		{"less was paid than comes back", "total_fee", "299", ""},
		{"nothing was paid", "total_fee", "0", ""},
		{"more than can be paid", "total_fee", "100000000000", ""},
		{"the buyer gets more than the refund", "settlement_refund_fee", "301", ""},
		{"leading zero", "refund_fee", "0300", ""},
		{"sign", "refund_fee", "-300", ""},
		{"plus", "refund_fee", "+300", ""},
		{"fraction", "refund_fee", "3.00", ""},
		{"exponent", "refund_fee", "3e2", ""},
		{"blank", "refund_fee", "300 ", ""},
		{"hexadecimal", "refund_fee", "0x12", ""},
		{"text", "refund_fee", "x", ""},
		{"full-width digit", "refund_fee", "３", ""},
		{"leading zero of the total", "total_fee", "01000", ""},
		{"leading zero of a part", "settlement_total_fee", "0900", ""},
		{"text in a part", "settlement_refund_fee", "x", ""},
		{"too much for a part", "settlement_total_fee", "100000000000", ""},
		{"a currency of more letters", "fee_type", "DOLLARS", ""},
		{"a currency in lower case", "fee_type", "cny", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n, err := judgeRefund(t, set(test.field, test.value), nil)
			if test.amount == "" {
				wantReason(t, err, verifier.BadAmount)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if text := string(n.AppendJSON(nil)); !strings.Contains(text, `"amount":`+test.amount+`}`) {
				t.Errorf("want %s in %s", test.amount, text)
			}
		})
	}
}

// A refund of nothing is none, whatever its other amounts.
func TestRefundOfNothing(t *testing.T) {
	_, err := judgeRefund(t, func(f wechatpaytest.Fields) { f["refund_fee"], f["settlement_refund_fee"] = "0", "0" }, nil)
	wantReason(t, err, verifier.BadAmount)
	_, err = judgeRefund(t, func(f wechatpaytest.Fields) {
		f["total_fee"], f["refund_fee"], f["settlement_total_fee"], f["settlement_refund_fee"] = "0", "0", "0", "0"
	}, nil)
	wantReason(t, err, verifier.BadAmount)
}

func TestRefundTimes(t *testing.T) {
	n, err := judgeRefund(t, set("success_time", "2018-08-22 20:56:06"), nil)
	wantReason(t, err, verifier.OK)
	if !n.Time.Equal(paidAt) {
		t.Errorf("got %v", n.Time)
	}
	for _, text := range []string{
		"20180822205606", "2018-08-22T20:56:06+08:00", "2018-08-22", "2018-08-22 20:56", "2018-02-30 20:56:06", "2018-08-22 24:00:00",
		"2018-08-22 20:56:60", "2018-08-22 20:56:06.5", " 2018-08-22 20:56:06", "2018-08-22  0:56:06", "0001-01-01 00:00:00", "1534942566", "x",
	} {
		_, err := judgeRefund(t, set("success_time", text), nil)
		if label(err) != "bad_field" {
			t.Errorf("%q: %s", text, label(err))
		}
	}
}

// A captured refund is of no use later on, whatever is put around it.
func TestOldRefunds(t *testing.T) {
	day := func(config *verifier.Config) {
		config.MaxAge = 24 * time.Hour
		config.Now = func() time.Time { return paidAt.Add(72 * time.Hour) }
	}
	_, err := judgeRefund(t, nil, nil, day)
	wantReason(t, err, verifier.Stale)
	_, err = judgeRefund(t, nil, set("success_time", "2018-08-25 20:56:06"), day)
	wantReason(t, err, verifier.Stale)
	_, err = judgeRefund(t, drop("success_time"), set("success_time", "2018-08-21 20:56:06"), day)
	wantReason(t, err, verifier.OK) // nothing that can be trusted says when
}

// A refund never passes for money that came in.
func TestRefundIsNoPayment(t *testing.T) {
	n, err := judgeRefund(t, func(f wechatpaytest.Fields) {
		f["trade_state"], f["result_code"], f["return_code"], f["attach"] = "SUCCESS", "SUCCESS", "SUCCESS", "x"
	}, nil)
	wantReason(t, err, verifier.OK)
	if n.Kind != verifier.Refund || n.EventType != "REFUND.SUCCESS" || n.ResourceType != "refund" || len(n.Orders) != 0 {
		t.Errorf("got %s of %s for %d orders", n.EventType, n.Kind, len(n.Orders))
	}
	if n.OutTradeNo != "SH201808222055598628" || n.TransactionID != "4200000171201808221550954201" || n.Total != 1000 || n.Currency != "CNY" {
		t.Errorf("got %s, %s, %d %s", n.OutTradeNo, n.TransactionID, n.Total, n.Currency)
	}
}
