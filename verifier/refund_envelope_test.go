package verifier_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// Nobody signs what stands around req_info. It may say anything, and nothing comes of it.
func TestNothingAroundARefundMatters(t *testing.T) {
	want, err := judgeRefund(t, nil, nil)
	wantReason(t, err, verifier.OK)
	payment := payment().Signed(key, verifier.MD5)
	tests := []struct {
		name   string
		around wechatpaytest.Fields
	}{
		{"another nonce_str", wechatpaytest.Fields{"nonce_str": "x"}},
		{"another message", wechatpaytest.Fields{"return_msg": "签名失败"}},
		{"no return_code", wechatpaytest.Fields{"return_code": ""}},
		{"no appid", wechatpaytest.Fields{"appid": ""}},
		{"another appid", wechatpaytest.Fields{"appid": "wxd930ea5d5a258f4f"}},
		{"another kind of appid", wechatpaytest.Fields{"appid": "<a b='c'>&"}},
		{"fields that nobody knows", wechatpaytest.Fields{"brand_new": "1", "a": "&", "z": "<z>"}},
		{"another amount", wechatpaytest.Fields{"total_fee": "1", "refund_fee": "1", "settlement_refund_fee": "1", "fee_type": "USD"}},
		{"another order", wechatpaytest.Fields{"out_trade_no": "VICTIM", "transaction_id": "1", "refund_id": "1", "out_refund_no": "1"}},
		{"another result", wechatpaytest.Fields{"refund_status": "CHANGE", "result_code": "FAIL", "trade_state": "CLOSED"}},
		{"another time", wechatpaytest.Fields{"success_time": "1970-01-01 00:00:00", "time_end": "x"}},
		{"a right signature", payment},
		{"a payment that is not signed", payment.Without("sign")},
		{"a wrong sign", wechatpaytest.Fields{"sign": strings.Repeat("0", 32)}},
		{"a sign of no known length", wechatpaytest.Fields{"sign": "x"}},
		{"an empty sign", wechatpaytest.Fields{"sign": ""}},
		{"a sign_type", wechatpaytest.Fields{"sign_type": "RSA", "algorithm": "none"}},
		{"the mark of a contract", wechatpaytest.Fields{"change_type": "ADD"}},
		{"the mark of a combined payment", wechatpaytest.Fields{"sub_order_list": "{}", "combine_mch_id": mchID, "combine_out_trade_no": "1"}},
		{"the mark of a scan", wechatpaytest.Fields{"product_id": "1"}},
		{"the mark of a plate", wechatpaytest.Fields{"plate_number": "1", "vehicle_event_createtime": "20180822205606"}},
		{"the mark of a risk", wechatpaytest.Fields{"event_code": "1", "risk_level": "HIGH"}},
		{"the mark of PayScore", wechatpaytest.Fields{"event_ciphertext": "AAAA"}},
		{"what a buyer could hide in it", wechatpaytest.Fields{"z": "&mch_id=1&version=1.0"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n, err := judgeRefund(t, nil, func(envelope wechatpaytest.Fields) { maps.Copy(envelope, test.around) })
			wantReason(t, err, verifier.OK)
			if err == nil && string(n.AppendJSON(nil)) != string(want.AppendJSON(nil)) {
				t.Errorf("got  %s\nwant %s", n.AppendJSON(nil), want.AppendJSON(nil))
			}
			if err == nil && (contentOf(&n) != contentOf(&want) || n.Authenticity != "encrypted-only") {
				t.Errorf("it counts as another fact, by %s", n.Authenticity)
			}
		})
	}
}

// It can only make the refund less credible.
func TestWhatAroundARefundIsRefused(t *testing.T) {
	tests := []struct {
		name        string
		field, text string
		want        verifier.Reason
	}{
		{"another merchant", "mch_id", "1900000110", verifier.UnknownMerchant},
		{"no merchant", "mch_id", "", verifier.UnknownMerchant},
		{"a return_code of failure", "return_code", "FAIL", verifier.BadField},
		{"a return_code in lower case", "return_code", "success", verifier.BadField},
		{"a sub-merchant of no known form", "sub_mch_id", `1"2`, verifier.BadField},
		{"no req_info, and no sign", "req_info", "", verifier.Unsigned},
		{"a field named key", "key", "x", verifier.Malformed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := judgeRefund(t, nil, set(test.field, test.text))
			wantReason(t, err, test.want)
		})
	}
}

