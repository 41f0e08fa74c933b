package integration

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// The app's answer becomes the ack of the notification's own API version.
func TestKindsAnswered(t *testing.T) {
	long := strings.Repeat("长", 200)
	rows := []struct {
		rule, outcome, reason string
		answer                http.HandlerFunc
		status                int
		inXML, inJSON         string // empty: the ack of success
	}{
		{"204", "accepted", "ok", noContent, 200, "", ""},
		{"success as text", "accepted", "ok", says(200, "success"), 200, "", ""},
		{"the ack of APIv3", "accepted", "ok", says(200, successJSON), 200, "", ""},
		{"the ack of APIv2", "accepted", "ok", says(200, successXML), 200, "", ""},
		{"a no", "declined", "upstream_declined", says(200, `{"code":"FAIL","message":"no such order"}`), 500, "no such order", "no such order"},
		{"a no in XML", "declined", "upstream_declined", says(200, failXML("没有订单")), 500, "没有订单", "没有订单"},
		{"a no without a message", "declined", "upstream_declined", says(200, `{"code":"FAIL"}`), 500,
			"the upstream declined the notification", "the upstream declined the notification"},
		{"a message longer than either allows", "declined", "upstream_declined", says(200, `{"code":"FAIL","message":"`+long+`"}`), 500, long[:3*128], long[:3*64]},
		{"a message with quotes and an end of CDATA", "declined", "upstream_declined", says(200, `{"code":"FAIL","message":"\"\\\u0000]]>"}`), 500,
			`"\ ]]]]><![CDATA[>`, `\"\\ ]]\u003e`},
		{"500", "failed", "upstream_status", says(500, successJSON), 502,
			"the upstream answered with a status other than 2xx", "the upstream answered with a status other than 2xx"},
		{"a redirect", "failed", "upstream_status", says(302, "", "Location", "/login"), 502,
			"the upstream answered with a status other than 2xx", "the upstream answered with a status other than 2xx"},
		{"a page", "failed", "upstream_unreadable", says(200, "<html>"), 502,
			"the upstream's answer says neither yes nor no", "the upstream's answer says neither yes nor no"},
		{"JSON that is no answer", "failed", "upstream_unreadable", says(200, `{"prepay_id":"wx1"}`), 502,
			"the upstream's answer says neither yes nor no", "the upstream's answer says neither yes nor no"},
		{"compressed", "failed", "upstream_unreadable", says(200, "\x1f\x8b", "Content-Encoding", "gzip"), 502,
			"the upstream's answer says neither yes nor no", "the upstream's answer says neither yes nor no"},
	}
	e := start(t, reporting+gateOfBoth(t)+proxy)
	protocols(t, e, func(t *testing.T, e *edge) {
		for _, row := range rows {
			for _, sent := range []kindRow{refundRow(), plateRow(), v3PaymentRow(), v3ProfitSharingRow()} {
				t.Run(row.rule+"/"+sent.name, func(t *testing.T) {
					e.t = t
					e.upstream.answers(row.answer)
					want := sent.success()
					switch {
					case row.status == 200:
					case sent.fields == nil:
						want = failJSON(row.inJSON)
					default:
						want = failXML(row.inXML)
					}
					wantAck(t, e.deliver(sent.note), row.status, want)
					wantReport(t, e, row.outcome, row.reason, mchID, sent.kind)
				})
			}
		}
	})
}

// So does its silence, questions included.
func TestKindsTooLate(t *testing.T) {
	e := start(t, reporting+gateOfBoth(t, "upstream_timeout 300ms")+proxy)
	e.upstream.answers(sleeps(10 * time.Second))
	for _, row := range []kindRow{refundRow(), nativeRow(), v3PaymentRow(), questions()[0]} {
		t.Run(row.name, func(t *testing.T) {
			e.t = t
			want := row.ofVersion("upstream_timeout", 504, "the upstream did not answer within upstream_timeout")
			wantNote(t, e, row.note, want, 1)
			wantReport(t, e, "failed", want.reason, mchID, row.kind)
		})
	}
}
