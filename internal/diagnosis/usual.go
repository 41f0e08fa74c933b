package diagnosis

import (
	"iter"
	"strconv"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// usualValues are values that elements often have.
// Source: WeChat Pay APIv2, "支付结果通知", "银行类型" and the pages of the other notifications.
var usualValues = []struct {
	name   string
	values string // separated by blanks
}{
	{"return_code", "SUCCESS FAIL"},
	{"result_code", "SUCCESS FAIL"},
	{"return_msg", "OK"},
	{"fee_type", "CNY HKD USD"},
	{"cash_fee_type", "CNY HKD USD"},
	{"is_subscribe", "Y N"},
	{"sub_is_subscribe", "Y N"},
	{"user_repaid", "Y N"},
	{"sign_type", "MD5 HMAC-SHA256"},
	{"algorithm", "HMAC-SHA256"},
	{"trade_type", "JSAPI NATIVE APP MWEB PAP MICROPAY FACEPAY"},
	{"trade_state", "SUCCESS PAY_FAIL REFUND NOTPAY CLOSED ACCEPT"},
	{"bank_type", "OTHERS CFT CMC CMB_DEBIT CMB_CREDIT ICBC_DEBIT ICBC_CREDIT CCB_DEBIT CCB_CREDIT ABC_DEBIT ABC_CREDIT BOC_DEBIT " +
		"BOC_CREDIT COMM_DEBIT COMM_CREDIT PSBC_DEBIT PSBC_CREDIT CIB_DEBIT CIB_CREDIT SPDB_DEBIT SPDB_CREDIT PAB_DEBIT PAB_CREDIT " +
		"CITIC_DEBIT CITIC_CREDIT CMBC_DEBIT CMBC_CREDIT CEB_DEBIT CEB_CREDIT GDB_DEBIT GDB_CREDIT HXB_DEBIT HXB_CREDIT LQT LQB"},
	{"device_info", "WEB SYSTEM APP"},
	{"version", "1.0"},
	{"coupon_count", "0 1 2"},
	{"coupon_fee", "0"},
	{"coupon_type_0", "CASH NO_CASH"},
	{"change_type", "ADD DELETE"},
	{"contract_termination_mode", "0 1 2 3 4 5 6 7"},
	{"deduct_mode", "PROACTIVE AUTOPAY"},
	{"vehicle_event_type", "NORMAL BLOCKED"},
	{"vehicle_event_des", "OVERDUE REMOVE PAUSE"},
	{"risk_level", "LOW MEDIUM HIGH"},
	{"risk_level_desc", "高风险 中风险 低风险"},
	{"event_algorithm", "AEAD_AES_256_GCM"},
	{"event_associated_data", "payscore"},
	{"err_code", "NOTENOUGH SYSTEMERROR SUCCESS"},
	{"err_code_des", "余额不足 SUCCESS"},
}

// sameAs are elements that often have the value of another one.
var sameAs = []struct{ name, other string }{
	{"cash_fee", "total_fee"}, {"total_fee", "cash_fee"}, {"settlement_total_fee", "total_fee"}, {"total_fee", "settlement_total_fee"},
	{"combine_appid", "appid"}, {"result_code", "return_code"}, {"sub_appid", "appid"}, {"sub_openid", "openid"}, {"openid", "sub_openid"},
	{"contract_code", "contract_id"}, {"coupon_fee", "coupon_fee_0"}, {"coupon_fee_0", "coupon_fee"},
}

// usual returns values that an element of this message often has.
func (m *message) usual(name string) (values []string) {
	for _, usual := range usualValues {
		if usual.name == name {
			values = append(values, strings.Fields(usual.values)...)
		}
	}
	for _, same := range sameAs {
		if value := m.fields.Get(same.other); same.name == name && value != "" {
			values = append(values, value)
		}
	}
	if name == "mch_id" || name == "combine_mch_id" {
		values = append(values, m.merchant)
	}
	if strings.HasSuffix(name, "_fee") {
		for amount := range 10 {
			values = append(values, strconv.Itoa(amount))
		}
	}
	return values
}

// missing yields elements that are not there, with their usual values.
func (m *message) missing() iter.Seq[verifier.Field] {
	return func(yield func(verifier.Field) bool) {
		seen := map[string]bool{}
		try := func(name string) bool {
			if seen[name] || m.fields.Has(name) {
				return true
			}
			seen[name] = true
			for _, value := range m.usual(name) {
				if !yield(verifier.Field{Name: name, Value: value}) {
					return false
				}
			}
			return true
		}
		for _, usual := range usualValues {
			if !try(usual.name) {
				return
			}
		}
		for _, same := range sameAs {
			if !try(same.name) {
				return
			}
		}
		_ = try("mch_id") && try("combine_mch_id")
	}
}

// usualSteps undo that a value was changed into another one by hand.
var usualSteps = []fieldStep{completeValue, usualValue}

// completeValue completes a value that was cut off.
func completeValue(m *message) iter.Seq[attempt] {
	return func(yield func(attempt) bool) {
		for i, field := range m.fields {
			for _, whole := range append(m.usual(field.Name), closeJSON(field.Value)...) {
				if len(whole) <= len(field.Value) || !strings.HasPrefix(whole, field.Value) {
					continue
				}
				if !yield(attempt{replaced(m.fields, i, whole), found{valueTruncated, field.Name}}) {
					return
				}
			}
		}
	}
}

// closeJSON adds what is missing at the end of JSON that was cut off.
func closeJSON(value string) (closed []string) {
	if !strings.HasPrefix(value, "{") && !strings.HasPrefix(value, "[") {
		return nil
	}
	for _, end := range []string{"}", "]", "]}", "}]", "}]}", `"}`, `"]`, `"}]`, `"}]}`, `"]}`, `"]}}`, "]}}", "}}"} {
		closed = append(closed, value+end)
	}
	return closed
}

// usualValue gives an element another one of its usual values.
func usualValue(m *message) iter.Seq[attempt] {
	return func(yield func(attempt) bool) {
		for i, field := range m.fields {
			for _, value := range m.usual(field.Name) {
				if value != field.Value && !yield(attempt{replaced(m.fields, i, value), found{valueChanged, field.Name}}) {
					return
				}
			}
		}
	}
}
