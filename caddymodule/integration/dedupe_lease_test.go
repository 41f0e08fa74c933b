package integration

import (
	"net/http"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// A handler that outlives its lease has lost the claim: the app is called again, and what
// the first call comes to in the end has no say in the second.
func TestLeaseRunsOut(t *testing.T) {
	for rule, late := range map[string]func(http.ResponseWriter) error{
		"a yes of the first": func(w http.ResponseWriter) error { return write(w, 200, "SUCCESS") },
		"a no of the first":  func(w http.ResponseWriter) error { return write(w, 500, "") },
	} {
		t.Run(rule, func(t *testing.T) {
			entered := make(chan chan func(http.ResponseWriter) error, 10)
			inProcessHandlers["outlives"] = func(w http.ResponseWriter, _ *http.Request, _ caddyhttp.Handler) error {
				answer := make(chan func(http.ResponseWriter) error)
				entered <- answer
				return (<-answer)(w)
			}
			const short = "dedupe memory {\n\t\ttimeout 100ms\n\t}"
			e := start(t, behind("outlives", limitOpt, short))
			body := payment()
			wantAck(t, <-posted(t, e, body), timedOut.status, timedOut.ack)
			first := <-entered

			reloaded(t, e, behind("outlives", "upstream_timeout 1h", short))
			var second chan func(http.ResponseWriter) error
			var answered <-chan answer
			eventually(t, "the lease does not run out", func() bool {
				answered = posted(t, e, body)
				select {
				case second = <-entered:
					return true
				case got := <-answered:
					wantAck(t, got, inFlight.status, inFlight.ack)
					return false
				}
			})
			first <- late
			eventually(t, "the first is still at work", func() bool {
				return len(e.logs.which(func(line logLine) bool {
					return line["logger"] == accessLogger && line["wechatpay_reason"] == "upstream_timeout"
				})) == 1
			})
			wantAck(t, <-posted(t, e, body), inFlight.status, inFlight.ack)
			second <- func(w http.ResponseWriter) error { return write(w, 204, "") }
			wantAck(t, <-answered, 200, successXML)
			wantAck(t, <-posted(t, e, body), 200, successXML)
			if len(entered) != 0 {
				t.Error("called a third time")
			}
		})
	}
}

// The yes of a handler that is late must not be forgotten in silence where it could not
// be recorded either: somebody may have to look at it.
func TestLateYesThatCannotBeRecordedIsLogged(t *testing.T) {
	inProcessHandlers["late yes"] = func(w http.ResponseWriter, _ *http.Request, _ caddyhttp.Handler) error {
		time.Sleep(2 * limit)
		return write(w, 200, "SUCCESS")
	}
	store, option := newFlaky(t)
	store.troubles(errs, nil, "accept")
	e := start(t, behind(`"late yes"`, limitOpt, option))
	wantAck(t, e.post(payment()), timedOut.status, timedOut.ack)
	eventually(t, "nothing is said about the yes", func() bool {
		return len(e.logs.which(func(line logLine) bool {
			return line["logger"] == ownLogger && line["reason"] != "upstream_timeout" && (line["level"] == "warn" || line["level"] == "error") &&
				line["id"] != nil
		})) > 0
	})
}
