package integration

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// questions are the events to which WeChat Pay wants data for an answer.
func questions() []kindRow {
	var rows []kindRow
	for _, eventType := range []string{
		"ENTRUST.TERMINATE_RETENTION", "CROSS_BORDER_PAY.GET_MCH_INFO", "CROSS_BORDER_PAY.PUSH_ORDER_INFO", "PARKING_FEE.QUERY_TRANS_INFO",
	} {
		rows = append(rows, otherRow(eventType, "question", `{"a":1}`))
	}
	return rows
}

// wantData demands the app's own JSON, byte for byte, and nothing else of its answer.
func wantData(t *testing.T, got answer, data string) {
	t.Helper()
	if got.status != 200 || got.body != data {
		t.Errorf("answer: %d %q\n  want: 200 %q", got.status, got.body, data)
	}
	for name, values := range got.header {
		want := map[string]string{"Content-Type": "application/json", "Content-Length": strconv.Itoa(len(data)), "Server": "Caddy"}[name]
		if strings.Join(values, ", ") != want {
			t.Errorf("%s: %q, want %q", name, values, want)
		}
	}
	if len(got.header) != 3 {
		t.Errorf("header %v, want 3", got.header)
	}
}

// The app's JSON is WeChat Pay's answer, as it is.
func TestDataAnswers(t *testing.T) {
	answers := map[string]string{
		"an object":                `{"retention_type":"COUPON","coupon_info":{"name":"一张券","amount":1.50e1}}`,
		"with blanks inside":       "{\n  \"a\" : [ 1 ,\t2 ]\n}",
		"with blanks around":       " {\"a\":1}\r\n",
		"with a code that says no": `{"code":"FAIL","message":"no such plate"}`,
		"with a member twice":      `{"a":1,"a":2}`,
		"with escapes":             `{"a":"\u003c\ud83d\ude00\/"}`,
		"a list":                   `[{"a":1}]`,
		"of 16 KiB":                `{"a":"` + strings.Repeat("x", 16<<10-8) + `"}`,
	}
	dressed := func(data string) http.HandlerFunc {
		return says(201, data, "Content-Type", "text/html", "Set-Cookie", "a=b", "X-Powered-By", "PHP")
	}
	for name, next := range upstreams {
		e := start(t, reporting+gateOfBoth(t)+next)
		protocols(t, e, func(t *testing.T, e *edge) {
			for rule, data := range answers {
				t.Run(name+"/"+rule, func(t *testing.T) {
					e.t = t
					e.upstream.answers(dressed(data))
					wantData(t, e.deliver(questions()[0].note), data)
				})
			}
			for _, row := range questions() {
				t.Run(name+"/"+row.eventType, func(t *testing.T) {
					e.t = t
					e.upstream.answers(dressed(`{"a":1}`))
					wantData(t, e.deliver(row.note), `{"a":1}`)
					wantDocument(t, e.upstream.one(t).body, row)
					wantReported(t, e, row)
				})
			}
		})
	}
}

// Without data there is no answer, and WeChat Pay gets the ack of a failure.
func TestDataAnswersThatFail(t *testing.T) {
	unreadable, badStatus := failJSON("the upstream's answer says neither yes nor no"), failJSON("the upstream answered with a status other than 2xx")
	neither, status := verdict{"upstream_unreadable", 502, unreadable}, verdict{"upstream_status", 502, badStatus}
	row := questions()[3]
	for _, accept := range []string{"accept explicit", "accept status"} {
		e := start(t, gateOfBoth(t, accept)+proxy)
		for _, failure := range []struct {
			rule   string
			answer http.HandlerFunc
			verdict
		}{
			{"204", noContent, neither},
			{"nothing", says(200, ""), neither},
			{"blanks", says(200, " \n"), neither},
			{"a yes as text", says(200, "SUCCESS"), neither},
			{"a yes in XML", says(200, successXML), neither},
			{"a page", says(200, "<html>"), neither},
			{"JSON after a warning", says(200, phpWarning+`{"a":1}`), neither},
			{"a BOM before it", says(200, bom+`{"a":1}`), neither},
			{"two objects", says(200, `{"a":1}{"a":2}`), neither},
			{"JSON cut off by the app", says(200, `{"a":`), neither},
			{"cut off", hijacked("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\":1}"), neither},
			{"compressed", says(200, `{"a":1}`, "Content-Encoding", "gzip"), neither},
			{"longer than 16 KiB", says(200, `{"a":"`+strings.Repeat("x", 16<<10)+`"}`), neither},
			{"400", says(400, `{"a":1}`), status},
			{"404", says(404, `{"a":1}`), status},
			{"500", says(500, `{"a":1}`), status},
			{"a redirect", says(307, `{"a":1}`, "Location", "/"), status},
			{"hangs up", hijacked(""), verdict{"upstream_unreachable", 502, failJSON("the upstream could not be reached")}},
		} {
			t.Run(accept+"/"+failure.rule, func(t *testing.T) {
				e.t = t
				e.upstream.answers(failure.answer)
				wantNote(t, e, row.again(), failure.verdict, 1)
			})
		}
	}
}

// A forged question gets the answer of any forgery, not the app's.
func TestForgedQuestions(t *testing.T) {
	e := start(t, gateOfBoth(t)+proxy)
	e.upstream.answers(says(200, `{"secret":"of the shop"}`))
	row := questions()[1]
	wantNote(t, e, signedBy(byStranger(), row.body), verdict{"unknown_serial", 401, failJSON(refused)}, 0)
	wantNote(t, e, withHeaders(row.body, nil), verdict{"unsigned", 401, failJSON(refused)}, 0)
	wantNote(t, e, withHeaders(row.body+" ", byPublicKey().Sign(row.body, time.Now())), verdict{"bad_signature", 401, failJSON(refused)}, 0)
}

// Other events, though alike in name, are facts and get an ack.
func TestEventsThatAreNoQuestions(t *testing.T) {
	e := start(t, gateOfBoth(t)+proxy)
	e.upstream.answers(says(200, `{"code":"SUCCESS","data":{"a":1}}`))
	for _, eventType := range []string{"ENTRUST.TERMINATE", "ENTRUST.TERMINATE_INQUIRY", "PARKING_FEE.QUERY", "NATIVE.SCAN"} {
		wantNote(t, e, otherRow(eventType, "question", `{"a":1}`).note, verdict{"ok", 200, successJSON}, 1)
	}
}
