package verifier_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// What only one version says, and why.
const (
	v3HasATextForSuccess = "APIv2 has no text for a trade_state"
	v3WordsItself        = "APIv2 gives a code and a text, APIv3 a text of its own"
	v2HasACurrency       = "APIv3's refunds in CNY name no currency, APIv2's amounts are CNY by definition"
	v2SaysWhy            = "APIv3's combined payments have no text for a trade_state"
)

// inBothVersions are facts that WeChat Pay tells of in either version.
var inBothVersions = []struct {
	name   string
	v2     string
	v3     v3Event
	differ map[string]string // members of the resource that are not alike, and why
}{
	{"payment", payment().Sign(key, verifier.MD5), asPayment(v3Transaction()),
		map[string]string{"trade_state_desc": v3HasATextForSuccess}},

	{"payment by HMAC-SHA256, with all there is", with(payment(), "device_info", "POS-7", "total_fee", "100", "cash_fee", "58", "coupon_fee", "42",
		"coupon_id_0", "2000000000507143213", "coupon_type_0", "NO_CASH", "coupon_fee_0", "42", "cash_fee_type", "CNY").Sign(key, verifier.HMACSHA256),
		asPayment(v3Transaction().with("amount.total", 100).with("amount.payer_total", 58).with("scene_info", members{"device_id": "POS-7"}).
			with("promotion_detail", []members{{"coupon_id": "2000000000507143213", "type": "NOCASH", "amount": 42}})),
		map[string]string{"trade_state_desc": v3HasATextForSuccess}},

	{"payment in another currency", with(payment(), "fee_type", "HKD", "cash_fee", "87", "cash_fee_type", "CNY").Sign(key, verifier.MD5),
		asPayment(v3Transaction().with("amount.currency", "HKD").with("amount.payer_total", 87)),
		map[string]string{"trade_state_desc": v3HasATextForSuccess}},

	{"payment of a service provider", with(payment(), "sub_mch_id", "1900000120", "sub_appid", "wxd930ea5d5a258f4f",
		"sub_openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o").Sign(key, verifier.MD5), asPayment(v3PartnerTransaction()),
		map[string]string{"trade_state_desc": v3HasATextForSuccess}},

	{"failed payment", failedPayment().Sign(key, verifier.MD5), asFailure(v3FailedTransaction().with("trade_state_desc", "余额不足")),
		map[string]string{"trade_state_desc": v3WordsItself}},

	{"deduction", with(payment(), "trade_type", "PAP", "trade_state", "SUCCESS", "contract_id", contractID).Sign(key, verifier.MD5),
		asPayment(v3Deduction()), map[string]string{"trade_state_desc": v3HasATextForSuccess}},

	{"failed deduction", with(failedPayment(), "trade_type", "PAP", "trade_state", "PAY_FAIL", "contract_id", contractID,
		"transaction_id", "4200000171201808221550954201").Sign(key, verifier.HMACSHA256),
		asFailure(v3FailedDeduction().with("trade_state_desc", "余额不足")), map[string]string{"trade_state_desc": v3WordsItself}},

	{"combined payment", v2Combined().Sign(key, verifier.HMACSHA256), asPayment(v3CombinedResource()), nil},

	{"failed combined payment", v2FailedCombined().Sign(key, verifier.HMACSHA256), asFailure(v3FailedCombined()),
		map[string]string{"trade_state_desc": v2SaysWhy}},

	{"refund", v2Refund().SealRefund(mchID, key), v3Refund(v3RefundResource()), map[string]string{"amount.currency": v2HasACurrency}},

	{"abnormal refund", v2Refund().With("refund_status", "CHANGE").Without("success_time").SealRefund(mchID, key), v3RefundOf("ABNORMAL"),
		map[string]string{"amount.currency": v2HasACurrency}},

	{"closed refund", v2Refund().With("refund_status", "REFUNDCLOSE").Without("success_time").SealRefund(mchID, key), v3RefundOf("CLOSED"),
		map[string]string{"amount.currency": v2HasACurrency}},

	{"refund of a service provider", v2Refund().RefundEnvelope(mchID, key).With("sub_mch_id", "1900000120").XML(), v3Refund(v3PartnerRefund()),
		map[string]string{"amount.currency": v2HasACurrency}},
}

// v2Refund is v3RefundResource(), as APIv2 tells of it.
func v2Refund() wechatpaytest.Fields {
	return with(wechatpaytest.RefundAt(time.Date(2018, 8, 23, 9, 12, 30, 0, paidAt.Location())),
		"out_trade_no", "SH201808222055598628", "transaction_id", "4200000171201808221550954201", "out_refund_no", "R201808230001",
		"refund_id", "50300806962018082319009530416", "refund_recv_accout", "招商银行信用卡0403",
		"total_fee", "100", "refund_fee", "60", "settlement_total_fee", "90", "settlement_refund_fee", "54")
}

