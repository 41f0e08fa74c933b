package verifier_test

import (
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

var nativeTest = kindTest{
	golden: "native",
	kind:   verifier.Native,
	without: map[string]verifier.Reason{
		"mch_id": verifier.UnknownMerchant, "product_id": verifier.UnknownKind,
		"appid": verifier.MissingField, "openid": verifier.MissingField, "nonce_str": verifier.MissingField,
	},
	ids:   []string{"appid", "nonce_str"},
	appID: "appid",
	fact:  wechatpaytest.Fields{"product_id": "P2", "nonce_str": "x", "appid": "wx2"},
	noise: wechatpaytest.Fields{"is_subscribe": "N", "brand_new": "1"},
}

// scan verifies the golden scan, signed in a way of the test's choice.
func scan(t testing.TB, key string, signType verifier.SignType, keys ...string) verifier.NativeReply {
	t.Helper()
	fields, _ := goldenFields(t, nativeTest.golden)
	v := newVerifier(t, withMerchant(func(m *verifier.Merchant) { m.Keys = keys }))
	n, err := judge(t, v, fields.Sign(key, signType))
	if err != nil {
		t.Fatal(err)
	}
	return n.NativeReply()
}

// WeChat Pay reads these, so they are held against literal bytes, signed by another
// program.
func TestNativeReplyBytes(t *testing.T) {
	const head = `<xml><appid><![CDATA[wx2421b1c4370ec43b]]></appid>`
	tests := []struct {
		name     string
		signType verifier.SignType
		reply    func(verifier.NativeReply) string
		want     string
	}{
		{"order, MD5", verifier.MD5, order, head + `<mch_id><![CDATA[1900000109]]></mch_id><nonce_str><![CDATA[NONCE]]></nonce_str>` +
			`<prepay_id><![CDATA[wx20180822205606]]></prepay_id><result_code><![CDATA[SUCCESS]]></result_code>` +
			`<return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg>` +
			`<sign><![CDATA[FAAD849C4329170A09FD2282480C6B2B]]></sign></xml>`},
		{"order, HMAC-SHA256", verifier.HMACSHA256, order, head + `<mch_id><![CDATA[1900000109]]></mch_id><nonce_str><![CDATA[NONCE]]></nonce_str>` +
			`<prepay_id><![CDATA[wx20180822205606]]></prepay_id><result_code><![CDATA[SUCCESS]]></result_code>` +
			`<return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg><sign_type><![CDATA[HMAC-SHA256]]></sign_type>` +
			`<sign><![CDATA[0E27A7B7DEAD8463488C48929511886A2DA69EDE7BEDD842EE3C8B78B146DA5E]]></sign></xml>`},
		{"refusal, MD5", verifier.MD5, soldOut, head + `<err_code_des><![CDATA[商品已售罄]]></err_code_des>` +
			`<mch_id><![CDATA[1900000109]]></mch_id><nonce_str><![CDATA[NONCE]]></nonce_str><result_code><![CDATA[FAIL]]></result_code>` +
			`<return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg>` +
			`<sign><![CDATA[E8EA2BDC3C19EB973842A29FCA41184E]]></sign></xml>`},
		{"refusal, HMAC-SHA256", verifier.HMACSHA256, soldOut, head + `<err_code_des><![CDATA[商品已售罄]]></err_code_des>` +
			`<mch_id><![CDATA[1900000109]]></mch_id><nonce_str><![CDATA[NONCE]]></nonce_str><result_code><![CDATA[FAIL]]></result_code>` +
			`<return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg><sign_type><![CDATA[HMAC-SHA256]]></sign_type>` +
			`<sign><![CDATA[B7E07C823D875CA851A80AC330072C70DB0D524F302448C80D6F2B134B858388]]></sign></xml>`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.reply(scan(t, key, test.signType, key)); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func order(r verifier.NativeReply) string   { return r.Order("NONCE", "wx20180822205606") }
func soldOut(r verifier.NativeReply) string { return r.Refusal("NONCE", "商品已售罄") }

// wantReply reads a reply with encoding/xml, and demands that it is flat, signed with the
// key, and says what it should beside that.
func wantReply(t testing.TB, reply, key string, signType verifier.SignType, want wechatpaytest.Fields) {
	t.Helper()
	fields, err := readIndependently(reply)
	if err != nil {
		t.Fatalf("%v\n%q", err, reply)
	}
	if got := wechatpaytest.Signature(fields, key, signType); got != fields["sign"] {
		t.Errorf("signed %s, want %s: %q", fields["sign"], got, reply)
	}
	same := with(want, "appid", "wx2421b1c4370ec43b", "mch_id", mchID, "nonce_str", "NONCE", "return_code", "SUCCESS", "return_msg", "OK")
	if signType == verifier.HMACSHA256 {
		same["sign_type"] = "HMAC-SHA256"
	}
	wantSameFields(t, fields.Without("sign"), same)
	parsed, err := verifier.ParseXML(reply)
	if err != nil {
		t.Errorf("%v: %q", err, reply)
	}
	wantSameFields(t, asMap(t, parsed), fields)
}

// The reply is signed with the key and the digest that the scan was signed with.
func TestNativeReplyIsSignedAsTheScan(t *testing.T) {
	for _, signType := range []verifier.SignType{verifier.MD5, verifier.HMACSHA256} {
		for _, signer := range []string{key, previousKey} {
			r := scan(t, signer, signType, key, previousKey)
			wantReply(t, order(r), signer, signType, wechatpaytest.Fields{"prepay_id": "wx20180822205606", "result_code": "SUCCESS"})
			wantReply(t, soldOut(r), signer, signType, wechatpaytest.Fields{"err_code_des": "商品已售罄", "result_code": "FAIL"})
		}
	}
}

// A message of the upstream's stays a message, whatever it says.
func TestNativeRefusalMessages(t *testing.T) {
	r := scan(t, key, verifier.MD5, key)
	tests := []struct{ message, want string }{
		{"sold out", "sold out"},
		{" a\r\nb\tc ", "a  b c"},
		{"a\x00\x1b\u0085\ufffeb", "a    b"},
		{"a\xffb", "a\uFFFDb"},
		{"]]></err_code_des><result_code>SUCCESS</result_code>", "]]></err_code_des><result_code>SUCCESS</result_code>"},
		{"]]]]>>]]>", "]]]]>>]]>"},
		{"&lt;&#13;&amp;", "&lt;&#13;&amp;"},
		{"<![CDATA[x]]>", "<![CDATA[x]]>"},
		{"&result_code=SUCCESS&prepay_id=1", "&result_code=SUCCESS&prepay_id=1"},
		{strings.Repeat("订", 200), strings.Repeat("订", 128)},
		{strings.Repeat("a", 127) + "]]>", strings.Repeat("a", 127) + "]"},
	}
	for _, test := range tests {
		wantReply(t, r.Refusal("NONCE", test.message), key, verifier.MD5, wechatpaytest.Fields{"err_code_des": test.want, "result_code": "FAIL"})
	}
	wantReply(t, r.Refusal("NONCE", "\r\n"), key, verifier.MD5, wechatpaytest.Fields{"result_code": "FAIL"})
}

// Nor does a prepay_id become anything else.
func TestNativePrepayIDs(t *testing.T) {
	r := scan(t, key, verifier.HMACSHA256, key)
	for _, prepayID := range []string{"wx1", "a b", "]]></prepay_id><prepay_id>x", "&key=x", "<a>&amp;", "订单", "1\r2\n3"} {
		wantReply(t, r.Order("NONCE", prepayID), key, verifier.HMACSHA256, wechatpaytest.Fields{"prepay_id": prepayID, "result_code": "SUCCESS"})
	}
}

// The reply outlives the notification, which is used for the next body.
func TestNativeReplyOutlivesTheNotification(t *testing.T) {
	v, n := newVerifier(t), verifier.Notification{}
	wantReason(t, v.Verify(readGolden(t, "native.xml"), nil, &n), verifier.OK)
	r := n.NativeReply()
	before := order(r)
	wantReason(t, v.Verify(payment().Sign(key, verifier.HMACSHA256), nil, &n), verifier.OK)
	if order(r) != before {
		t.Errorf("got %s, want %s", order(r), before)
	}
	wantReply(t, before, key, verifier.MD5, wechatpaytest.Fields{"prepay_id": "wx20180822205606", "result_code": "SUCCESS"})
}
