package integration

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// note is a notification as it is delivered. Those of APIv3 need headers.
type note struct {
	body    string
	changes []change
}

// hmacSigned is how the kinds are signed that are documented with HMAC-SHA256 alone.
func hmacSigned(fields wechatpaytest.Fields) string { return fields.Sign(apiKey, verifier.HMACSHA256) }

// kindRow is a genuine notification, and what all sides must see of it.
type kindRow struct {
	name string
	note
	// The labels, and the members around the resource.
	kind, eventType, resourceType, authenticity string
	// number and state make up the id.
	number, state             string
	outTradeNo, transactionID string
	total                     float64 // as JSON has it
	currency                  string
	resource                  any
	fields                    wechatpaytest.Fields // nil: of APIv3
	// answer is what the app says to mean yes, ack what WeChat Pay gets for it; the ack of
	// success if that is empty.
	answer string
}

func (r kindRow) id() string {
	return r.resourceType + ":" + mchID + ":" + r.number + ":" + r.state
}

// loggedID is the id in our own log line, which tells of nobody.
func (r kindRow) loggedID() string {
	if r.kind == "plate" {
		r.number = "*"
	}
	return r.id()
}

// headerID is the id in a header, where not every server expects more than ASCII.
func (r kindRow) headerID() string {
	var escaped strings.Builder
	for _, c := range []byte(r.id()) {
		if c < 0x80 {
			escaped.WriteByte(c)
		} else {
			fmt.Fprintf(&escaped, "%%%02X", c)
		}
	}
	return escaped.String()
}

func (r kindRow) success() string {
	if r.fields == nil {
		return successJSON
	}
	return successXML
}

const successJSON = `{"code":"SUCCESS","message":"OK"}`

// rfc3339 writes a time of Beijing's as the app gets it.
func rfc3339(layout, text string) string {
	at, err := time.ParseInLocation(layout, text, time.FixedZone("CST", 8*60*60))
	if err != nil {
		panic(err) // the test kit made it
	}
	return at.Format(time.RFC3339)
}

const digitTime = "20060102150405"

// asMembers are fields under their own names.
func asMembers(fields wechatpaytest.Fields) object {
	members := object{}
	for name, value := range fields {
		members[name] = value
	}
	return members
}

// v2Rows are all kinds of APIv2 that are answered with an ack, fresh with each call.
func v2Rows() []kindRow {
	return []kindRow{paymentRow(), deductionRow(), refundRow(), contractRow(), combinedRow(), plateRow(), riskRow(), payScoreRow()}
}

func paymentRow() kindRow {
	f := wechatpaytest.Payment(mchID)
	return kindRow{
		name: "payment", note: note{body: sign(f)}, kind: "payment", eventType: "TRANSACTION.SUCCESS", resourceType: "transaction",
		authenticity: "MD5", number: f["transaction_id"], state: "SUCCESS", outTradeNo: f["out_trade_no"], transactionID: f["transaction_id"],
		total: 1, currency: "CNY", fields: f, resource: transactionOf(f, object{"attach": "test"}),
	}
}

func deductionRow() kindRow {
	f := wechatpaytest.Deduction(mchID)
	return kindRow{
		name: "deduction", note: note{body: hmacSigned(f)}, kind: "deduction", eventType: "TRANSACTION.SUCCESS", resourceType: "transaction",
		authenticity: "HMAC-SHA256", number: f["transaction_id"], state: "SUCCESS", outTradeNo: f["out_trade_no"], transactionID: f["transaction_id"],
		total: 1, currency: "CNY", fields: f, resource: transactionOf(f, object{"contract_id": f["contract_id"]}),
	}
}

// transactionOf is the resource of a payment of the test kit's.
func transactionOf(f wechatpaytest.Fields, more object) object {
	members := object{
		"appid": f["appid"], "mchid": mchID, "out_trade_no": f["out_trade_no"], "transaction_id": f["transaction_id"],
		"trade_type": f["trade_type"], "trade_state": "SUCCESS", "bank_type": f["bank_type"],
		"success_time": rfc3339(digitTime, f["time_end"]), "payer": object{"openid": f["openid"]},
		"amount": object{"total": 1, "payer_total": 1, "currency": "CNY", "payer_currency": "CNY"},
	}
	maps.Copy(members, more)
	return members
}

