package verifier_test

import (
	"maps"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// marks are the fields that tell each kind.
var marks = map[verifier.Kind][]string{
	verifier.Payment:  {"out_trade_no", "transaction_id", "total_fee"},
	verifier.Contract: {"change_type"},
	verifier.Combined: {"combine_out_trade_no", "sub_order_list"},
	verifier.Native:   {"product_id"},
	verifier.Plate:    {"plate_number", "vehicle_event_createtime"},
	verifier.Risk:     {"event_code", "risk_level"},
	verifier.PayScore: {"event_ciphertext"},
}

// signedKinds returns a complete body of each kind that is signed. A deduction is a
// payment here: it differs from one in nothing that decides.
func signedKinds(t testing.TB) map[verifier.Kind]wechatpaytest.Fields {
	t.Helper()
	kinds := map[verifier.Kind]wechatpaytest.Fields{verifier.Payment: payment()}
	for _, kind := range kindTests {
		if kind.kind != verifier.Refund {
			kinds[kind.kind], _ = goldenFields(t, kind.golden)
		}
	}
	if len(kinds) != len(marks) {
		t.Fatalf("%d kinds, but marks of %d", len(kinds), len(marks))
	}
	return kinds
}

// What has the marks of two kinds, or all fields of both, is of neither, or of the one that
// needs more.
func TestMarksOfTwoKinds(t *testing.T) {
	v := newVerifier(t, withMerchant(withAPIv3Key))
	kinds := signedKinds(t)
	for first, fields := range kinds {
		for second, others := range kinds {
			if first == second {
				continue
			}
			marked := maps.Clone(fields)
			for _, name := range marks[second] {
				marked[name] = others[name]
			}
			both := maps.Clone(others)
			maps.Copy(both, fields)
			for what, mixed := range map[string]wechatpaytest.Fields{"the marks": marked, "all fields": both} {
				for _, signType := range []verifier.SignType{verifier.MD5, verifier.HMACSHA256} {
					n, err := judge(t, v, mixed.Without("sign_type", "algorithm").Sign(key, signType))
					// product_id alone makes a scan, so that others may win over one. No payment does.
					won := err == nil && n.Kind != verifier.Payment && n.Kind != verifier.Native &&
						(n.Kind == first && second == verifier.Native || n.Kind == second && first == verifier.Native)
					if !won && label(err) != "unknown_kind" && label(err) != "missing_field" {
						t.Errorf("%s with %s of %s: %s %s", first, what, second, label(err), n.Kind)
					}
				}
			}
		}
	}
}

// Signing ends with the marks: none can be added, taken away or exchanged afterwards.
func TestMarksAreSigned(t *testing.T) {
	v := newVerifier(t, withMerchant(withAPIv3Key))
	kinds := signedKinds(t)
	for kind, fields := range kinds {
		signed := fields.Without("sign_type", "algorithm").Signed(key, verifier.HMACSHA256)
		_, err := judge(t, v, signed.XML())
		wantReason(t, err, verifier.OK)
		for other, names := range marks {
			for _, name := range names {
				if other == kind {
					_, err = judge(t, v, signed.Without(name).XML())
				} else {
					_, err = judge(t, v, signed.With(name, "1").XML())
				}
				if label(err) != "bad_signature" {
					t.Errorf("%s with or without %s: %s", kind, name, label(err))
				}
			}
		}
	}
}

// The mark of a refund switches the signature off, and with it everything else that the
// body says.
func TestReqInfoInOtherKinds(t *testing.T) {
	v := newVerifier(t, withMerchant(withAPIv3Key))
	refund, err := verifier.ParseXML(readGolden(t, "refund.xml"))
	if err != nil {
		t.Fatal(err)
	}
	golden := judgeGolden(t, "refund")
	for kind, fields := range signedKinds(t) {
		fields = with(fields, "mch_id", mchID, "return_code", "SUCCESS", "sub_mch_id", "")
		before := fields.With("req_info", refund.Get("req_info")).Sign(key, verifier.HMACSHA256)
		after := fields.Signed(key, verifier.HMACSHA256).With("req_info", refund.Get("req_info")).XML()
		for _, body := range []string{before, after, fields.With("req_info", refund.Get("req_info")).XML()} {
			n, err := judge(t, v, body)
			wantReason(t, err, verifier.OK)
			if err == nil && string(n.AppendJSON(nil)) != string(golden.AppendJSON(nil)) {
				t.Errorf("in a %s: %s", kind, n.AppendJSON(nil))
			}
		}
		_, err := judge(t, v, fields.With("req_info", "AAAA").Sign(key, verifier.HMACSHA256))
		wantReason(t, err, verifier.Undecryptable)
	}
}

// What a buyer gets to see the signature of is no notification, even where nothing is cut
// up. Neither is what the merchant sends to WeChat Pay and gets back.
func TestOtherMessagesAreOfNoKind(t *testing.T) {
	base := wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "mch_id": mchID, "nonce_str": "8VMExX7gt3imLgbM"}
	reply := with(base, "return_code", "SUCCESS", "return_msg", "OK", "result_code", "SUCCESS")
	const orders = `{"order_num":1,"order_list":[{"mch_id":"1","out_trade_no":"1","total_fee":1,"body":"x"}]}`
	messages := map[string]wechatpaytest.Fields{
		"native code":                        with(base, "product_id", "1", "time_stamp", "1414488825"),
		"native code with an openid":         with(base, "product_id", "1", "time_stamp", "1414488825", "openid", "x"),
		"native link to shorten":             with(base, "long_url", "weixin://wxpay/bizpayurl?sign=X&appid=1&mch_id=1&product_id=1&time_stamp=1&nonce_str=1"),
		"reply to a scan":                    with(reply, "prepay_id", "wx1"),
		"refusal of a scan":                  with(reply, "result_code", "FAIL", "err_code_des", "sold out"),
		"result of a scan":                   with(reply, "openid", "x", "product_id", "1", "prepay_id", "wx1"),
		"contract page":                      contractPage.With("contract_display_account", "张三"),
		"contract page in a mini program":    contractPage.With("contract_display_account", "张三").With("openid", "x"),
		"contract page in an app":            contractPage.With("contract_display_account", "张三").With("return_app", "Y"),
		"contract page on the web":           contractPage.With("contract_display_account", "张三").With("clientip", "127.0.0.1").With("return_appid", "wx1"),
		"contract query":                     with(base, "contract_id", "1", "version", "1.0"),
		"contract query's reply":             with(reply, "contract_id", "1", "contract_code", "1", "plan_id", "1", "openid", "x", "contract_state", "0", "request_serial", "1"),
		"contract deletion":                  with(base, "plan_id", "1", "contract_code", "1", "contract_termination_remark", "x", "version", "1.0"),
		"contract deletion's reply":          with(reply, "contract_id", "1", "plan_id", "1", "contract_code", "1"),
		"vehicle page":                       vehiclePage.With("plate_number", "粤B888888"),
		"vehicle query's reply":              with(reply, "openid", "x", "user_state", "NORMAL", "plate_number_info", `{"plate_number_info":[]}`),
		"vehicle entrance":                   with(base, "trade_scene", "PARKING", "scene_info", `{"scene_info":{"plate_number":"粤B888888"}}`),
		"PayScore page":                      {"mch_id": mchID, "package": "x", "timestamp": "1530097563", "nonce_str": "x", "sign_type": "HMAC-SHA256"},
		"PayScore details":                   {"mch_id": mchID, "service_id": "1", "out_order_no": "1", "timestamp": "1530097563", "nonce_str": "x"},
		"JSAPI parameters":                   {"appId": "wx1", "mch_id": mchID, "timeStamp": "1", "nonceStr": "x", "package": "prepay_id=1", "signType": "MD5"},
		"APP parameters":                     {"appid": "wx1", "mch_id": mchID, "partnerid": mchID, "prepayid": "1", "package": "Sign=WXPay", "noncestr": "x", "timestamp": "1"},
		"combined order":                     {"combine_appid": "wx1", "combine_mch_id": mchID, "combine_out_trade_no": "1", "nonce_str": "x", "sub_order_list": orders, "notify_url": "https://example.com/"},
		"combined order's reply":             {"return_code": "SUCCESS", "result_code": "SUCCESS", "combine_appid": "wx1", "combine_mch_id": mchID, "prepay_id": "1", "nonce_str": "x"},
		"combined order's reply, with list":  {"return_code": "SUCCESS", "result_code": "SUCCESS", "combine_appid": "wx1", "combine_mch_id": mchID, "combine_out_trade_no": "1", "prepay_id": "1", "sub_order_list": orders},
		"refund's reply":                     with(reply, "out_trade_no", "1", "transaction_id", "1", "out_refund_no", "1", "refund_id", "1", "total_fee", "1", "refund_fee", "1"),
		"refund's elements without envelope": {"mch_id": mchID, "out_trade_no": "1", "transaction_id": "1", "out_refund_no": "1", "refund_id": "1", "total_fee": "1", "refund_fee": "1", "refund_status": "SUCCESS"},
	}
	v := newVerifier(t, withMerchant(withAPIv3Key))
	for name, fields := range messages {
		t.Run(name, func(t *testing.T) {
			for _, signType := range []verifier.SignType{verifier.MD5, verifier.HMACSHA256} {
				n, err := judge(t, v, fields.Sign(key, signType))
				if err == nil {
					t.Errorf("it is taken for %s, %s", n.Kind, n.EventType)
				}
			}
		})
	}
}

// The merchant's number stands where the kind has it, and nowhere else.
func TestCombineMchIDOfOtherKinds(t *testing.T) {
	v := newVerifier(t, withMerchant(withAPIv3Key))
	for kind, fields := range signedKinds(t) {
		if kind == verifier.Combined {
			continue
		}
		n, err := judge(t, v, fields.Without("mch_id").With("combine_mch_id", mchID).Sign(key, verifier.HMACSHA256))
		if err == nil {
			t.Errorf("a %s of %s has no mch_id", n.Kind, n.MchID)
		}
	}
}
