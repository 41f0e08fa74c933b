package integration

import (
	"net/http"
	"testing"
	"time"
)

// The acks of failed deliveries.
var (
	unreachable = failXML("the upstream could not be reached")
	badStatus   = failXML("the upstream answered with a status other than 2xx")
	unreadable  = failXML("the upstream's answer says neither yes nor no")
	tooLate     = failXML("the upstream did not answer within upstream_timeout")
	noUpstream  = failXML("no handler answered")
	declined    = failXML("the upstream declined the notification")
)

// Whatever becomes of a verified delivery, WeChat Pay gets status, ack and headers
// of that case, and log and placeholders its words.
func TestOutcomes(t *testing.T) {
	const short = "upstream_timeout 300ms"
	for _, row := range []struct {
		outcome, reason, rule string
		site                  string
		answer                http.HandlerFunc
		status                int
		ack                   string
	}{
		{"accepted", "ok", "204", gate() + proxy, noContent, 200, successXML},
		{"declined", "upstream_declined", "a plain no", gate() + proxy, says(200, "FAIL"), 500, failXML("FAIL")},
		{"declined", "upstream_declined", "a no without a message", gate() + proxy, says(200, `{"code":"FAIL"}`), 500, declined},
		{"failed", "upstream_status", "a redirect", gate() + proxy, says(302, "", "Location", "/login"), 502, badStatus},
		{"failed", "upstream_status", "404", gate() + proxy, says(404, "SUCCESS"), 502, badStatus},
		{"failed", "upstream_status", "419 of a CSRF check", gate() + proxy, says(419, ""), 502, badStatus},
		{"failed", "upstream_status", "500", gate() + proxy, says(500, `{"code":"SUCCESS"}`), 502, badStatus},
		{"failed", "upstream_status", "502 of a proxy between", gate() + proxy, says(502, ""), 502, badStatus},
		{"failed", "upstream_status", "an error of another handler's", gate() + "error 403", nil, 502, badStatus},
		{"failed", "upstream_unreadable", "a login page", gate() + proxy, says(200, "<!DOCTYPE html><title>Log in</title>"), 502, unreadable},
		{"failed", "upstream_unreachable", "nobody listens", gate() + "reverse_proxy 127.0.0.1:1", nil, 502, unreachable},
		{"failed", "upstream_unreachable", "php-fpm is down", gate() + "php_fastcgi 127.0.0.1:1", nil, 502, unreachable},
		{"failed", "upstream_unreachable", "it hangs up without a word", gate() + proxy, hijacked(""), 502, unreachable},
		{"failed", "upstream_unreachable", "it does not speak HTTP", gate() + proxy, hijacked("220 smtp ready\r\n"), 502, unreachable},
		{"failed", "upstream_timeout", "it takes too long", gate(short) + proxy, sleeps(5 * time.Second), 504, tooLate},
		{"failed", "no_upstream", "nothing stands behind", gate(), nil, 502, noUpstream},
		{"failed", "no_upstream", "nothing matches", gate() + "reverse_proxy /other {$UPSTREAM}", nil, 502, noUpstream},
		{"failed", "no_upstream", "a handle block that does not match", gate() + "handle /other {\n\treverse_proxy {$UPSTREAM}\n}", nil, 502, noUpstream},
		{"failed", "no_upstream", "nothing stands behind, accept status", gate("accept status"), nil, 502, noUpstream},
		{"failed", "no_upstream", "only middleware follows, accept status", gate("accept status") + "templates", nil, 502, noUpstream},
		{"failed", "no_upstream", "only middleware follows", gate() + "templates", nil, 502, noUpstream},
		{"failed", "no_upstream", "only a response middleware follows", gate() + "intercept {\n\t@any status 1xx 2xx 3xx 4xx 5xx\n\treplace_status @any 200\n}", nil, 502, noUpstream},
		{"failed", "no_upstream", "only encode follows", "route {\n" + gate() + "encode gzip\n}", nil, 502, noUpstream},
		{"failed", "no_upstream", "a proxy that hands on", gate() + "reverse_proxy {$UPSTREAM} {\n\thandle_response {\n\t\theader X-Seen yes\n\t}\n}", says(200, "SUCCESS"), 502, noUpstream},
	} {
		t.Run(row.reason+" "+row.rule, func(t *testing.T) {
			e := start(t, reporting+row.site)
			if row.answer != nil {
				e.upstream.answers(row.answer)
			}
			protocols(t, e, func(t *testing.T, e *edge) {
				wantAck(t, e.post(payment()), row.status, row.ack)
				wantReport(t, e, row.outcome, row.reason, mchID, "payment")
				if calls := len(e.upstream.calls()); row.answer != nil && calls != 1 {
					t.Errorf("the upstream was called %d times, want once", calls)
				}
			})
		})
	}
}

// Once the signature holds, the placeholders tell about the order.
func TestPlaceholdersOfTheOrder(t *testing.T) {
	e := start(t, reporting+gate("max_age 1000000h")+proxy)
	e.post(sign(fixedPayment))
	want := map[string]any{
		"id":         "transaction:1900000109:4200000171201808221550954201:SUCCESS",
		"event_type": "TRANSACTION.SUCCESS", "out_trade_no": "SH201808222055598628",
		"transaction_id": "4200000171201808221550954201", "total": "101", "currency": "CNY",
	}
	line := e.logs.one(t, accessLogger)
	if line["total"] == float64(101) {
		line["total"] = "101" // as a number it is as good
	}
	wantFields(t, line, want)
	want["total"] = float64(101)
	wantFields(t, e.logs.one(t, ownLogger), want)
}

// Handlers behind this one can use them too, for another header, say.
func TestPlaceholdersBeforeTheUpstream(t *testing.T) {
	e := start(t, gate("max_age 1000000h")+`
reverse_proxy {$UPSTREAM} {
	header_up X-Order "{http.wechatpay.kind} {http.wechatpay.mchid} {http.wechatpay.out_trade_no} {http.wechatpay.total} {http.wechatpay.currency}"
}`)
	e.post(sign(fixedPayment))
	if got := e.upstream.one(t).header.Get("X-Order"); got != "payment 1900000109 SH201808222055598628 101 CNY" {
		t.Errorf("X-Order: %s", got)
	}
}
