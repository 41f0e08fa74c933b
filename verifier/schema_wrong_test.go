package verifier_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/notificationschema"
)

// wrongDocuments are changes after which a document is none. The member at the path
// becomes the value; absent takes it away.
var wrongDocuments = []struct {
	golden string
	path   string
	value  any
}{
	{"payment", "id", absent},
	{"payment", "id", ""},
	{"payment", "id", nil},
	{"payment", "id", 1},
	{"payment", "id", "transaction:1900000109:42"},
	{"payment", "id", "transaction:1900000109:4 2:SUCCESS"},
	{"payment", "id", "transaction:1900000109:42:SUCCESS:1"},
	{"payment", "id", "refund:1900000109:42:SUCCESS"},
	{"payment", "event_type", absent},
	{"payment", "event_type", "transaction success"},
	{"payment", "event_type", "TRANSACTION.FAIL"},
	{"payment", "event_type", "REFUND.SUCCESS"},
	{"payment-failed", "event_type", "TRANSACTION.SUCCESS"},
	{"payment", "create_time", "2018-08-22T20:56:06Z"},
	{"payment", "create_time", "20180822205606"},
	{"payment", "create_time", "2018-02-30T20:56:06+08:00"},
	{"payment", "create_time", nil},
	{"payment", "resource_type", absent},
	{"payment", "resource_type", "payment"},
	{"payment", "api_version", absent},
	{"payment", "api_version", "v4"},
	{"payment", "api_version", "v3"},
	{"payment", "authenticity", absent},
	{"payment", "authenticity", "RSA"},
	{"payment", "authenticity", "encrypted-only"},
	{"payment", "notification_id", "1"},
	{"payment", "brand_new", 1},
	{"payment", "fields", absent},
	{"payment", "fields", members{}},
	{"payment", "fields.total_fee", 1},
	{"payment", "fields.attach", ""},
	{"payment", "fields.sign", "9A0A8659F005D6984697E2CA0A9CF3B7"},
	{"payment", "fields.a b", "1"},
	{"payment", "resource", absent},
	{"payment", "resource", []any{}},
	{"payment", "resource.mchid", absent},
	{"payment", "resource.mchid", 1900000109},
	{"payment", "resource.appid", absent},
	{"payment", "resource.appid", nil},
	{"payment", "resource.out_trade_no", absent},
	{"payment", "resource.out_trade_no", "a b"},
	{"payment", "resource.transaction_id", absent},
	{"payment", "resource.transaction_id", ""},
	{"payment", "resource.trade_state", absent},
	{"payment", "resource.trade_state", "PAYERROR"},
	{"payment", "resource.attach", ""},
	{"payment", "resource.attach", nil},
	{"payment", "resource.success_time", "20180822205606"},
	{"payment-failed", "resource.success_time", "2018-08-22T20:56:06+08:00"},
	{"payment", "resource.payer.openid", ""},
	{"payment", "resource.payer", "onhwF1hiutUySKCsrV21A6MCtT5Q"},
	{"payment", "resource.amount", absent},
	{"payment", "resource.amount", 1},
	{"payment", "resource.amount.total", absent},
	{"payment", "resource.amount.total", "1"},
	{"payment", "resource.amount.total", 0},
	{"payment", "resource.amount.total", -1},
	{"payment", "resource.amount.total", 1.5},
	{"payment", "resource.amount.total", 100_000_000_000},
	{"payment", "resource.amount.total", nil},
	{"payment", "resource.amount.payer_total", -1},
	{"payment", "resource.amount.currency", "cny"},
	{"payment", "resource.promotion_detail", "[]"},
	{"payment", "resource.scene_info", nil},
	{"coupons", "resource.promotion_detail", []members{{"coupon_id": 1}}},
	{"combined", "resource.combine_mchid", absent},
	{"combined", "resource.combine_out_trade_no", absent},
	{"combined", "resource.sub_orders", absent},
	{"combined", "resource.sub_orders", []any{}},
	{"combined", "resource.sub_orders", []members{{"mchid": "1", "out_trade_no": "1"}}},
	{"combined", "resource.sub_orders", []members{{"mchid": "1", "out_trade_no": "1", "trade_state": "SUCCESS"}}},
	{"combined", "resource.sub_orders", []members{{"mchid": "1", "out_trade_no": "1", "trade_state": "SUCCESS", "transaction_id": "1", "amount": members{"total_amount": "1"}}}},
	{"combined-failed-minimal", "resource.sub_orders", []any{}},
	{"refund", "authenticity", "MD5"},
	{"refund", "event_type", "REFUND.CHANGE"},
	{"refund", "resource.refund_id", absent},
	{"refund", "resource.refund_status", "CHANGE"},
	{"refund", "resource.transaction_id", absent},
	{"refund", "resource.mchid", absent},
	{"refund", "resource.amount.refund", 0},
	{"refund", "resource.amount.refund", "1"},
	{"refund", "resource.amount.total", absent},
	{"contract-signed", "resource.change_type", "CHANGE"},
	{"contract-signed", "resource.contract_id", absent},
	{"contract-signed", "event_type", "CONTRACT.SIGN"},
	{"native", "resource.product_id", absent},
	{"native", "event_type", "NATIVE"},
	{"plate", "resource.plate_number", ""},
	{"plate", "event_type", "VEHICLE"},
	{"risk", "resource.risk_level", nil},
	{"risk", "resource.transaction_id_list", true},
	{"payscore", "resource.total_amount", 1.5},
	{"payscore", "resource", members{}},
	{"v3/payment", "notification_id", absent},
	{"v3/payment", "create_time", absent},
	{"v3/payment", "fields", members{"a": "1"}},
	{"v3/payment", "authenticity", "MD5"},
	{"v3/payment", "api_version", "v2"},
	{"v3/payment", "resource.amount.total", "1"},
	{"v3/payment", "resource.attach", 1},
	{"v3/payment", "resource.out_trade_no", absent},
	{"v3/refund", "authenticity", "encrypted-only"},
	{"v3/refund", "resource.amount", absent},
	{"v3/combined", "resource.sub_orders", "1"},
	{"v3/profit-sharing", "resource.receiver.amount", "888"},
	{"v3/other", "resource", nil},
	{"v3/other", "resource_type", ""},
}

