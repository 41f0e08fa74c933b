package issuer_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// fieldsOf reads name=value, name=value.
func fieldsOf(text string) (fields []issuer.Field) {
	for pair := range strings.SplitSeq(text, ", ") {
		if name, value, ok := strings.Cut(pair, "="); ok {
			fields = append(fields, issuer.Field{Name: name, Value: value})
		}
	}
	return fields
}

// wantElements demands values of elements: name=value, name=value. What is absent is -.
func wantElements(t *testing.T, got verifier.Fields, want string) {
	t.Helper()
	for _, field := range fieldsOf(want) {
		value := "-"
		for _, element := range got {
			if element.Name == field.Name {
				value = element.Value
			}
		}
		if value != field.Value {
			t.Errorf("%s is %q, want %q", field.Name, value, field.Value)
		}
	}
}

// What is given stands, and what hangs together with it follows.
func TestFields(t *testing.T) {
	tests := []struct{ name, kind, given, want string }{
		{"an element of one's own", "payment", "out_trade_no=ORDER-1001, attach=a<b>&c", "out_trade_no=ORDER-1001, attach=a<b>&c, total_fee=1, cash_fee=1"},
		{"a new element", "payment", "rate_value=650000000", "rate_value=650000000"},
		{"the last word counts", "payment", "attach=a, attach=b", "attach=b"},
		{"cash_fee follows total_fee", "payment", "total_fee=9900", "total_fee=9900, cash_fee=9900"},
		{"less the coupons", "payment", "coupon_fee=100, total_fee=9900", "total_fee=9900, cash_fee=9800, coupon_fee=100"},
		{"unless it is given", "deduction", "total_fee=9900, cash_fee=9800, coupon_fee=100, result_code=FAIL", "cash_fee=9800, result_code=FAIL"},
		{"settings of other kinds are of no account", "contract", "change_type=DELETE", "change_type=DELETE, cash_fee=-"},
		{"an order of a combined payment", "combined", "combine_out_trade_no=C1", "combine_out_trade_no=C1, total_fee=-"},
		{"within a refund", "refund", "out_refund_no=R1, total_fee=9900", "out_refund_no=R1, total_fee=9900, refund_fee=9900, settlement_total_fee=9900, settlement_refund_fee=9900"},
		{"part of an order is refunded", "refund", "total_fee=9900, refund_fee=100", "total_fee=9900, refund_fee=100, settlement_total_fee=9900, settlement_refund_fee=100"},
		{"total_fee follows refund_fee", "refund", "refund_fee=100", "total_fee=100, refund_fee=100, settlement_total_fee=100"},
		{"what did not come about has no time", "refund", "refund_status=CHANGE", "refund_status=CHANGE, success_time=-"},
		{"sign_type is followed", "payment", "sign_type=HMAC-SHA256", "sign_type=HMAC-SHA256"},
		{"an event of PayScore", "payscore", "event_type=CHECK.FAIL", "event_type=CHECK.FAIL, algorithm=HMAC-SHA256"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n, err := verify(t, issue(t, newIssuer(), test.kind, fieldsOf(test.given)...))
			if err != nil {
				t.Fatal(err)
			}
			wantElements(t, n.Fields, test.want)
			if len(n.Warnings) > 0 {
				t.Errorf("odd: %q", n.Warnings)
			}
		})
	}
}

// What is empty is there, and empty.
func TestEmptied(t *testing.T) {
	m := issue(t, newIssuer(), "payment", fieldsOf("attach=, total_fee=")...)
	if !strings.Contains(m.Body, "<attach><![CDATA[]]></attach>") || !strings.Contains(m.Body, "<total_fee></total_fee>") {
		t.Errorf("got %s", m.Body)
	}
	_, err := verify(t, m)
	wantReason(t, err, verifier.MissingField)
}

func wantReason(t *testing.T, err error, want verifier.Reason) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %s", err, want.String())
	}
}

// Around a refund and a PayScore order stands what belongs there.
func TestEnvelopes(t *testing.T) {
	m := issue(t, newIssuer(), "refund", fieldsOf("sub_mch_id=1900000200, appid=wx1, out_trade_no=T1")...)
	wantElements(t, parse(t, m.Body), "sub_mch_id=1900000200, appid=wx1, mch_id="+mchID+", out_trade_no=-")
	n, err := verify(t, m)
	if err != nil || n.OutTradeNo != "T1" || !strings.Contains(string(n.AppendJSON(nil)), `"sub_mchid":"1900000200"`) {
		t.Errorf("got %s, %v", n.AppendJSON(nil), err)
	}
	m = issue(t, newIssuer(), "payscore", fieldsOf("out_order_no=O1, appid=wx1")...)
	wantElements(t, parse(t, m.Body), "appid=wx1, out_order_no=-")
	if n, err := verify(t, m); err != nil || n.OutTradeNo != "O1" {
		t.Errorf("got %s, %v", n.OutTradeNo, err)
	}
}

func parse(t *testing.T, body string) verifier.Fields {
	t.Helper()
	fields, err := verifier.ParseXML(body)
	if err != nil {
		t.Fatal(err)
	}
	return fields
}

// A field may make a forgery of a notification.
func TestForgeries(t *testing.T) {
	tests := []struct {
		name, kind, given string
		want              verifier.Reason
	}{
		{"another merchant", "payment", "mch_id=1900000108", verifier.UnknownMerchant},
		{"another merchant's refund", "refund", "mch_id=1900000108", verifier.UnknownMerchant},
		{"a sign", "payment", "sign=9F5D58AE06707D54CD7AE28E46194304", verifier.BadSignature},
		{"no sign", "payment", "sign=", verifier.Unsigned},
		{"a req_info", "refund", "req_info=AAAA", verifier.Undecryptable},
		{"another algorithm", "payscore", "algorithm=MD5", verifier.WrongSignType},
		{"other ciphertext", "payscore", "event_ciphertext=AAAA", verifier.Undecryptable},
		{"another merchant in APIv3", "v3-transaction", "mchid=1900000108", verifier.UnknownMerchant},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := verify(t, issue(t, newIssuer(), test.kind, fieldsOf(test.given)...))
			wantReason(t, err, test.want)
		})
	}
	i := newIssuer()
	i.SignType = verifier.MD5
	_, err := verify(t, issue(t, i, "payment", fieldsOf("sign_type=HMAC-SHA256")...))
	wantReason(t, err, verifier.WrongSignType)
}

// Names that no element or member can have are refused before they do harm.
func TestNames(t *testing.T) {
	for kind, names := range map[string][]string{
		"payment":        {"", "a b", "a><b", "amount.total", "总"},
		"refund":         {"a>b"},
		"payscore":       {"a>b"},
		"v3-transaction": {"", ".", "amount.", ".amount", "amount..total", "attach.x", "amount.total.x"},
	} {
		for _, name := range names {
			if m, err := newIssuer().Issue(kind, []issuer.Field{{Name: name, Value: "1"}}); err == nil {
				t.Errorf("%s: %q is taken: %s", kind, name, m.Body)
			}
		}
	}
}