// v2Combined is v3CombinedResource(), as APIv2 tells of it.
func v2Combined() wechatpaytest.Fields {
	order := func(mchID, number string, total int) members {
		return members{
			"appid": "wx2421b1c4370ec43b", "mch_id": mchID, "openid": "onhwF1hiutUySKCsrV21A6MCtT5Q", "total_fee": total, "cash_fee": total - 1,
			"transaction_id": "420000017120180822155095" + number, "out_trade_no": "SUB" + number, "attach": "order " + number, "time_end": "20180822205606",
		}
	}
	return v2CombinedOf(order(mchID, "0001", 30), order("1900000120", "0002", 70))
}

func v2FailedCombined() wechatpaytest.Fields {
	order := func(mchID, number string, total int) members {
		return members{"mch_id": mchID, "total_fee": total, "out_trade_no": "SUB" + number, "attach": "order " + number}
	}
	return with(v2CombinedOf(order(mchID, "0001", 30), order("1900000120", "0002", 70)).Without("bank_type"),
		"result_code", "FAIL", "err_code", "NOTENOUGH", "err_code_des", "余额不足")
}

func v2CombinedOf(orders ...members) wechatpaytest.Fields {
	return with(wechatpaytest.Combined(mchID), "combine_out_trade_no", "C201808222055598628", "combine_openid", "onhwF1hiutUySKCsrV21A6MCtT5Q",
		"device_info", "POS-7", "sub_order_list", members{"order_num": len(orders), "order_list": orders}.json())
}

// An app must not notice that its shop moves from one version to the other, and a fact
// that WeChat Pay tells of in both is one fact: one id, one content, one resource.
func TestBothVersionsTellTheSame(t *testing.T) {
	for _, test := range inBothVersions {
		t.Run(test.name, func(t *testing.T) {
			v := newV3Verifier(t)
			v2, err := judge(t, v, test.v2)
			if err != nil {
				t.Fatal(err)
			}
			v3 := acceptV3(t, v, test.v3)
			if v2.ID() != v3.ID() || v2.Kind != v3.Kind || v2.EventType != v3.EventType || v2.ResourceType != v3.ResourceType {
				t.Errorf("v2: %s, a %s, %s\nv3: %s, a %s, %s", v2.ID(), v2.Kind, v2.EventType, v3.ID(), v3.Kind, v3.EventType)
			}
			if got, want := string(v2.AppendContent(nil)), string(v3.AppendContent(nil)); got != want {
				t.Errorf("content differs, so that the second would be a conflict\nv2: %q\nv3: %q", got, want)
			}
			wantSameResource(t, &v2, &v3, test.differ)
			wantSameOrders(t, v2.Orders, v3.Orders)
		})
	}
}

// wantSameResource demands that the resources are alike but for the members named, and
// that those are not.
func wantSameResource(t *testing.T, v2, v3 *verifier.Notification, differ map[string]string) {
	t.Helper()
	left, right := flatten(t, resourceOf(t, v2)), flatten(t, resourceOf(t, v3))
	both := maps.Clone(left)
	maps.Copy(both, right)
	for path := range both {
		_, expected := differ[path]
		switch same := left[path] == right[path]; {
		case same && expected:
			t.Errorf("%s is alike now: it need not be excused", path)
		case !same && !expected:
			t.Errorf("%s is %s in v2, %s in v3", path, left[path], right[path])
		}
	}
	for path := range differ {
		if both[path] == "" {
			t.Errorf("neither has a %s", path)
		}
	}
}

// wantSameOrders demands that the amount guard looks at the same.
func wantSameOrders(t *testing.T, left, right []verifier.PaidOrder) {
	t.Helper()
	same := len(left) == len(right)
	for i := range left {
		same = same && left[i].Order == right[i].Order && left[i].Attach == right[i].Attach
	}
	if !same {
		t.Errorf("the orders are %+v in v2, %+v in v3", left, right)
	}
}

// flatten returns the values of a JSON document, as they are written, by their paths.
func flatten(t *testing.T, text string) map[string]string {
	t.Helper()
	values := map[string]string{}
	var walk func(path string, raw json.RawMessage)
	walk = func(path string, raw json.RawMessage) {
		var object map[string]json.RawMessage
		var list []json.RawMessage
		switch {
		case json.Unmarshal(raw, &object) == nil && object != nil:
			for name, member := range object {
				walk(path+"."+name, member)
			}
		case json.Unmarshal(raw, &list) == nil && list != nil:
			for i, element := range list {
				walk(fmt.Sprintf("%s[%d]", path, i), element)
			}
		default:
			values[path[1:]] = string(raw)
		}
	}
	walk("", json.RawMessage(text))
	return values
}
