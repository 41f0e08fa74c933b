package verifier_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// Apps that cannot change read these, so they are held against literal bytes.
func TestAppendXMLBytes(t *testing.T) {
	fields := wechatpaytest.Fields{"mch_id": mchID, "out_trade_no": "1", "return_code": "SUCCESS", "result_code": "FAIL", "attach": "", "err_code_des": "a]]>b\r\nc<&"}
	signed := fields.Signed(key, verifier.MD5)
	n, err := judge(t, newVerifier(t), strings.Replace(signed.XML(), "<xml>", "<?xml version='1.0'?>\n<xml>\n ", 1))
	wantReason(t, err, verifier.OK)
	want := `<xml><err_code_des><![CDATA[a]]]]><![CDATA[>b]]>&#13;<![CDATA[` + "\n" + `c<&]]></err_code_des><mch_id><![CDATA[1900000109]]></mch_id>` +
		`<out_trade_no><![CDATA[1]]></out_trade_no><result_code><![CDATA[FAIL]]></result_code><return_code><![CDATA[SUCCESS]]></return_code>` +
		`<sign><![CDATA[` + signed["sign"] + `]]></sign></xml>`
	if got := string(n.AppendXML(nil)); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// wantSameXML demands that the XML is flat and says, to another reader as well, what the
// body said; that it is signed by the same string; and that it verifies as the same.
func wantSameXML(t testing.TB, v *verifier.Verifier, n *verifier.Notification, body string) {
	t.Helper()
	text := string(n.AppendXML(nil))
	received, err := verifier.ParseXML(body)
	if err != nil {
		t.Fatal(err)
	}
	sent, err := verifier.ParseXML(text)
	if err != nil {
		t.Fatalf("%v\n%q", err, text)
	}
	wantSameFields(t, asMap(t, sent), asMap(t, received))
	if verifier.StringToSign(sent) != verifier.StringToSign(received) || sent.Get("sign") != received.Get("sign") {
		t.Errorf("it is signed as %q, want %q", verifier.StringToSign(sent), verifier.StringToSign(received))
	}
	independent, err := readIndependently(text)
	if err != nil {
		t.Fatalf("encoding/xml: %v\n%q", err, text)
	}
	wantSameFields(t, independent, asMap(t, received))
	again, err := judge(t, v, text)
	wantReason(t, err, verifier.OK)
	if err == nil && !bytes.Equal(again.AppendJSON(nil), n.AppendJSON(nil)) {
		t.Errorf("it verifies as %s\nwant %s", again.AppendJSON(nil), n.AppendJSON(nil))
	}
	if err == nil && string(again.AppendXML(nil)) != text {
		t.Errorf("it becomes %q, then %q", text, again.AppendXML(nil))
	}
}

// An app's own check of the signature, or of req_info, still passes.
func TestAppendXMLOfGoldenBodies(t *testing.T) {
	v := newVerifier(t, withMerchant(withAPIv3Key))
	for _, name := range goldenBodies(t) {
		t.Run(name, func(t *testing.T) {
			body := readGolden(t, name+".xml")
			n, err := judge(t, v, body)
			wantReason(t, err, verifier.OK)
			wantSameXML(t, v, &n, body)
			if strings.HasPrefix(name, "refund") != strings.Contains(string(n.AppendXML(nil)), "<req_info>") {
				t.Errorf("got %s", n.AppendXML(nil))
			}
		})
	}
}

func TestAppendXMLOfHostileValues(t *testing.T) {
	v := newVerifier(t)
	for _, value := range []string{
		"]]>", "]]]]>>", "]]>]]>", "]", "]]", "<![CDATA[x]]>", "<a>1</a>", "</attach>", "&", "&amp;", "&#13;", "&lt;b&gt;", "\r", "\r\n", "\n\r", "\r\r]]>\r",
		"]]\r>", "]\r]>", "\t", " ", "  a", "a  ", "\n", "\"'`", "订单😀", "\u0085\u2028\u2029", "\ufffd", "\u007f", "a=1&b=2", strings.Repeat("]", 50) + ">",
		strings.Repeat("\r", 100), strings.Repeat("]]>", 100),
	} {
		fields := payment().With("attach", value).With("err_code_des", value)
		for _, signType := range []verifier.SignType{verifier.MD5, verifier.HMACSHA256} {
			body := fields.Sign(key, signType)
			n, err := judge(t, v, body)
			if err != nil {
				t.Errorf("%q: %v", value, err)
				continue
			}
			if n.Fields.Get("attach") != value {
				t.Errorf("%q was read as %q", value, n.Fields.Get("attach"))
			}
			wantSameXML(t, v, &n, body)
		}
	}
}

// A refund is passed on as it came, with what nobody vouches for.
func TestAppendXMLOfARefund(t *testing.T) {
	v := newVerifier(t)
	fields, _ := goldenFields(t, refundTest.golden)
	envelope := fields.RefundEnvelope(mchID, key).With("z", "a]]>\r&").With("empty", "")
	n, err := judge(t, v, envelope.XML())
	wantReason(t, err, verifier.OK)
	wantSameXML(t, v, &n, envelope.XML())
	sent, err := verifier.ParseXML(string(n.AppendXML(nil)))
	if err != nil || sent.Get("req_info") != envelope["req_info"] || sent.Has("refund_id") || sent.Has("empty") {
		t.Errorf("got %s (%v)", n.AppendXML(nil), err)
	}
}

func TestAppendXMLAppends(t *testing.T) {
	n := judgeGolden(t, "plate")
	if got := string(n.AppendXML([]byte("before"))); got != "before"+string(n.AppendXML(nil)) {
		t.Errorf("got %s", got)
	}
}
