package integration

import (
	"path/filepath"
	"testing"

	"github.com/caddyserver/caddy/v2"
)

// What a delivery comes to besides the upstream's own verdict.
var (
	duplicate    = verdict{"duplicate", 200, successXML}
	conflict     = verdict{"conflict", 409, failXML("the content differs from what was accepted earlier")}
	inFlight     = verdict{"in_flight", 503, failXML("another delivery of it is being processed")}
	storeError   = verdict{"store_error", 503, failXML("the record of accepted notifications is out of reach")}
	stale        = verdict{"stale", 403, failXML("the notification is older than max_age")}
	notReachable = verdict{"upstream_unreachable", 502, unreachable}
	timedOut     = verdict{"upstream_timeout", 504, tooLate}
)

// upstreams are the ways in which an app is reached.
var upstreams = map[string]string{"proxy": proxy, "fastcgi": php}

// dedupeRules hold whatever the store. Each is given the dedupe option of an empty one.
var dedupeRules = []struct {
	rule  string
	check func(t *testing.T, store string)
}{
	{"an accepted notification is not forwarded again", acceptedOnce},
	{"what is not accepted comes again", notAcceptedComesAgain},
	{"a timeout comes again", timeoutComesAgain},
	{"a refused message changes nothing", refusedChangesNothing},
	{"the content decides about duplicate and conflict", contentDecides},
	{"other facts are facts of their own", otherFacts},
	{"in flight is in flight", oneAtATime},
	{"of many copies at once, one is forwarded", manyCopies},
	{"of many copies at once, one is accepted", manyCopiesOfWhichSomeFail},
	{"the answer to a sender who hung up is kept", answerAfterHangUp},
	{"a yes after upstream_timeout is kept", lateYesIsKept},
	{"a no after upstream_timeout is none", lateNoComesAgain},
	{"max_age comes before the record", ageComesFirst},
	{"a record is gone after its retention", recordIsGone},
	{"records survive a reload", recordsSurviveReload},
	{"a delivery in flight survives a reload", flightSurvivesReload},
	{"handlers on the same store share it", handlersShare},
	{"sites on the same store share it", sitesShare},
}

func TestDedupe(t *testing.T) {
	stores := map[string]func(*testing.T) string{
		"memory": func(*testing.T) string { return "dedupe memory" },
		"file":   func(t *testing.T) string { return "dedupe file " + newFile(t) },
	}
	for name, option := range stores {
		for _, row := range dedupeRules {
			t.Run(name+"/"+row.rule, func(t *testing.T) { row.check(t, option(t)) })
		}
	}
}

// newFile names a file for records. Caddy is stopped before its directory goes.
func newFile(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "dedupe.db")
	t.Cleanup(func() { _ = caddy.Stop() })
	return path
}

// wantDelivery delivers body, and demands how that ends and how often the upstream is
// called for it.
func wantDelivery(t *testing.T, e *edge, body string, want verdict, calls int) {
	t.Helper()
	wantAnswer(t, e, body, want, calls)
	wantFields(t, e.logs.one(t, ownLogger), map[string]any{"reason": want.reason})
	e.logs.one(t, accessLogger) // so that it is not taken for the next delivery's
}

// wantAnswer is wantDelivery without the log, where that may still come to hold what was
// before.
func wantAnswer(t *testing.T, e *edge, body string, want verdict, calls int) {
	t.Helper()
	wantAck(t, e.post(body), want.status, want.ack)
	wantCalls(t, e, calls)
}

// wantCalls demands how often the app was called since the last clear.
func wantCalls(t *testing.T, e *edge, want int) {
	t.Helper()
	if got := len(e.upstream.calls()); got != want {
		t.Errorf("the upstream was called %d times, want %d", got, want)
	}
}

// settled delivers body until it is no longer in flight, and demands how it ends then.
func settled(t *testing.T, e *edge, body string, want verdict) {
	t.Helper()
	var got answer
	eventually(t, "it is in flight for ever", func() bool {
		var err error
		if got, err = e.send.try(body); err != nil {
			t.Fatal(err)
		}
		return got.status != inFlight.status || got.body != inFlight.ack
	})
	wantAck(t, got, want.status, want.ack)
}

// posted is the answer to a delivery of body by another sender, which goes on meanwhile.
// A server that is about to end may close a connection instead of reading from it.
func posted(t *testing.T, e *edge, body string) <-chan answer {
	result := make(chan answer, 1)
	other := newSender(e.listen, "HTTP/1.1")
	t.Cleanup(other.close)
	go func() {
		got, err := other.try(body)
		for tries := 0; err != nil && tries < 5; tries++ {
			got, err = other.try(body)
		}
		if err != nil {
			t.Error(err)
		}
		got.header.Del("Connection") // a server may say that it goes
		result <- got
	}()
	return result
}

// reloaded replaces the site and waits until the connection that is used from now on is
// one of the new server's: the old one still takes a few, only to close them.
func reloaded(t *testing.T, e *edge, site string) {
	t.Helper()
	e.reload(site)
	eventually(t, "the new server does not answer", func() bool {
		got, err := e.send.try("hello")
		return err == nil && got.header.Get("Connection") != "close"
	})
}