// A bank account may have any name, also one that reads like the fields of a message.
// A refund has no signature that such a name could be cut out of.
func TestRefundTextMayReadLikeFields(t *testing.T) {
	for _, account := range []string{"a&b=c", "&appid=1&mch_id=1", "x&version=1.0", "<b>]]>&amp;"} {
		for _, around := range []string{"", "a&b"} {
			n, err := judgeRefund(t, set("refund_recv_accout", account), set("return_msg", around))
			wantReason(t, err, verifier.OK)
			if err == nil && readJSON(t, &n).Resource["user_received_account"] != account {
				t.Errorf("got %v, want %q", readJSON(t, &n).Resource["user_received_account"], account)
			}
		}
	}
}

// A service provider's refund names the sub-merchant, and is the same fact.
func TestRefundOfAServiceProvider(t *testing.T) {
	direct, err := judgeRefund(t, nil, nil)
	wantReason(t, err, verifier.OK)
	n, err := judgeRefund(t, nil, set("sub_mch_id", "1900000120"))
	wantReason(t, err, verifier.OK)
	if n.ID() != direct.ID() || contentOf(&n) != contentOf(&direct) || n.MchID != mchID {
		t.Errorf("got %s of %s, want %s", n.ID(), n.MchID, direct.ID())
	}
	resource := readJSON(t, &n).Resource
	if resource["sp_mchid"] != mchID || resource["sub_mchid"] != "1900000120" || resource["mchid"] != nil {
		t.Errorf("got %v", resource)
	}
}

func TestRefundLists(t *testing.T) {
	const appID, subMchID = "wx2421b1c4370ec43b", "1900000120"
	tests := []struct {
		name     string
		appID    string // absent if empty
		subMchID string
		list     func(*verifier.Merchant)
		want     verifier.Reason
	}{
		{name: "listed appid", appID: appID, list: func(m *verifier.Merchant) { m.AppIDs = []string{"wx1", appID} }},
		{name: "appid not listed", appID: "wx2", list: func(m *verifier.Merchant) { m.AppIDs = []string{appID} }, want: verifier.WrongAppID},
		{name: "appid absent", list: func(m *verifier.Merchant) { m.AppIDs = []string{appID} }, want: verifier.WrongAppID},
		{name: "listed sub_mch_id", subMchID: subMchID, list: func(m *verifier.Merchant) { m.SubMchIDs = []string{subMchID} }},
		{name: "sub_mch_id not listed", subMchID: "1", list: func(m *verifier.Merchant) { m.SubMchIDs = []string{subMchID} }, want: verifier.WrongSubMerchant},
		{name: "sub_mch_id absent", list: func(m *verifier.Merchant) { m.SubMchIDs = []string{subMchID} }, want: verifier.WrongSubMerchant},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			around := func(envelope wechatpaytest.Fields) {
				envelope["appid"], envelope["sub_mch_id"] = test.appID, test.subMchID
			}
			_, err := judgeRefund(t, nil, around, withMerchant(test.list))
			wantReason(t, err, test.want)
			// What is encrypted has no appid of its own; one that is there does not count.
			_, err = judgeRefund(t, func(f wechatpaytest.Fields) { f["appid"], f["sub_mch_id"] = appID, subMchID }, around, withMerchant(test.list))
			wantReason(t, err, test.want)
		})
	}
}

func TestRefundKeys(t *testing.T) {
	twoKeys := withMerchant(func(m *verifier.Merchant) { m.Keys = []string{key, previousKey} })
	other := func(config *verifier.Config) {
		config.Merchants = append(config.Merchants, verifier.Merchant{MchID: "1900000110", Keys: []string{strangerKey}})
	}
	tests := []struct {
		name   string
		mchID  string
		key    string
		change func(*verifier.Config)
		want   verifier.Reason
	}{
		{"the current key", mchID, key, twoKeys, verifier.OK},
		{"the previous key", mchID, previousKey, twoKeys, verifier.OK},
		{"neither key", mchID, strangerKey, twoKeys, verifier.Undecryptable},
		{"the key in upper case", mchID, strings.ToUpper(key), twoKeys, verifier.Undecryptable},
		{"an empty key", mchID, "", twoKeys, verifier.Undecryptable},
		{"a previous key that is no longer configured", mchID, previousKey, other, verifier.Undecryptable},
		{"the other merchant's own", "1900000110", strangerKey, other, verifier.OK},
		{"the other merchant's key", mchID, strangerKey, other, verifier.Undecryptable},
		{"own key under the other merchant", "1900000110", key, other, verifier.Undecryptable},
		{"a merchant that is not configured", "1900000111", key, other, verifier.UnknownMerchant},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fields, _ := goldenFields(t, refundTest.golden)
			n, err := judge(t, newVerifier(t, test.change), fields.SealRefund(test.mchID, test.key))
			wantReason(t, err, test.want)
			if err == nil && (n.MchID != test.mchID || !strings.HasPrefix(n.ID(), "refund:"+test.mchID+":")) {
				t.Errorf("got %s of %s", n.ID(), n.MchID)
			}
		})
	}
}
