package verifier_test

import (
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

func TestV3Kinds(t *testing.T) {
	refund := v3RefundResource()
	unpaid := withOrder(withOrder(v3CombinedResource(), 1, "trade_state", "PAYERROR"), 1, "transaction_id", absent)
	const noticeID = ":" + mchID + ":" + v3NotificationID + ":"
	tests := []struct {
		name                string
		event, originalType string
		resource            members
		kind                verifier.Kind
		id                  string
	}{
		{"payment", "TRANSACTION.SUCCESS", "transaction", v3Transaction(),
			verifier.Payment, "transaction:1900000109:4200000171201808221550954201:SUCCESS"},
		{"payment of a service provider", "TRANSACTION.SUCCESS", "transaction", v3PartnerTransaction(),
			verifier.Payment, "transaction:1900000109:4200000171201808221550954201:SUCCESS"},
		{"failed payment", "TRANSACTION.FAIL", "transaction", v3FailedTransaction(),
			verifier.Payment, "transaction:1900000109:SH201808222055598628:PAYERROR"},
		{"payment that was refunded since", "TRANSACTION.SUCCESS", "transaction", v3Transaction().with("trade_state", "REFUND"),
			verifier.Payment, "transaction:1900000109:4200000171201808221550954201:REFUND"},
		{"deduction by its trade_type", "TRANSACTION.SUCCESS", "transaction", v3Transaction().with("trade_type", "PAP"),
			verifier.Deduction, "transaction:1900000109:4200000171201808221550954201:SUCCESS"},
		{"deduction by its contract_id", "TRANSACTION.FAIL", "transaction", v3FailedTransaction().with("contract_id", "1"),
			verifier.Deduction, "transaction:1900000109:SH201808222055598628:PAYERROR"},
		{"combined payment", "TRANSACTION.SUCCESS", "transaction", v3CombinedResource(),
			verifier.Combined, "combine_transaction:1900000109:C201808222055598628:SUCCESS"},
		{"combined payment of which one order is not paid", "TRANSACTION.SUCCESS", "transaction", unpaid,
			verifier.Combined, "combine_transaction:1900000109:C201808222055598628:PAYERROR"},

		{"refund", "REFUND.SUCCESS", "refund", refund, verifier.Refund, "refund:1900000109:50300806962018082319009530416:SUCCESS"},
		{"abnormal refund", "REFUND.ABNORMAL", "refund", refund.with("refund_status", "ABNORMAL"),
			verifier.Refund, "refund:1900000109:50300806962018082319009530416:ABNORMAL"},
		{"closed refund", "REFUND.CLOSED", "refund", refund.with("refund_status", "CLOSED").with("success_time", absent),
			verifier.Refund, "refund:1900000109:50300806962018082319009530416:CLOSED"},
		{"refund of a service provider", "REFUND.SUCCESS", "refund", v3PartnerRefund(),
			verifier.Refund, "refund:1900000109:50300806962018082319009530416:SUCCESS"},

		{"a share that looks like a payment", "TRANSACTION.SUCCESS", "profitsharing", v3ProfitSharing(),
			verifier.ProfitSharing, "profitsharing:1900000109:3008450740201411110007820472:TRANSACTION.SUCCESS"},
		{"a share under its own name", "PROFITSHARING.SUCCESS", "profitsharing", v3ProfitSharing(),
			verifier.ProfitSharing, "profitsharing:1900000109:3008450740201411110007820472:PROFITSHARING.SUCCESS"},
		{"a share given back", "PROFITSHARING.RETURN", "profitsharing", v3ProfitSharing().with("order_id", "3009"),
			verifier.ProfitSharing, "profitsharing:1900000109:3009:PROFITSHARING.RETURN"},
		{"a share without order_id", "PROFITSHARING.SUCCESS", "profitsharing", v3ProfitSharing().with("order_id", absent),
			verifier.ProfitSharing, "profitsharing" + noticeID + "PROFITSHARING.SUCCESS"},
		{"a share with all that a payment has", "TRANSACTION.SUCCESS", "profitsharing", v3Transaction(),
			verifier.ProfitSharing, "profitsharing" + noticeID + "TRANSACTION.SUCCESS"},

		{"PayScore", "PAYSCORE.USER_PAID", "payscore", members{"out_order_no": "1", "state": "DOING"},
			verifier.Other, "payscore" + noticeID + "PAYSCORE.USER_PAID"},
		{"a transfer", "MCHTRANSFER.BILL.FINISHED", "mch_payment", members{"out_bill_no": "1", "state": "SUCCESS"},
			verifier.Other, "mch_payment" + noticeID + "MCHTRANSFER.BILL.FINISHED"},
		{"a long name", "BRAND_MEMBER_CARD_SP.POINT_EXCHANGE_COUPON", "member_card", members{"a": 1},
			verifier.Other, "member_card" + noticeID + "BRAND_MEMBER_CARD_SP.POINT_EXCHANGE_COUPON"},
		{"a contract", "PAPAY.SIGN", "contract", members{"contract_id": "1", "mchid": "1900000999"},
			verifier.Other, "contract" + noticeID + "PAPAY.SIGN"},
		{"an event of tomorrow", "BRAND.NEW-2030", "brand:new", members{},
			verifier.Other, "brand%3Anew" + noticeID + "BRAND.NEW-2030"},
		{"another event on a payment", "TRANSACTION.PAY_BACK", "transaction", v3Transaction(),
			verifier.Other, "transaction" + noticeID + "TRANSACTION.PAY_BACK"},
		{"another event on a combined payment", "TRANSACTION.PAY_BACK", "transaction", v3CombinedResource(),
			verifier.Other, "transaction" + noticeID + "TRANSACTION.PAY_BACK"},
		{"another event on a refund", "REFUND.PROCESSING", "refund", refund,
			verifier.Other, "refund" + noticeID + "REFUND.PROCESSING"},
		{"a refund's event on a payment", "REFUND.SUCCESS", "transaction", v3Transaction(),
			verifier.Other, "transaction" + noticeID + "REFUND.SUCCESS"},
		{"a payment's event on a refund", "TRANSACTION.SUCCESS", "refund", refund,
			verifier.Other, "refund" + noticeID + "TRANSACTION.SUCCESS"},
		{"a payment's event on something else", "TRANSACTION.SUCCESS", "Transaction", v3Transaction(),
			verifier.Other, "Transaction" + noticeID + "TRANSACTION.SUCCESS"},
	}
	v := newV3Verifier(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := v3Event{eventType: test.event, originalType: test.originalType, plaintext: test.resource.json()}
			n := acceptV3(t, v, e)
			if n.Kind != test.kind || n.ID() != test.id || n.EventType != test.event || n.MchID != mchID || n.NotificationID != v3NotificationID {
				t.Errorf("got %s %s %s %s %s", n.Kind, n.ID(), n.EventType, n.MchID, n.NotificationID)
			}
			if resourceType, _, _ := strings.Cut(test.id, ":"); n.ResourceType != strings.ReplaceAll(resourceType, "%3A", ":") {
				t.Errorf("resource_type is %s", n.ResourceType)
			}
			if n.Answer() != verifier.Ack {
				t.Errorf("answered with %d", n.Answer())
			}
			wantPlaintextForwarded(t, &n, e)
		})
	}
}

