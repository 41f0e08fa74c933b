package verifier_test

import (
	"maps"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// What is signed is written out here: a signer that sorts or joins in another way
// would make the same mistake as the verifier.
func TestStringToSign(t *testing.T) {
	tests := []struct {
		name string
		text string
		want string
	}{
		{"one field", `<xml><a>1</a></xml>`, "a=1"},
		{"no field", `<xml></xml>`, ""},
		{"only sign", `<xml><sign>AB</sign></xml>`, ""},
		{"sign is left out", `<xml><a>1</a><sign>AB</sign><z>2</z></xml>`, "a=1&z=2"},
		{"sign_type stays", `<xml><sign>AB</sign><sign_type>MD5</sign_type></xml>`, "sign_type=MD5"},
		{"empty values are left out", `<xml><a/><b></b><c><![CDATA[]]></c><d>1</d></xml>`, "d=1"},
		{"zero counts", `<xml><a>0</a><b>00</b></xml>`, "a=0&b=00"},
		{"null and false count", `<xml><a>null</a><b>false</b></xml>`, "a=null&b=false"},
		{"blanks count", `<xml><a> </a><b> 1 </b></xml>`, "a= &b= 1 "},
		{"_ sorts before lower case", `<xml><remark>1</remark><re_openid>2</re_openid></xml>`, "re_openid=2&remark=1"},
		{"upper case sorts before _", `<xml><a>1</a><_a>2</_a><A>3</A></xml>`, "A=3&_a=2&a=1"},
		{"digits sort as text", `<xml><coupon_id_2>a</coupon_id_2><coupon_id_10>b</coupon_id_10></xml>`, "coupon_id_10=b&coupon_id_2=a"},
		{"a prefix sorts first", `<xml><sub_mch_id>1</sub_mch_id><sub>2</sub></xml>`, "sub=2&sub_mch_id=1"},
		{"values are not encoded", `<xml><a>http://x/?a=1&amp;b=%20+c</a><b>外</b></xml>`, "a=http://x/?a=1&b=%20+c&b=外"},
		{"references are decoded", `<xml><a>&#65;&lt;&#10;</a></xml>`, "a=A<\n"},
		{"CDATA is not decoded", `<xml><a><![CDATA[&#65;&lt;]]></a></xml>`, "a=&#65;&lt;"},
		{"line ends are normalized", "<xml><a>1\r\n2\r3</a></xml>", "a=1\n2\n3"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fields, err := verifier.ParseXML(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := verifier.StringToSign(fields); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Fields that did not come from the reader may hold empty values.
func TestStringToSignLeavesOutEmptyValues(t *testing.T) {
	if got := verifier.StringToSign(fields("a", "", "b", "1", "c", "")); got != "b=1" {
		t.Errorf("got %q", got)
	}
}

// Whatever is signed is forwarded, and nothing else is.
func TestSignedFieldsAreForwarded(t *testing.T) {
	tests := []struct {
		name   string
		change wechatpaytest.Fields
	}{
		{"as they are", nil},
		{"unknown fields", wechatpaytest.Fields{"brand_new": "1", "Zebra": "2", "_x": "3"}},
		{"an unknown field of zero", wechatpaytest.Fields{"brand_new": "0"}},
		{"an unknown field of a blank", wechatpaytest.Fields{"brand_new": " "}},
		{"known fields beyond the required ones", wechatpaytest.Fields{"version": "1.0", "rate_value": "650000000", "user_repaid": "N"}},
		{"an index before the end of its name", wechatpaytest.Fields{"coupon_id": "10000", "coupon_type": "CASH"}},
		{"attach with quotes", wechatpaytest.Fields{"attach": `{"a":"1","b":'2'}`}},
		{"attach like a query", wechatpaytest.Fields{"attach": "uid=1&ref=a%20b+c"}},
		{"attach like markup", wechatpaytest.Fields{"attach": `<a b="c">&amp;]]></a><!-- -->`}},
		{"attach with emoji and CJK", wechatpaytest.Fields{"attach": "外科风云😀"}},
		{"attach with line ends", wechatpaytest.Fields{"attach": "1\n2\t3"}},
		{"attach with blanks around it", wechatpaytest.Fields{"attach": " 1 "}},
		{"attach of zero", wechatpaytest.Fields{"attach": "0"}},
		{"attach that looks like a signature", wechatpaytest.Fields{"attach": "sign=9A0A8659F005D6984697E2CA0A9CF3B7"}},
		{"an empty element", wechatpaytest.Fields{"attach": "", "device_info": ""}},
		{"a failure without a cause", wechatpaytest.Fields{"result_code": "FAIL"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fields := payment()
			maps.Copy(fields, test.change)
			body := fields.Sign(key, verifier.MD5)
			n, err := judge(t, newVerifier(t), body)
			wantReason(t, err, verifier.OK)
			wantForwarded(t, &n, body)
		})
	}
}

// A signature holds for exactly the fields that it was made of.
func TestChangedFieldsAreRefused(t *testing.T) {
	signed := payment().With("attach", "").Signed(key, verifier.MD5)
	tests := []struct {
		name   string
		fields wechatpaytest.Fields
		want   verifier.Reason
	}{
		{"an empty field added", signed.With("brand_new", ""), verifier.OK},
		{"an empty field taken away", signed.Without("attach"), verifier.OK},
		{"a field added", signed.With("brand_new", "1"), verifier.BadSignature},
		{"a field of zero added", signed.With("brand_new", "0"), verifier.BadSignature},
		{"a field taken away", signed.Without("is_subscribe"), verifier.BadSignature},
		{"a field emptied", signed.With("is_subscribe", ""), verifier.BadSignature},
		{"an empty field filled", signed.With("attach", "1"), verifier.BadSignature},
		{"a field renamed", signed.Without("is_subscribe").With("is_subscribed", "N"), verifier.BadSignature},
		{"another amount", signed.With("total_fee", "100"), verifier.BadSignature},
		{"the same amount, written otherwise", signed.With("total_fee", "01"), verifier.BadSignature},
		{"a value with a blank", signed.With("openid", signed["openid"]+" "), verifier.BadSignature},
		{"a value in another case", signed.With("fee_type", "cny"), verifier.BadSignature},
		{"two values swapped", signed.With("out_trade_no", signed["transaction_id"]).With("transaction_id", signed["out_trade_no"]), verifier.BadSignature},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := judge(t, newVerifier(t), test.fields.XML())
			wantReason(t, err, test.want)
		})
	}
}

// What every delivery of a fact says alike is its content. What may differ from one
// delivery to the next is no part of it, and what must not differ is.
func TestContent(t *testing.T) {
	tests := []struct {
		name   string
		change wechatpaytest.Fields
		same   bool
	}{
		{"nonce_str", wechatpaytest.Fields{"nonce_str": "another"}, true},
		{"attach", wechatpaytest.Fields{"attach": "another"}, true},
		{"no attach", wechatpaytest.Fields{"attach": ""}, true},
		{"openid", wechatpaytest.Fields{"openid": "another"}, true},
		{"bank_type", wechatpaytest.Fields{"bank_type": "CFT"}, true},
		{"is_subscribe", wechatpaytest.Fields{"is_subscribe": "Y"}, true},
		{"time_end", wechatpaytest.Fields{"time_end": "20180822205607"}, true},
		{"trade_type", wechatpaytest.Fields{"trade_type": "APP"}, true},
		{"sign_type", wechatpaytest.Fields{"sign_type": "MD5"}, true},
		{"device_info", wechatpaytest.Fields{"device_info": "7"}, true},
		{"an unknown field", wechatpaytest.Fields{"brand_new": "1"}, true},
		{"fee_type absent, which means CNY", wechatpaytest.Fields{"fee_type": ""}, true},
		{"another fee_type", wechatpaytest.Fields{"fee_type": "JPY"}, false},
		{"total_fee", wechatpaytest.Fields{"total_fee": "2"}, false},
		{"cash_fee", wechatpaytest.Fields{"cash_fee": "0"}, false},
		{"a digit moved from total_fee to cash_fee", wechatpaytest.Fields{"total_fee": "11", "cash_fee": ""}, false},
		{"appid", wechatpaytest.Fields{"appid": "wx0000000000000000"}, false},
		{"sub_mch_id", wechatpaytest.Fields{"sub_mch_id": "1900000120"}, false},
		{"out_trade_no", wechatpaytest.Fields{"out_trade_no": "SH201808222055598629"}, false},
		{"out_trade_no in another case", wechatpaytest.Fields{"out_trade_no": "sh201808222055598628"}, false},
		{"transaction_id", wechatpaytest.Fields{"transaction_id": "4200000171201808221550954202"}, false},
		{"result_code", wechatpaytest.Fields{"result_code": "FAIL"}, false},
	}
	content := func(t *testing.T, fields wechatpaytest.Fields) string {
		n, err := judgeSigned(t, fields)
		wantReason(t, err, verifier.OK)
		return string(n.AppendContent(nil))
	}
	original := content(t, payment())
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fields := payment()
			maps.Copy(fields, test.change)
			if changed := content(t, fields); (changed == original) != test.same {
				t.Errorf("%q and %q; want them equal: %v", original, changed, test.same)
			}
		})
	}
}

// No two lists of fields run together into the same content.
func TestContentDoesNotRunTogether(t *testing.T) {
	one := payment().With("appid", "wx1").With("sub_mch_id", "19")
	other := payment().With("appid", "wx").With("sub_mch_id", "119")
	contents := map[string]bool{}
	for _, fields := range []wechatpaytest.Fields{one, other} {
		n, err := judgeSigned(t, fields)
		wantReason(t, err, verifier.OK)
		contents[string(n.AppendContent(nil))] = true
	}
	if len(contents) != 2 {
		t.Errorf("one content for both: %v", contents)
	}
}
