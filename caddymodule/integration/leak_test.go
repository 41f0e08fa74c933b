package integration

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// private is what must appear in no log, no refusal and no error: whoever reads
// those must not learn who paid, nor how to sign.
var private = map[string]string{
	"openid":    "openidOfTheBuyer1",
	"attach":    "attachOfTheOrder2",
	"bank_type": "BANKTYPE_OF_3",
}

// Neither the log, at any level and with the trace of all handlers, nor any
// refusal, nor the access log with its headers shows more than it may.
func TestNothingLeaks(t *testing.T) {
	inProcessHandlers["breaks"] = func(http.ResponseWriter, *http.Request, caddyhttp.Handler) error { panic("out of order") }
	fields := wechatpaytest.Payment(mchID)
	for name, value := range private {
		fields = fields.With(name, value)
	}
	var bodies []string
	secrets := map[string]string{"the key": apiKey, "the previous key": previousKey, "the attach secret": attachSecret}
	t.Setenv("ATTACH_SECRET", attachSecret)
	maps.Copy(secrets, private)
	for i, variant := range []wechatpaytest.Fields{
		fields, fields.With("total_fee", "0"), fields.Without("transaction_id"), fields.With("appid", "wx0"),
		fields.With("result_code", "FAIL"), fields.With("time_end", "20180822205606"), fields.With("sub_mch_id", "1"),
		fields.With("mch_id", "1900000999"), fields.With("out_trade_no", "a b"), fields.With("time_end", "x"),
	} {
		for _, signType := range []verifier.SignType{verifier.MD5, verifier.HMACSHA256} {
			for _, key := range []string{apiKey, previousKey} {
				signature := wechatpaytest.Signature(variant, key, signType)
				secrets[fmt.Sprintf("signature %d with %s", i, signType)+key[:1]] = signature
				bodies = append(bodies, variant.With("sign", signature).XML())
			}
			wrong := strings.Repeat("0", len(wechatpaytest.Signature(variant, someKey, signType)))
			bodies = append(bodies, variant.With("sign", wrong).XML())
		}
		bodies = append(bodies, variant.XML(), "<xml>"+variant.XML(), variant.XML()+"<a/>")
	}

	t.Setenv("WECHATPAY_PREVIOUS_KEY", previousKey)
	merchant := "wechatpay_notify {\nmerchant " + mchID + " {\nkey {env.WECHATPAY_APIV2_KEY} {env.WECHATPAY_PREVIOUS_KEY}\n}\n%s\n}\n"
	with := func(options string) string { return strings.ReplaceAll(merchant, "%s", options) }
	enforce, shadow := with("dedupe off"), with("mode shadow\ndedupe off")
	for rule, site := range map[string]string{
		"proxy": enforce + proxy, "fastcgi": enforce + php, "unreachable": enforce + "reverse_proxy 127.0.0.1:1\n",
		"panic": "route {\n" + enforce + "in_process breaks\n}\n", "nobody": enforce, "shadow": shadow + proxy,
		"dedupe": with("dedupe memory") + proxy, "amount guard": with("dedupe off\namount_guard attach {env.ATTACH_SECRET}") + proxy,
	} {
		t.Run(rule, func(t *testing.T) {
			e := start(t, site)
			answers := []http.HandlerFunc{noContent, says(200, "FAIL no"), breaksOff}
			if rule == "shadow" { // which passes on what breaks off
				answers = answers[:2]
			}
			for _, answer := range answers {
				e.upstream.answers(answer)
				for _, body := range bodies {
					got, err := e.send.try(body)
					if err != nil {
						t.Fatal(err)
					}
					wantNoSecret(t, "an answer", got.body+headerText(got.header), secrets)
				}
			}
			eventually(t, "not all is logged", func() bool { return len(e.logs.of(accessLogger)) == len(answers)*len(bodies) })
			if len(e.logs.with("module")) == 0 {
				t.Error("the trace of handlers is not on")
			}
			wantNoSecret(t, "the log", e.logs.everything(), secrets)
		})
	}
}

const previousKey = "a8e1b2c3d4f5061728394a5b6c7d8e9f"

// breaksOff announces more than it says.
func breaksOff(w http.ResponseWriter, r *http.Request) {
	says(200, "SUC", "Content-Length", "9")(w, r)
}

func headerText(header http.Header) string {
	var text strings.Builder
	_ = header.Write(&text)
	return text.String()
}

// wantNoSecret fails at the first secret in text, whatever its case.
func wantNoSecret(t *testing.T, where, text string, secrets map[string]string) {
	t.Helper()
	lower := strings.ToLower(text)
	for name, secret := range secrets {
		if at := strings.Index(lower, strings.ToLower(secret)); at >= 0 {
			t.Fatalf("%s holds %s: ...%s...", where, name, text[max(0, at-200):min(len(text), at+200)])
		}
	}
}