// wantPlaintextForwarded demands that the upstream gets what was encrypted, byte for byte,
// in an envelope that says where it comes from.
func wantPlaintextForwarded(t testing.TB, n *verifier.Notification, e v3Event) {
	t.Helper()
	create := `","create_time":"2018-08-22T20:56:07+08:00","resource_type":"` + n.ResourceType
	want := `{"id":"` + n.ID() + `","event_type":"` + e.eventType + create + `","api_version":"v3","authenticity":"RSA","notification_id":"` +
		v3NotificationID + `","resource":` + e.plaintext + "}"
	if got := string(n.AppendJSON(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Some events are questions: the reply is what the upstream says, and not an ack.
func TestV3EventsThatWantData(t *testing.T) {
	tests := []struct {
		event string
		want  verifier.Answer
	}{
		{"ENTRUST.TERMINATE_RETENTION", verifier.JSONData},
		{"CROSS_BORDER_PAY.GET_MCH_INFO", verifier.JSONData},
		{"CROSS_BORDER_PAY.PUSH_ORDER_INFO", verifier.JSONData},
		{"PARKING_FEE.QUERY_TRANS_INFO", verifier.JSONData},
		{"ENTRUST.TERMINATE", verifier.Ack},
		{"ENTRUST.TERMINATE_INQUIRY", verifier.Ack},
		{"entrust.terminate_retention", verifier.Ack},
		{"ENTRUST.TERMINATE_RETENTION.", verifier.Ack},
	}
	v := newV3Verifier(t)
	for _, test := range tests {
		for _, originalType := range []string{"entrust", "transaction", "refund"} {
			e := v3Event{eventType: test.event, originalType: originalType, plaintext: v3Transaction().json()}
			n := acceptV3(t, v, e)
			if n.Answer() != test.want || n.Kind != verifier.Other {
				t.Errorf("%s of %s: answer %d to a %s", test.event, originalType, n.Answer(), n.Kind)
			}
		}
	}
}

// The content of an event that nobody here knows says nothing about orders and amounts.
func TestV3OtherEventsHaveNoAmount(t *testing.T) {
	n := acceptV3(t, newV3Verifier(t), v3Event{eventType: "TRANSACTION.PAY_BACK", originalType: "transaction", plaintext: v3Transaction().json()})
	if n.OutTradeNo != "" || n.TransactionID != "" || n.Total != 0 || n.Currency != "" || len(n.Orders) > 0 {
		t.Errorf("got %q, %q, %d %q, %d orders", n.OutTradeNo, n.TransactionID, n.Total, n.Currency, len(n.Orders))
	}
}
