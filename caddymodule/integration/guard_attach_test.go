package integration

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

var amountMismatch = verdict{"amount_mismatch", 409, failXML("the amount is not that of the order")}

const (
	attachSecret   = "attach-secret-of-the-shop-0001"
	previousSecret = "attach-secret-of-last-year-0002"
)

// seal makes the attach of an order, as a shop does. It is written anew here: what the
// edge uses may be wrong.
func seal(secret, text string, order wechatpaytest.Fields) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(strings.Join([]string{order["mch_id"], order["out_trade_no"], order["total_fee"], order["fee_type"]}, "|")))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))[:22]
}

func guardAttach(t *testing.T) string {
	t.Setenv("ATTACH_SECRET", attachSecret)
	t.Setenv("PREVIOUS_ATTACH_SECRET", previousSecret)
	return "amount_guard attach {env.ATTACH_SECRET} {env.PREVIOUS_ATTACH_SECRET}"
}

// document is the part of what the app gets that tells of attach.
type document struct {
	Resource map[string]any    `json:"resource"`
	Fields   map[string]string `json:"fields"`
}

// The app gets the attach that it gave, without the MAC; among the fields, everything
// stays as WeChat Pay signed it.
func TestAttachGuardAccepts(t *testing.T) {
	for name, next := range upstreams {
		e := start(t, gate(guardAttach(t), "dedupe memory", strictBlock)+next)
		order := wechatpaytest.Payment(mchID)
		for rule, row := range map[string]struct {
			order        wechatpaytest.Fields
			secret, text string
		}{
			"a text":                             {order, attachSecret, "uid=7"},
			"no text":                            {order, attachSecret, ""},
			"a text with dots":                   {order, attachSecret, "a.b..c"},
			"a text that ends in one":            {order, attachSecret, "a."},
			"JSON":                               {order, attachSecret, `{"uid":7,"from":"店"}`},
			"a text that is sealed":              {order, attachSecret, seal(attachSecret, "x", order)},
			"the previous secret":                {order, previousSecret, "uid=7"},
			"another amount":                     {order.With("total_fee", "8800").With("cash_fee", "8800"), attachSecret, "uid=7"},
			"another currency":                   {order.With("fee_type", "JPY"), attachSecret, "uid=7"},
			"every character of an order number": {order.With("out_trade_no", "2026@A|b*C-d_1"), attachSecret, "uid=7"},
			"a service provider's":               {order.With("mch_id", strictMchID).With("sub_mch_id", "1900000120"), attachSecret, "uid=7"},
		} {
			t.Run(name+"/"+rule, func(t *testing.T) {
				e.t = t
				fields := row.order.With("transaction_id", wechatpaytest.Payment(mchID)["transaction_id"])
				fields = fields.With("attach", seal(row.secret, row.text, fields))
				wantDelivery(t, e, sign(fields), yes, 1)
				var got document
				if err := json.Unmarshal([]byte(e.upstream.one(t).body), &got); err != nil {
					t.Fatal(err)
				}
				text, there := got.Resource["attach"]
				if there != (row.text != "") || there && text != row.text {
					t.Errorf("resource.attach is %v, want %q", text, row.text)
				}
				if got.Fields["attach"] != fields["attach"] {
					t.Errorf("fields.attach is %q, want %q", got.Fields["attach"], fields["attach"])
				}
				wantDelivery(t, e, sign(fields), duplicate, 0)
			})
		}
	}
	t.Run("fee_type absent", func(t *testing.T) {
		e := start(t, gate(guardAttach(t))+proxy)
		fields := wechatpaytest.Payment(mchID)
		wantDelivery(t, e, sign(fields.With("attach", seal(attachSecret, "uid=7", fields)).Without("fee_type")), yes, 1)
	})
}