func refundRow() kindRow {
	f := wechatpaytest.Refund()
	return kindRow{
		name: "refund", note: note{body: f.SealRefund(mchID, apiKey)}, kind: "refund", eventType: "REFUND.SUCCESS", resourceType: "refund",
		authenticity: "encrypted-only", number: f["refund_id"], state: "SUCCESS", outTradeNo: f["out_trade_no"], transactionID: f["transaction_id"],
		total: 1, currency: "CNY", fields: f, resource: refundOf(f, rfc3339(time.DateTime, f["success_time"])),
	}
}

func refundOf(f wechatpaytest.Fields, successTime string) object {
	return object{
		"mchid": mchID, "out_trade_no": f["out_trade_no"], "transaction_id": f["transaction_id"], "out_refund_no": f["out_refund_no"],
		"refund_id": f["refund_id"], "refund_status": "SUCCESS", "success_time": successTime, "user_received_account": f["refund_recv_accout"],
		"amount": object{"total": 1, "refund": 1, "payer_total": 1, "payer_refund": 1, "currency": "CNY"},
	}
}

func contractRow() kindRow {
	f := wechatpaytest.Contract(mchID)
	return kindRow{
		name: "contract", note: note{body: sign(f)}, kind: "contract", eventType: "PAPAY.SIGN", resourceType: "contract", authenticity: "MD5",
		number: f["contract_id"], state: "ADD" + strings.NewReplacer(":", "%3A", " ", "%20").Replace(":"+f["operate_time"]),
		fields: f, resource: asMembers(f),
	}
}

func combinedRow() kindRow {
	f := wechatpaytest.Combined(mchID)
	var list struct {
		Orders []map[string]any `json:"order_list"`
	}
	if err := json.Unmarshal([]byte(f["sub_order_list"]), &list); err != nil {
		panic(err) // the test kit made it
	}
	var orders []object
	for _, order := range list.Orders {
		orders = append(orders, object{
			"mchid": order["mch_id"], "out_trade_no": order["out_trade_no"], "transaction_id": order["transaction_id"], "attach": order["attach"],
			"trade_type": f["trade_type"], "trade_state": "SUCCESS", "bank_type": f["bank_type"],
			"success_time": rfc3339(digitTime, order["time_end"].(string)),
			"amount":       object{"total_amount": 1, "currency": "CNY", "payer_amount": 1, "payer_currency": "CNY"},
		})
	}
	return kindRow{
		name: "combined", note: note{body: hmacSigned(f)}, kind: "combined", eventType: "TRANSACTION.SUCCESS", resourceType: "combine_transaction",
		authenticity: "HMAC-SHA256", number: f["combine_out_trade_no"], state: "SUCCESS", outTradeNo: f["combine_out_trade_no"],
		total: 2, currency: "CNY", fields: f,
		resource: object{
			"combine_appid": f["combine_appid"], "combine_mchid": mchID, "combine_out_trade_no": f["combine_out_trade_no"],
			"combine_payer_info": object{"openid": f["combine_openid"]}, "sub_orders": orders,
		},
	}
}

// deliver sends a notification.
func (e *edge) deliver(n note) answer {
	e.t.Helper()
	return e.post(n.body, n.changes...)
}

// wantNote delivers n, and demands how that ends and how often the app is called for it.
func wantNote(t *testing.T, e *edge, n note, want verdict, calls int) {
	t.Helper()
	wantAck(t, e.deliver(n), want.status, want.ack)
	wantCalls(t, e, calls)
	wantFields(t, e.logs.one(t, ownLogger), map[string]any{"reason": want.reason})
	e.logs.one(t, accessLogger) // so that it is not taken for the next delivery's
}