// changed returns a golden document with one member changed.
func changed(t testing.TB, golden, path string, value any) []byte {
	t.Helper()
	dir := goldenDir
	if name, ok := strings.CutPrefix(golden, "v3/"); ok {
		dir, golden = v3GoldenDir, name
	}
	text, err := os.ReadFile(filepath.Join(dir, golden+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	return []byte(asMembers(document).with(path, value).json())
}

// asMembers turns what encoding/json reads into members, all the way down.
func asMembers(object map[string]any) members {
	m := members{}
	for name, value := range object {
		if inner, ok := value.(map[string]any); ok {
			value = asMembers(inner)
		}
		m[name] = value
	}
	return m
}

func TestWrongDocumentsDoNotFollowTheSchema(t *testing.T) {
	for _, test := range wrongDocuments {
		name := memberTest{path: test.path, value: test.value}.name()
		t.Run(test.golden+" "+name, func(t *testing.T) {
			document := changed(t, test.golden, test.path, test.value)
			if notificationschema.Validate(asJSON, document) == nil {
				t.Errorf("valid: %s", document)
			}
		})
	}
	for _, document := range []string{"", "null", "[]", "{}", `"x"`, "1"} {
		if notificationschema.Validate(asJSON, []byte(document)) == nil || notificationschema.Validate(asCloudEvent, []byte(document)) == nil {
			t.Errorf("valid: %s", document)
		}
	}
}

// What WeChat Pay may add tomorrow is valid today, and so is what of today is not read.
func TestSchemaIsOpenWhereWeChatPayIs(t *testing.T) {
	for _, test := range []struct {
		golden string
		path   string
		value  any
	}{
		{"payment", "resource.brand_new", "x"},
		{"payment", "resource.amount.brand_new", 1},
		{"payment", "resource.payer.brand_new", "x"},
		{"payment", "fields.brand_new", "x"},
		{"payment", "resource.trade_type", "NEW"},
		{"payment", "resource.promotion_detail", members{"promotion_detail": []any{}}},
		{"refund", "resource.brand_new", 1},
		{"contract-signed", "resource.brand_new", "x"},
		{"v3/payment", "resource.attach", ""},
		{"v3/payment", "resource.promotion_detail", []any{}},
		{"v3/payment", "resource.brand_new", nil},
		{"v3/payment", "resource.trade_state", "REFUND"},
		{"v3/payment", "event_type", "TRANSACTION.PAY_BACK"},
		{"v3/refund", "resource.brand_new", members{}},
		{"v3/other", "event_type", "BRAND.NEW"},
		{"v3/other", "resource", members{}},
	} {
		notificationschema.Check(t, asJSON, changed(t, test.golden, test.path, test.value))
	}
}

var wrongCloudEvents = []memberTest{
	{path: "specversion", value: "0.3"},
	{path: "specversion", value: absent},
	{path: "id", value: absent},
	{path: "id", value: "1"},
	{path: "source", value: "wechatpay"},
	{path: "source", value: absent},
	{path: "type", value: "com.wechatpay.TRANSACTION.SUCCESS"},
	{path: "type", value: "TRANSACTION.SUCCESS"},
	{path: "subject", value: ""},
	{path: "time", value: "2018-08-22"},
	{path: "datacontenttype", value: "text/xml"},
	{path: "data", value: absent},
	{path: "data", value: "{}"},
	{path: "data", value: members{}},
	{path: "data.id", value: absent},
	{path: "data.resource.amount.total", value: "1"},
	{path: "brand_new", value: 1},
}

func TestWrongCloudEventsDoNotFollowTheSchema(t *testing.T) {
	n := acceptV3(t, newV3Verifier(t), asPayment(v3Transaction()))
	var event map[string]any
	if err := json.Unmarshal(n.AppendCloudEvent(nil), &event); err != nil {
		t.Fatal(err)
	}
	for _, test := range wrongCloudEvents {
		document := asMembers(event).with(test.path, test.value).json()
		if notificationschema.Validate(asCloudEvent, []byte(document)) == nil {
			t.Errorf("%s: valid: %s", test.name(), document)
		}
	}
}
