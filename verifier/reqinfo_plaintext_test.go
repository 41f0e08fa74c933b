package verifier_test

import (
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// What was encrypted is read as strictly as any body: a key proves less than a signature.
func TestPlaintextOfARefund(t *testing.T) {
	genuine := refundXML(t)
	inner := strings.TrimSuffix(strings.TrimPrefix(genuine, "<root>"), "</root>")
	tests := []struct {
		name string
		text string
		want verifier.Reason
	}{
		{"as it is", genuine, verifier.OK},
		{"the root of a body", "<xml>" + inner + "</xml>", verifier.OK},
		{"on one line", strings.ReplaceAll(genuine, "\n", ""), verifier.OK},
		{"with line ends of two characters", strings.ReplaceAll(genuine, "\n", "\r\n"), verifier.OK},
		{"without CDATA", strings.NewReplacer("<![CDATA[", "", "]]>", "").Replace(genuine), verifier.OK},
		{"with a declaration", `<?xml version="1.0" encoding="UTF-8"?>` + genuine, verifier.OK},
		{"blanks around it", "\n " + genuine + "\r\n", verifier.OK},
		{"with an element that nobody knows", "<root><brand_new>1</brand_new>" + inner + "</root>", verifier.OK},
		{"with an empty element", "<root><brand_new/>" + inner + "</root>", verifier.OK},

		{"another root", "<refund>" + inner + "</refund>", verifier.Undecryptable},
		{"the root in upper case", "<ROOT>" + inner + "</ROOT>", verifier.Undecryptable},
		{"roots that do not match", "<root>" + inner + "</xml>", verifier.Undecryptable},
		{"no root", inner, verifier.Undecryptable},
		{"two roots", genuine + genuine, verifier.Undecryptable},
		{"a root in a root", "<root>" + genuine + "</root>", verifier.Undecryptable},
		{"text after the root", genuine + "x", verifier.Undecryptable},
		{"text before the root", "x" + genuine, verifier.Undecryptable},
		{"a NUL after the root", genuine + "\x00", verifier.Undecryptable},
		{"a DTD", `<!DOCTYPE root [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + genuine, verifier.Undecryptable},
		{"an entity", "<root><a>&x;</a>" + inner + "</root>", verifier.Undecryptable},
		{"a comment", "<root><!-- -->" + inner + "</root>", verifier.Undecryptable},
		{"a processing instruction", "<root><?php ?>" + inner + "</root>", verifier.Undecryptable},
		{"an attribute", `<root a="1">` + inner + "</root>", verifier.Undecryptable},
		{"a namespace", `<root xmlns="x">` + inner + "</root>", verifier.Undecryptable},
		{"an element twice", "<root><refund_fee>1</refund_fee>" + inner + "</root>", verifier.Undecryptable},
		{"an element twice, once empty", "<root><refund_fee/>" + inner + "</root>", verifier.Undecryptable},
		{"an element in an element", "<root><a><b>1</b></a>" + inner + "</root>", verifier.Undecryptable},
		{"an element named key", "<root><key>1</key>" + inner + "</root>", verifier.Undecryptable},
		{"more elements than allowed", "<root>" + elements(256) + inner + "</root>", verifier.Undecryptable},
		{"a byte order mark", "\uFEFF" + genuine, verifier.Undecryptable},
		{"a control character", strings.Replace(genuine, "8915", "8\x01915", 1), verifier.Undecryptable},
		{"not UTF-8", strings.Replace(genuine, "8915", "\xb6\xa9", 1), verifier.Undecryptable},
		{"cut off", genuine[:len(genuine)-1], verifier.Undecryptable},
		{"an empty root", "<root></root>", verifier.Undecryptable},
		{"an empty root element", "<root/>", verifier.Undecryptable},
		{"only empty elements", "<root><refund_id/></root>", verifier.Undecryptable},
		{"nothing", "", verifier.Undecryptable},
		{"blanks", " \n", verifier.Undecryptable},
		{"text", "hello", verifier.Undecryptable},
		{"JSON", `{"refund_id":"1"}`, verifier.Undecryptable},
		{"a body of its own", refundBody(wechatpaytest.EncryptReqInfo(genuine, key)), verifier.MissingField},
		{"a payment", payment().Sign(key, verifier.MD5), verifier.MissingField},
		{"one element", "<root><a>1</a></root>", verifier.MissingField},
		{"deeply nested", strings.Repeat("<root>", 10000), verifier.Undecryptable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			body := refundBody(wechatpaytest.EncryptReqInfo(test.text, key))
			n, err := judge(t, newVerifier(t), body)
			wantReason(t, err, test.want)
			if err == nil {
				wantForwarded(t, &n, test.text)
			}
			// A key that does not fit must not keep the one that does from being tried.
			for _, keys := range [][]string{{strangerKey, key}, {key, strangerKey}} {
				_, err = judge(t, newVerifier(t, withMerchant(func(m *verifier.Merchant) { m.Keys = keys })), body)
				wantReason(t, err, test.want)
			}
		})
	}
}
