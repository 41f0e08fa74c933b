package integration

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

const apiV3Key = "Vt3nQz8LkW2xRb6PmY5sHd9FgJ1cTa4E"

// The platforms are made once: RSA keys take their time.
var (
	byPublicKey   = sync.OnceValue(wechatpaytest.NewPublicKey)
	byCertificate = sync.OnceValue(func() *wechatpaytest.Platform { return wechatpaytest.NewCertificate(time.Now().AddDate(1, 0, 0)) })
	byStranger    = sync.OnceValue(wechatpaytest.NewPublicKey)
)

// pemFile writes the key of a platform's to a file.
func pemFile(t *testing.T, platform *wechatpaytest.Platform) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "platform.pem")
	if err := os.WriteFile(path, platform.PEM, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// v3Options are what a merchant needs for APIv3: one key of each sort.
func v3Options(t *testing.T) string {
	t.Setenv("WECHATPAY_APIV3_KEY", apiV3Key)
	return "apiv3_key {env.WECHATPAY_APIV3_KEY}\npublic_key " + byPublicKey().Serial + " " + pemFile(t, byPublicKey()) +
		"\nplatform_certificate " + pemFile(t, byCertificate()) + "\n"
}

// gateOfBoth is gate with a merchant of both API versions.
func gateOfBoth(t *testing.T, options ...string) string {
	return withMerchantOptions(gate(options...), v3Options(t))
}

// withMerchantOptions adds options to the merchant of gate.
func withMerchantOptions(site, options string) string {
	const key = "key {env.WECHATPAY_APIV2_KEY}\n"
	return strings.Replace(site, key, key+options, 1)
}

// signedBy delivers body as platform does.
func signedBy(platform *wechatpaytest.Platform, body string) note {
	return withHeaders(body, platform.Sign(body, time.Now()))
}

func withHeaders(body string, header http.Header) note {
	return note{body, []change{withHeader("Content-Type", "application/json"), func(r *http.Request) { maps.Copy(r.Header, header) }}}
}

// v3Note is an event as WeChat Pay delivers it, anew with each call.
func v3Note(event wechatpaytest.Event) note { return signedBy(byPublicKey(), event.Body(apiV3Key)) }

// v3Rows are events of every kind there is.
func v3Rows() []kindRow {
	return []kindRow{
		v3PaymentRow(), v3RefundRow(), v3CombinedRow(), v3DeductionRow(), v3ProfitSharingRow(),
		otherRow("PAYSCORE.USER_PAID", "payscore", `{"out_order_no":"O1","state":"DONE","total_amount":1}`),
		otherRow("COUPON.USE", "coupon", `{"coupon_id":"1","nested":{"list":[1,null,"二"]}}`),
		otherRow("BRAND_MEMBER_CARD_SP.POINT_EXCHANGE_COUPON", "card", `{}`),
	}
}

// membersOf are those of an event's resource.
func membersOf(event wechatpaytest.Event) object {
	var members object
	if err := json.Unmarshal([]byte(event.Resource), &members); err != nil {
		panic(err) // it is of a test's
	}
	return members
}

// v3RowOf is a row with what all of APIv3 have in common.
func v3RowOf(name string, event wechatpaytest.Event, platform *wechatpaytest.Platform) kindRow {
	members := membersOf(event)
	text := func(name string) string { value, _ := members[name].(string); return value }
	row := kindRow{
		name: "v3 " + name, note: signedBy(platform, event.Body(apiV3Key)), eventType: event.EventType, authenticity: "RSA",
		outTradeNo: text("out_trade_no"), transactionID: text("transaction_id"), resource: members,
	}
	if amount, there := members["amount"].(object); there {
		row.total, row.currency = amount["total"].(float64), "CNY"
	}
	return row
}

func v3PaymentRow() kindRow {
	row := v3RowOf("payment", wechatpaytest.V3Transaction(mchID), byPublicKey())
	row.kind, row.resourceType, row.number, row.state = "payment", "transaction", row.transactionID, "SUCCESS"
	return row
}

func v3RefundRow() kindRow {
	row := v3RowOf("refund", wechatpaytest.V3Refund(mchID), byCertificate())
	row.kind, row.resourceType, row.number, row.state = "refund", "refund", row.resource.(object)["refund_id"].(string), "SUCCESS"
	return row
}

// changed returns the event with another resource.
func changed(event wechatpaytest.Event, change func(object)) wechatpaytest.Event {
	members := membersOf(event)
	change(members)
	text, err := json.Marshal(members)
	if err != nil {
		panic(err) // it is of a test's
	}
	event.Resource = string(text)
	return event
}

func v3DeductionRow() kindRow {
	event := changed(wechatpaytest.V3Transaction(mchID), func(members object) { members["trade_type"] = "PAP" })
	row := v3RowOf("deduction", event, byCertificate())
	row.kind, row.resourceType, row.number, row.state = "deduction", "transaction", row.transactionID, "SUCCESS"
	return row
}

// v3CombinedEvent has the orders of v2's.
func v3CombinedEvent() wechatpaytest.Event {
	resource, err := json.Marshal(combinedRow().resource)
	if err != nil {
		panic(err) // it is of this test's
	}
	return wechatpaytest.Event{EventType: "TRANSACTION.SUCCESS", OriginalType: "transaction", Created: time.Now(), Resource: string(resource)}
}

func v3CombinedRow() kindRow {
	row := v3RowOf("combined", v3CombinedEvent(), byPublicKey())
	row.kind, row.resourceType, row.state = "combined", "combine_transaction", "SUCCESS"
	row.outTradeNo = row.resource.(object)["combine_out_trade_no"].(string)
	row.number, row.total, row.currency = row.outTradeNo, 2, "CNY"
	return row
}

// profitSharingEvent has the event_type of a payment.
func profitSharingEvent() wechatpaytest.Event {
	return wechatpaytest.Event{
		EventType: "TRANSACTION.SUCCESS", OriginalType: "profitsharing", Created: time.Now(),
		Resource: `{"mchid":"` + mchID + `","transaction_id":"4200","order_id":"30008","out_order_no":"P1","receiver":{"type":"MERCHANT_ID","amount":888}}`,
	}
}

func v3ProfitSharingRow() kindRow {
	row := v3RowOf("profitsharing", profitSharingEvent(), byPublicKey())
	row.kind, row.resourceType, row.number, row.state = "profitsharing", "profitsharing", "30008", "TRANSACTION.SUCCESS"
	row.outTradeNo, row.transactionID = "", ""
	return row
}

// otherRow is an event that is passed on as it is.
func otherRow(eventType, originalType, resource string) kindRow {
	event := wechatpaytest.Event{EventType: eventType, OriginalType: originalType, Resource: resource, Created: time.Now()}
	row := v3RowOf(eventType, event, byCertificate())
	row.kind, row.resourceType, row.number, row.state = "other", originalType, notificationID(row.body), eventType
	row.outTradeNo, row.transactionID = "", ""
	return row
}

// notificationID is that of WeChat Pay's own.
func notificationID(body string) string {
	var envelope struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal([]byte(body), &envelope); err != nil {
		panic(err) // the test kit made it
	}
	return envelope.ID
}
