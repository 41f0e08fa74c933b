package inspector

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// What is shown of all that is documented and of all that the golden documents hold.
// Whoever adds a name to this list has thought about whether it can tell who paid, with
// what or for what.
var shownOfAll = strings.Fields(`
	amount.currency amount.payer_amount amount.payer_currency amount.payer_refund amount.payer_total
	amount.refund amount.total amount.total_amount
	content.appid content.cash_fee content.cash_fee_type content.change_type content.combine_appid
	content.combine_mch_id content.combine_mchid content.combine_out_trade_no content.contract_code
	content.contract_expired_time content.contract_id content.contract_termination_mode content.coupon_count
	content.coupon_fee content.coupon_fee_0 content.coupon_fee_10 content.coupon_fee_2 content.coupon_type
	content.coupon_type_0 content.coupon_type_11 content.coupon_type_2 content.deduct_mode content.deposit_amount
	content.err_code content.event_code content.event_create_time content.event_id content.event_type
	content.fee_type content.finish_transaction_id content.mch_id content.mchid content.nonce_str
	content.operate_time content.order_id content.out_order_no content.out_refund_no content.out_trade_no
	content.plan_id content.product_id content.rate_value content.refund_account content.refund_fee
	content.refund_id content.refund_request_source content.refund_status content.request_serial
	content.result_code content.return_code content.risk_level content.service_id
	content.settlement_refund_fee content.settlement_total_fee content.sign_type content.sp_appid content.sp_mchid
	content.state content.sub_appid content.sub_mch_id content.sub_mchid content.success_time content.time_end
	content.total_amount content.total_fee content.trade_state content.trade_type content.transaction_id
	content.vehicle_event_createtime content.vehicle_event_des content.vehicle_event_type content.version
	data.transaction_id
	envelope.api_version envelope.authenticity envelope.create_time envelope.datacontenttype envelope.event_type
	envelope.id envelope.notification_id envelope.resource_type envelope.source envelope.specversion
	envelope.subject envelope.time envelope.type
	promotion_detail.amount promotion_detail.currency promotion_detail.merchant_contribute
	promotion_detail.other_contribute promotion_detail.scope promotion_detail.stock_id promotion_detail.type
	promotion_detail.wechatpay_contribute
	receiver.amount receiver.type
	sub_orders.mchid sub_orders.out_trade_no sub_orders.success_time sub_orders.trade_state
	sub_orders.trade_type sub_orders.transaction_id
`)

func TestShownMembers(t *testing.T) {
	found := make(map[string]bool)
	for _, d := range goldenDocuments(t) {
		if d.contentType == xmlType {
			continue
		}
		var notification any
		if err := json.Unmarshal([]byte(d.text), &notification); err != nil {
			t.Fatal(err)
		}
		findMembers(notification, envelope, found)
	}
	findDocumented(t, found)
	got := slices.Sorted(maps.Keys(found))
	for _, name := range got {
		if !slices.Contains(shownOfAll, name) {
			t.Errorf("%s is shown, and not in the list", name)
		}
	}
	for _, name := range shownOfAll {
		if !found[name] {
			t.Errorf("%s is in the list, and not shown", name)
		}
	}
	for name := range shown {
		if name == "app_id" { // PayScore's documents spell appid in two ways
			continue
		}
		if !slices.ContainsFunc(got, func(full string) bool { return strings.HasSuffix("."+full, "."+name) }) {
			t.Errorf("%s is in no document; does it exist?", name)
		}
	}
}

// findMembers notes the members of a document that are shown.
func findMembers(value any, parent string, found map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			note(parent, name, found)
			if inside, opened := isOpened(parent, name); opened {
				findMembers(member, inside, found)
			}
		}
	case []any:
		for _, element := range value {
			findMembers(element, parent, found)
		}
	}
}

func note(parent, name string, found map[string]bool) {
	if isShown(parent, name) {
		found[parent+"."+name] = true
	}
}

// schema is as much of a JSON schema as tells its members.
type schema struct {
	Properties map[string]schema
	Items      *schema
	Ref        string            `json:"$ref"`
	Defs       map[string]schema `json:"$defs"`
}

// findDocumented notes the members in the schema that are shown.
func findDocumented(t *testing.T, found map[string]bool) {
	t.Helper()
	text, err := os.ReadFile("../../docs/notification.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var all schema
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	var walk func(s schema, parent string)
	walk = func(s schema, parent string) {
		if definition, ok := strings.CutPrefix(s.Ref, "#/$defs/"); ok {
			walk(all.Defs[definition], parent)
		}
		if s.Items != nil {
			walk(*s.Items, parent)
		}
		for name, property := range s.Properties {
			note(parent, name, found)
			if inside, opened := isOpened(parent, name); opened {
				walk(property, inside)
			}
		}
	}
	walk(schema{Properties: all.Properties}, envelope)
	for name, definition := range all.Defs {
		switch name {
		case "cloudevent":
			walk(definition, envelope)
		case "promotion": // comes with what refers to it
		default:
			walk(definition, content)
		}
	}
}
