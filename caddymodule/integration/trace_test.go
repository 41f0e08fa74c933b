package integration

import (
	"regexp"
	"strings"
	"testing"
)

const (
	traceID = "0af7651916cd43dd8448eb211c80319c"
	trace   = "00-" + traceID + "-b7ad6b7169203331-01"
)

// A trace goes on through the edge, to the app and to the look-up of the order, and the
// log line names it.
func TestTraceGoesOn(t *testing.T) {
	t.Setenv("OTEL_TRACES_EXPORTER", "none")
	for rule, sent := range map[string][]change{
		"that began before": {withHeader("Traceparent", trace), withHeader("Tracestate", "a=b")},
		"that begins here":  nil,
	} {
		t.Run(rule, func(t *testing.T) {
			orders := newShop(t)
			e := start(t, "tracing\n"+gate(guardLookup)+proxy)
			wantAck(t, e.post(payment(), sent...), 200, successXML)
			got := e.upstream.one(t).header.Get("Traceparent")
			id := traceOf(got)
			if id == "" || sent != nil && id != traceID {
				t.Errorf("the app gets traceparent %q", got)
			}
			orders.wantQuestions(t, 1)
			if order := traceOf(orders.questions()[0].Header.Get("Traceparent")); order != id {
				t.Errorf("the look-up is of trace %q, want %q", order, id)
			}
			wantFields(t, e.logs.one(t, ownLogger), map[string]any{"trace_id": id})
		})
	}
}

// Without the tracing handler, the header goes through as it came.
func TestTraceHeadersGoThrough(t *testing.T) {
	e := start(t, gate()+proxy)
	e.post(payment(), withHeader("Traceparent", trace), withHeader("Tracestate", "a=b"), withHeader("Baggage", "c=d"))
	header := e.upstream.one(t).header
	for name, want := range map[string]string{"Traceparent": trace, "Tracestate": "a=b", "Baggage": "c=d"} {
		if got := strings.Join(header.Values(name), ","); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if line := e.logs.one(t, ownLogger); line["trace_id"] != nil {
		t.Errorf("the log takes trace %v from an unsigned header", line["trace_id"])
	}
}

var traceParent = regexp.MustCompile(`^00-([0-9a-f]{32})-[0-9a-f]{16}-0[01]$`)

func traceOf(header string) string {
	if found := traceParent.FindStringSubmatch(header); found != nil {
		return found[1]
	}
	return ""
}