// What the shop did not seal is refused and changes nothing: the genuine order comes
// through before and after.
func TestAttachGuardRefuses(t *testing.T) {
	e := start(t, gate(guardAttach(t), "dedupe file "+newFile(t), strictBlock)+proxy)
	fields := wechatpaytest.Payment(mchID)
	sealed := seal(attachSecret, "uid=7", fields)
	genuine := fields.With("attach", sealed)
	other := func(name, value string) string { return seal(attachSecret, "uid=7", fields.With(name, value)) }
	refuse := func(t *testing.T) {
		for rule, attach := range map[string]string{
			"no attach":               "",
			"a text alone":            "uid=7",
			"another secret":          seal("attach-secret-of-a-stranger-03", "uid=7", fields),
			"the key for a secret":    seal(apiKey, "uid=7", fields),
			"an empty secret":         seal("", "uid=7", fields),
			"sealed for less":         other("total_fee", "0"),
			"sealed for more":         other("total_fee", "10"),
			"sealed for another":      other("out_trade_no", "ANOTHER"),
			"another merchant":        other("mch_id", strictMchID),
			"another currency":        other("fee_type", "JPY"),
			"the last character gone": sealed[:len(sealed)-1],
			"the dot gone":            strings.Replace(sealed, ".", "", 1),
			"a blank after it":        sealed + " ",
			"in capitals":             strings.ToUpper(sealed),
			"the MAC first":           sealed[len(sealed)-22:] + ".uid=7",
		} {
			t.Run(rule, func(t *testing.T) {
				e.t = t
				wantDelivery(t, e, sign(fields.With("attach", attach)), amountMismatch, 0)
				wantFields(t, e.logs.one(t, ownLogger), map[string]any{
					"outcome": "rejected", "level": "error", "merchant": mchID, "kind": "payment",
				})
			})
		}
		e.t = t
	}
	t.Run("before", refuse)
	e.t = t
	wantDelivery(t, e, sign(genuine), yes, 1)
	t.Run("after", refuse)
	e.t = t
	wantDelivery(t, e, sign(genuine), duplicate, 0)

	// The MAC is the order's: the amount that WeChat Pay signs must be the same.
	wantDelivery(t, e, sign(genuine.With("total_fee", "2")), amountMismatch, 0)
	wantNoSecret(t, "the log", e.logs.everything(), map[string]string{
		"the secret": attachSecret, "the previous secret": previousSecret, "the MAC": sealed[len(sealed)-22:],
	})
}

// A payment that failed has taken no money, so there is nothing to compare.
func TestAttachGuardLetsFailedPaymentsPass(t *testing.T) {
	e := start(t, gate(guardAttach(t), "dedupe memory")+proxy)
	failed := wechatpaytest.Payment(mchID).With("result_code", "FAIL")
	wantDelivery(t, e, sign(failed), yes, 1)
	var got document
	if err := json.Unmarshal([]byte(e.upstream.one(t).body), &got); err != nil || got.Resource["attach"] != "test" {
		t.Errorf("%v, resource.attach is %v, want it as it came", err, got.Resource["attach"])
	}
	wantDelivery(t, e, sign(failed), duplicate, 0)
}

// In shadow mode the log tells what would be refused; the app gets every byte as it came.
func TestAttachGuardInShadow(t *testing.T) {
	e := start(t, gate(guardAttach(t), "mode shadow")+proxy)
	fields := wechatpaytest.Payment(mchID)
	for reason, body := range map[string]string{
		"amount_mismatch": sign(fields), "ok": sign(fields.With("attach", seal(attachSecret, "uid=7", fields))),
	} {
		e.upstream.answers(says(200, "SUCCESS"))
		if got := e.post(body); got.status != 200 || got.body != "SUCCESS" || e.upstream.one(t).body != body {
			t.Errorf("%v; the upstream got %v", got, e.upstream.calls())
		}
		wantFields(t, e.logs.one(t, ownLogger), map[string]any{"mode": "shadow", "reason": reason})
	}
}
