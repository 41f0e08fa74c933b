package integration

import (
	"net/http"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

func acceptedOnce(t *testing.T, store string) {
	for name, next := range upstreams {
		t.Run(name, func(t *testing.T) {
			e := start(t, reporting+gate(store)+next)
			protocols(t, e, func(t *testing.T, e *edge) {
				fields := wechatpaytest.Payment(mchID)
				wantDelivery(t, e, sign(fields), yes, 1)
				for range 2 {
					wantDelivery(t, e, sign(fields), duplicate, 0)
					wantReport(t, e, "duplicate", "duplicate", mchID, "payment")
					wantFields(t, e.logs.one(t, accessLogger), map[string]any{
						"id":           "transaction:" + mchID + ":" + fields["transaction_id"] + ":SUCCESS",
						"out_trade_no": fields["out_trade_no"], "transaction_id": fields["transaction_id"],
					})
				}
			})
		})
	}
}

// What the app did not say yes to is delivered as if for the first time.
func notAcceptedComesAgain(t *testing.T, store string) {
	inProcessHandlers["panics"] = func(http.ResponseWriter, *http.Request, caddyhttp.Handler) error { panic("out of order") }
	for name, next := range upstreams {
		e := start(t, gate(store)+next)
		answers := []said{
			{"declined", says(200, "FAIL no"), no("FAIL no")},
			{"declined in JSON", says(200, `{"code":"FAIL","message":"no"}`), no("no")},
			{"302", says(302, "", "Location", "/login"), status},
			{"404", says(404, "SUCCESS"), status},
			{"500", says(500, "SUCCESS"), status},
			{"503", says(503, ""), status},
			{"a page", says(200, "<html>"), neither},
			{"compressed", says(200, "\x1f\x8b", "Content-Encoding", "gzip"), neither},
		}
		if name == "proxy" {
			answers = append(answers,
				said{"cut off", hijacked("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nSUCCESS"), neither},
				said{"hangs up", hijacked(""), notReachable})
		}
		for _, row := range answers {
			t.Run(name+"/"+row.rule, func(t *testing.T) {
				e.t = t
				body := payment()
				e.upstream.answers(row.answer)
				wantDelivery(t, e, body, row.verdict, 1)
				wantDelivery(t, e, body, row.verdict, 1)
				e.upstream.answers(noContent)
				wantDelivery(t, e, body, yes, 1)
				wantDelivery(t, e, body, duplicate, 0)
			})
		}
	}
	for rule, row := range map[string]struct {
		site string
		verdict
	}{
		"nobody listens":    {gate(store) + "reverse_proxy 127.0.0.1:1\n", notReachable},
		"php-fpm is down":   {gate(store) + "php_fastcgi 127.0.0.1:1\n", notReachable},
		"nobody answers":    {gate(store), verdict{"no_upstream", 502, noUpstream}},
		"a handler panics":  {behind("panics", store), neither},
		"a handler aborts":  {"route {\n" + gate(store) + "abort\n}\n", neither},
		"a handler refuses": {"route {\n" + gate(store) + "error 403\n}\n", status},
	} {
		t.Run(rule, func(t *testing.T) {
			e := start(t, row.site)
			body := payment()
			wantDelivery(t, e, body, row.verdict, 0)
			wantDelivery(t, e, body, row.verdict, 0)
			reloaded(t, e, gate(store)+proxy)
			wantDelivery(t, e, body, yes, 1)
			wantDelivery(t, e, body, duplicate, 0)
		})
	}
}

func timeoutComesAgain(t *testing.T, store string) {
	for name, next := range upstreams {
		t.Run(name, func(t *testing.T) {
			e := start(t, gate(store, limitOpt)+next)
			body := payment()
			_, letGo := held(t, e, says(500, ""))
			wantAck(t, e.post(body), timedOut.status, timedOut.ack)
			e.upstream.answers(noContent)
			letGo()
			e.send.close()           // php-fpm keeps the connection busy
			settled(t, e, body, yes) // the claim is given up after the ack
			wantCalls(t, e, 2)
			wantAnswer(t, e, body, duplicate, 0)
		})
	}
}

// Neither what a stranger makes of a notification, nor what is wrong with a genuine one,
// has any effect on the notification itself, before it is accepted or after.
func refusedChangesNothing(t *testing.T, store string) {
	e := start(t, gate(store, "max_age 1h", "max_body_size 4KiB", "amount_guard attach {env.WECHATPAY_APIV2_KEY}")+proxy)
	sealed := func(fields wechatpaytest.Fields) wechatpaytest.Fields {
		return fields.With("attach", seal(apiKey, "", fields))
	}
	fields := sealed(wechatpaytest.Payment(mchID))
	genuine := sign(fields)
	gzip := withHeader("Content-Encoding", "gzip")
	refusals := []struct {
		rule, reason string
		status       int
		body         string
		change       change
	}{
		{"forged", "bad_signature", 401, fields.Sign(someKey, verifier.MD5), nil},
		{"another amount, not signed", "bad_signature", 401, fields.Signed(apiKey, verifier.MD5).With("total_fee", "2").XML(), nil},
		{"unsigned", "unsigned", 401, fields.XML(), nil},
		{"cut off", "malformed", 400, genuine[:len(genuine)-6], nil},
		{"another merchant's", "unknown_merchant", 401, sign(fields.With("mch_id", "1900000999")), nil},
		{"compressed", "encoding", 415, genuine, gzip},
		{"not a POST", "method", 405, genuine, withMethod(http.MethodPut)},
		{"too large", "too_large", 413, genuine + string(make([]byte, 4096)), nil},
		{"no amount", "missing_field", 422, sign(fields.Without("total_fee")), nil},
		{"an amount that is none", "bad_amount", 422, sign(fields.With("total_fee", "0")), nil},
		{"a time that is none", "bad_field", 422, sign(fields.With("time_end", "soon")), nil},
		{"stale", "stale", 403, sign(fields.With("time_end", wechatpaytest.PaymentAt(mchID, time.Now().Add(-2*time.Hour))["time_end"])), nil},
		{"not the order's amount", "amount_mismatch", 409, sign(fields.With("total_fee", "2")), nil},
	}
	refuseAll := func(when string) {
		for _, row := range refusals {
			t.Run(when+"/"+row.rule, func(t *testing.T) {
				e.t = t
				changes := []change{}
				if row.change != nil {
					changes = append(changes, row.change)
				}
				if got := e.post(row.body, changes...); got.status != row.status {
					t.Errorf("%v, want %d", got, row.status)
				}
				wantFields(t, e.logs.one(t, ownLogger), map[string]any{"reason": row.reason})
				if calls := e.upstream.calls(); len(calls) != 0 {
					t.Errorf("the upstream was called: %v", calls)
				}
			})
		}
		e.t = t
	}
	refuseAll("before")
	wantDelivery(t, e, genuine, yes, 1)
	refuseAll("after")
	wantDelivery(t, e, genuine, duplicate, 0)
}
