package integration

import (
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// elementsOf reads flat XML.
func elementsOf(t *testing.T, text string) wechatpaytest.Fields {
	t.Helper()
	read, err := verifier.ParseXML(text)
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	fields := wechatpaytest.Fields{}
	for _, field := range read {
		fields[field.Name] = field.Value
	}
	return fields
}

// An app that cannot change gets what it would get from WeChat Pay, and finds the
// signature right.
func TestForwardXML(t *testing.T) {
	t.Setenv("WECHATPAY_APIV3_KEY", apiV3Key)
	site := withMerchantOptions(gate("forward xml"), "apiv3_key {env.WECHATPAY_APIV3_KEY}\n")
	for name, next := range upstreams {
		e := start(t, reporting+site+next)
		protocols(t, e, func(t *testing.T, e *edge) {
			for _, row := range v2Rows() {
				t.Run(name+"/"+row.name, func(t *testing.T) {
					e.t = t
					wantAck(t, e.deliver(row.note), 200, successXML)
					wantReported(t, e, row)
					seen := e.upstream.one(t)
					got := elementsOf(t, seen.body)
					if want := elementsOf(t, row.body); !maps.Equal(got, want) {
						t.Errorf("the app gets %v, want %v", got, want)
					}
					if row.name != "refund" {
						if want := wechatpaytest.Signature(got, apiKey, verifier.SignType(row.authenticity)); got["sign"] != want {
							t.Errorf("sign %s, want %s", got["sign"], want)
						}
					}
					if name == "fastcgi" {
						wantXMLOverFastCGI(t, e.upstream.php(t), row.headerID())
						return
					}
					wantFraming(t, seen)
					if got := seen.header["Content-Type"]; len(got) != 1 || got[0] != "text/xml; charset=utf-8" {
						t.Errorf("Content-Type: %q", got)
					}
					if got := seen.header.Get("Webhook-Id"); got != row.headerID() {
						t.Errorf("Webhook-Id: %s, want %s", got, row.headerID())
					}
				})
			}
		})
	}
}

func wantXMLOverFastCGI(t *testing.T, got fastcgiRequest, id string) {
	t.Helper()
	for name, want := range map[string]string{
		"CONTENT_TYPE": "text/xml; charset=utf-8", "CONTENT_LENGTH": strconv.Itoa(len(got.stdin)), "HTTP_WEBHOOK_ID": id,
	} {
		if got.variables[name] != want {
			t.Errorf("%s: %q, want %q", name, got.variables[name], want)
		}
	}
}

// The XML is canonical, whatever its form was: one line, in the order of names, without
// declaration, DTD or empty elements. A reader as simple as they come gets along with it.
func TestForwardXMLIsCanonical(t *testing.T) {
	e := start(t, gate("forward xml", "max_age 1000000h")+proxy)
	signed := fixedPayment.Signed(apiKey, verifier.MD5)
	var indented, want strings.Builder
	indented.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xml>\n")
	for _, name := range []string{"transaction_id", "sign", "mch_id"} { // these first
		indented.WriteString("\t<" + name + ">" + signed[name] + "</" + name + ">\r\n")
	}
	for name, value := range signed.Without("transaction_id", "sign", "mch_id") {
		indented.WriteString("  <" + name + "><![CDATA[" + value + "]]></" + name + ">")
	}
	indented.WriteString("<empty/><also_empty></also_empty>\n</xml>\n")

	want.WriteString("<xml>")
	for name := range strings.FieldsSeq("appid attach bank_type cash_fee coupon_count coupon_fee coupon_fee_0 coupon_id_0 coupon_type_0 device_info " +
		"fee_type is_subscribe mch_id nonce_str openid out_trade_no result_code return_code sign time_end total_fee trade_type transaction_id") {
		want.WriteString("<" + name + "><![CDATA[" + signed[name] + "]]></" + name + ">")
	}
	want.WriteString("</xml>")
	for _, body := range []string{signed.XML(), indented.String()} {
		wantAck(t, e.post(body), 200, successXML)
		if got := e.upstream.one(t).body; got != want.String() {
			t.Errorf("the app gets:\n%s\nwant:\n%s", got, want.String())
		}
	}
}

// Values arrive as they were signed, whatever is in them.
func TestForwardXMLOfHostileValues(t *testing.T) {
	for name, next := range upstreams {
		e := start(t, gate("forward xml")+next)
		for _, text := range []string{
			"]]>", "]]]]>>", "a]]><total_fee>0</total_fee><![CDATA[", "<!--", "<?php ?>", "<!ENTITY x SYSTEM \"file:///etc/passwd\">", "&amp;&#13;&",
			"a\rb\r\nc\nd\te", "\r", "]]>\r]]>", "  blanks  ", "é支付😀\u2028\u00a0", "\u0085\u007f", `"'\`, strings.Repeat("]]>", 40),
		} {
			t.Run(name+"/"+strconv.Quote(text[:min(len(text), 12)]), func(t *testing.T) {
				e.t = t
				signed := wechatpaytest.Payment(mchID).With("attach", text).Signed(apiKey, verifier.HMACSHA256)
				wantAck(t, e.post(signed.XML()), 200, successXML)
				got := elementsOf(t, e.upstream.one(t).body)
				if !maps.Equal(got, signed) || got["sign"] != wechatpaytest.Signature(got, apiKey, verifier.HMACSHA256) {
					t.Errorf("the app gets %q, want %q", got, signed)
				}
			})
		}
	}
}

// The req_info of a refund is that of WeChat Pay's, down to the last character, and so
// is what stands around it.
func TestForwardXMLOfRefunds(t *testing.T) {
	e := start(t, gate("forward xml")+proxy)
	envelope := wechatpaytest.Refund().RefundEnvelope(mchID, apiKey).With("sub_mch_id", "1900000120")
	wantAck(t, e.post(envelope.XML()), 200, successXML)
	got := elementsOf(t, e.upstream.one(t).body)
	if !maps.Equal(got, envelope) {
		t.Errorf("the app gets %v, want %v", got, envelope)
	}
}

// An order's MAC stays in attach: without it the signature would not hold.
func TestForwardXMLWithAttachGuard(t *testing.T) {
	e := start(t, gate("forward xml", guardAttach(t))+proxy)
	fields := wechatpaytest.Payment(mchID)
	fields = fields.With("attach", seal(attachSecret, "uid=7", fields))
	wantDelivery(t, e, sign(fields), yes, 1)
	if got := elementsOf(t, e.upstream.one(t).body); got["attach"] != fields["attach"] || got["sign"] != wechatpaytest.Signature(got, apiKey, verifier.MD5) {
		t.Errorf("the app gets %v", got)
	}
	wantDelivery(t, e, sign(wechatpaytest.Payment(mchID)), amountMismatch, 0)
}

// The same fact in another form is still the same fact.
func TestForwardXMLAfterJSON(t *testing.T) {
	e := start(t, gate("dedupe memory")+proxy)
	row := paymentRow()
	wantNote(t, e, row.note, yes, 1)
	reloaded(t, e, gate("dedupe memory", "forward xml")+proxy)
	wantNote(t, e, row.note, duplicate, 0)
}

// A scan is answered by the app in JSON all the same.
func TestForwardXMLOfAScan(t *testing.T) {
	e := start(t, gate("forward xml")+proxy)
	e.upstream.answers(says(200, `{"prepay_id":"wx1"}`))
	row := nativeRow()
	wantScanAnswer(t, e.deliver(row.note), verifier.MD5, wechatpaytest.Fields{"result_code": "SUCCESS", "prepay_id": "wx1"})
	if got := elementsOf(t, e.upstream.one(t).body); !maps.Equal(got, elementsOf(t, row.body)) {
		t.Errorf("the app gets %v", got)
	}
}

// APIv3 has no XML: a merchant that is set up for it does not load, and where it is not,
// APIv3 is refused.
func TestForwardXMLRefusesAPIv3(t *testing.T) {
	e := start(t, reporting+gate("forward xml")+proxy)
	wantAck(t, e.deliver(v3PaymentRow().note), 401, failJSON(refused))
	wantReport(t, e, "rejected", "unknown_serial", "", "")
	if calls := e.upstream.calls(); len(calls) != 0 {
		t.Errorf("the upstream was called: %v", calls)
	}
	err := e.tryReload(gateOfBoth(t, "forward xml") + proxy)
	if err == nil || !strings.Contains(err.Error(), "merchant "+mchID) || !strings.Contains(err.Error(), "forward xml") {
		t.Errorf("%v, want an error that names the merchant and forward xml", err)
	}
	wantDelivery(t, e, payment(), yes, 1)
}
