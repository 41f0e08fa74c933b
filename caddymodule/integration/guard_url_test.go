package integration

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// inURLs are the characters that may stand in path and query as they are, and escapes.
// Source: RFC 3986, section 3.3 and 3.4.
var inURLs = regexp.MustCompile(`^([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-F]{2})+$`)

// Whatever characters an order number has, it stays in its place in the URL.
func TestLookupURL(t *testing.T) {
	shop := newShop(t)
	e := start(t, gate("amount_guard lookup http://{env.SHOP}/a%20b/{http.wechatpay.out_trade_no}/x?order={http.wechatpay.out_trade_no}&id={http.wechatpay.id}"+
		"&mch={http.wechatpay.mchid}&tx={http.wechatpay.transaction_id}&n={http.wechatpay.total}{http.wechatpay.currency}&k={http.wechatpay.kind}&e={http.wechatpay.event_type}", strictBlock)+proxy)
	for _, order := range []string{"ORDER1", "2026|11*22@A-b_c", "||||", "*", "@@", "-_-"} {
		for id, fields := range map[string]wechatpaytest.Fields{
			mchID:       wechatpaytest.Payment(mchID),
			strictMchID: wechatpaytest.Payment(strictMchID).With("sub_mch_id", "1900000120"), // a service provider's
		} {
			fields = fields.With("out_trade_no", order)
			shop.answers(says(200, `{"total":1}`))
			wantDelivery(t, e, sign(fields), yes, 1)
			asked := shop.questions()
			if len(asked) != 1 {
				t.Fatalf("asked %d times, want once", len(asked))
			}
			got, query := asked[0], asked[0].URL.Query()
			want := map[string]string{
				"order": order, "id": "transaction:" + id + ":" + fields["transaction_id"] + ":SUCCESS", "mch": id,
				"tx": fields["transaction_id"], "n": "1CNY", "k": "payment", "e": "TRANSACTION.SUCCESS",
			}
			if got.URL.Path != "/a b/"+order+"/x" || len(query) != len(want) || !inURLs.MatchString(got.RequestURI) {
				t.Errorf("asked for %s", got.RequestURI)
			}
			for name, value := range want {
				if query.Get(name) != value {
					t.Errorf("%s is %q, want %q", name, query.Get(name), value)
				}
			}
		}
	}
}

// The shop is asked by GET, with nothing of what the sender sent.
func TestLookupRequest(t *testing.T) {
	shop := newShop(t)
	e := start(t, gate(guardLookup, "keep_header X-Shop")+proxy)
	e.post(payment(), withHeader("Cookie", "a=b"), withHeader("X-Shop", "7"), withHeader("Authorization", "Basic eDp5"), withTarget("/notify?order=7"))
	asked := shop.questions()
	if len(asked) != 1 {
		t.Fatalf("asked %d times, want once", len(asked))
	}
	got := asked[0]
	if got.Method != http.MethodGet || got.ContentLength != 0 || got.URL.RawQuery != "" || got.Host != shop.address {
		t.Errorf("%s %s of %s with %d bytes", got.Method, got.RequestURI, got.Host, got.ContentLength)
	}
	for name := range got.Header {
		switch name {
		case "Accept", "Accept-Encoding", "User-Agent":
		default:
			t.Errorf("%s: %s", name, got.Header.Get(name))
		}
	}
}

// The URL may hold secrets. They go to the shop, and nowhere else, whatever goes wrong.
func TestLookupSecrets(t *testing.T) {
	secrets := map[string]string{"the password": "PasswordOfTheShop1", "the token": "TokenOfTheShop2"}
	t.Setenv("SHOP_PASSWORD", secrets["the password"])
	t.Setenv("SHOP_TOKEN", secrets["the token"])
	shop := newShop(t)
	guard := func(address string) string {
		return gate("amount_guard lookup http://shop:{env.SHOP_PASSWORD}@"+address+"/{env.SHOP_TOKEN}/{http.wechatpay.out_trade_no}?token={env.SHOP_TOKEN}", "upstream_timeout 300ms") + proxy
	}
	e := start(t, guard("{env.SHOP}"))
	for rule, row := range map[string]struct {
		answer http.HandlerFunc
		want   verdict
	}{
		"the amount": {says(200, `{"total":1}`), yes}, "another": {says(200, `{"total":2}`), amountMismatch}, "404": {says(404, ""), unknownOrder},
		"500": {says(500, ""), notReachable}, "a redirect": {says(302, "", "Location", "http://x.invalid/"), notReachable},
		"a hang-up": {hijacked(""), notReachable}, "no HTTP": {hijacked("x\r\n"), notReachable}, "no answer": {sleeps(2 * time.Second), notReachable},
	} {
		t.Run(rule, func(t *testing.T) {
			e.t = t
			shop.answers(row.answer)
			got := e.post(payment())
			wantAck(t, got, row.want.status, row.want.ack)
			e.logs.one(t, ownLogger)
			asked := shop.questions()[0]
			if _, password, _ := asked.BasicAuth(); password != secrets["the password"] || asked.URL.Query().Get("token") != secrets["the token"] {
				t.Errorf("asked for %s with %v", asked.RequestURI, asked.Header)
			}
			wantNoSecret(t, "the answer", got.body+headerText(got.header), secrets)
			for _, call := range e.upstream.calls() {
				wantNoSecret(t, "the upstream's request", call.body+headerText(call.header), secrets)
			}
		})
	}
	e.t = t
	for _, address := range []string{"127.0.0.1:1", "shop.invalid", "127.0.0.1:99999"} {
		reloaded(t, e, guard(address))
		wantDelivery(t, e, payment(), notReachable, 0)
	}
	for _, site := range []string{guard("{http.wechatpay.total}"), guard("[::1"), guard("{env.SHOP_UNSET}"), guard("x/{http.request.host}")} {
		err := e.tryReload(site)
		if err == nil {
			t.Fatalf("it loads: %s", site)
		}
		wantNoSecret(t, "the error", err.Error(), secrets)
	}
	wantNoSecret(t, "the log", e.logs.everything(), secrets)
}

// In shadow mode the log tells what would be refused; the app is called, and what it says
// is passed on.
func TestLookupGuardInShadow(t *testing.T) {
	shop := newShop(t)
	e := start(t, gate(guardLookup, "mode shadow")+proxy)
	e.upstream.answers(says(200, "SUCCESS", "X-App", "1"))
	for reason, answer := range map[string]http.HandlerFunc{
		"ok": says(200, `{"total":1}`), "amount_mismatch": says(200, `{"total":2}`), "unknown_order": says(404, ""), "upstream_unreachable": says(500, ""),
	} {
		t.Run(reason, func(t *testing.T) {
			e.t = t
			shop.answers(answer)
			body := payment()
			got := e.post(body, withTarget("/notify?a=1"))
			if got.status != 200 || got.body != "SUCCESS" || got.header.Get("X-App") != "1" {
				t.Errorf("%v, want what the app said", got)
			}
			if call := e.upstream.one(t); call.body != body || call.uri != "/notify?a=1" {
				t.Errorf("the upstream got %v", call)
			}
			wantFields(t, e.logs.one(t, ownLogger), map[string]any{"mode": "shadow", "reason": reason})
		})
	}
}
