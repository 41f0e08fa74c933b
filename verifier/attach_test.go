package verifier_test

import (
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

var attachOrder = verifier.Order{MchID: mchID, OutTradeNo: "ORDER1", Total: 8800, Currency: "CNY"}

// attachVectors were computed by other means: Python's hmac, hashlib and base64.
var attachVectors = []struct {
	name, secret string
	order        verifier.Order
	mac          string
}{
	{"the plain case", "secret", attachOrder, "e16hRVDsNPBrvBqmGNTXnM"},
	{"another secret", "previous", attachOrder, "248YPABndxX26JDNCTwheF"},
	{"both characters of base64url", "secret", verifier.Order{MchID: mchID, OutTradeNo: "ORDER14", Total: 1, Currency: "CNY"}, "bYaHjad3Gi-mvQ0Xc0TxF_"},
	{"every character of an order number, in UTF-8", "密钥", verifier.Order{MchID: mchID, OutTradeNo: "2026@A|b*C-d_1", Total: 99999999999, Currency: "JPY"}, "kem6a0UInvmIFMwaKJW6Z2"},
}

func TestAttachVectors(t *testing.T) {
	for _, vector := range attachVectors {
		t.Run(vector.name, func(t *testing.T) {
			const text = "uid=7"
			if got, want := verifier.SealAttach(vector.secret, text, vector.order), text+"."+vector.mac; got != want {
				t.Errorf("sealed: %s, want %s", got, want)
			}
			wantOpened(t, []string{vector.secret}, text+"."+vector.mac, vector.order, text, true)
		})
	}
}

// Only what was sealed for this very order opens.
func TestOpenAttach(t *testing.T) {
	const mac, previous = "e16hRVDsNPBrvBqmGNTXnM", "248YPABndxX26JDNCTwheF"
	both := []string{"secret", "previous"}
	for _, row := range []struct {
		rule, attach string
		secrets      []string
		text         string
		ok           bool
	}{
		{"sealed with the current secret", "uid=7." + mac, both, "uid=7", true},
		{"sealed with the previous secret", "uid=7." + previous, both, "uid=7", true},
		{"no text of the app's", "." + mac, both, "", true},
		{"a text with dots", "a.b..c." + mac, both, "a.b..c", true},
		{"a text that ends in a dot", "a.." + mac, both, "a.", true},
		{"a text that is a MAC itself", mac + "." + mac, both, mac, true},
		{"a text in UTF-8", "订单." + mac, both, "订单", true},
		{"a secret that is no longer known", "uid=7." + previous, []string{"secret"}, "", false},
		{"no secret at all", "uid=7." + mac, nil, "", false},
		{"nothing", "", both, "", false},
		{"a text alone", "uid=7", both, "", false},
		{"a MAC alone, without the dot", mac, both, "", false},
		{"another separator", "uid=7:" + mac, both, "", false},
		{"the last character missing", "uid=7." + mac[:21], both, "", false},
		{"the first character missing", "uid=7." + mac[1:], both, "", false},
		{"a character more", "uid=7." + mac + "A", both, "", false},
		{"a blank at the end", "uid=7." + mac + " ", both, "", false},
		{"padding at the end", "uid=7." + mac + "==", both, "", false},
		{"another case", "uid=7." + strings.ToLower(mac), both, "", false},
		{"one character changed", "uid=7.f" + mac[1:], both, "", false},
		{"the last character changed", "uid=7." + mac[:21] + "N", both, "", false},
		{"a text after it", "." + mac + ".uid=7", both, "", false},
	} {
		t.Run(row.rule, func(t *testing.T) {
			wantOpened(t, row.secrets, row.attach, attachOrder, row.text, row.ok)
		})
	}
}

// A MAC over one order says nothing of another.
func TestOpenAttachOfAnotherOrder(t *testing.T) {
	sealed := verifier.SealAttach("secret", "uid=7", attachOrder)
	for rule, other := range map[string]verifier.Order{
		"another amount":              {MchID: mchID, OutTradeNo: "ORDER1", Total: 8801, Currency: "CNY"},
		"the amount with a digit":     {MchID: mchID, OutTradeNo: "ORDER1", Total: 88000, Currency: "CNY"},
		"another order":               {MchID: mchID, OutTradeNo: "ORDER2", Total: 8800, Currency: "CNY"},
		"the order in another case":   {MchID: mchID, OutTradeNo: "order1", Total: 8800, Currency: "CNY"},
		"another merchant":            {MchID: "1900000110", OutTradeNo: "ORDER1", Total: 8800, Currency: "CNY"},
		"another currency":            {MchID: mchID, OutTradeNo: "ORDER1", Total: 8800, Currency: "JPY"},
		"no currency":                 {MchID: mchID, OutTradeNo: "ORDER1", Total: 8800},
		"amount moved into the order": {MchID: mchID, OutTradeNo: "ORDER1|88", Total: 0, Currency: "CNY"},
	} {
		t.Run(rule, func(t *testing.T) { wantOpened(t, []string{"secret"}, sealed, other, "", false) })
	}
	wantOpened(t, []string{"secret"}, sealed, attachOrder, "uid=7", true)
}

func wantOpened(t *testing.T, secrets []string, attach string, order verifier.Order, text string, ok bool) {
	t.Helper()
	if gotText, gotOK := verifier.OpenAttach(secrets, attach, order); gotText != text || gotOK != ok {
		t.Errorf("%q opens as %q, %v; want %q, %v", attach, gotText, gotOK, text, ok)
	}
}
