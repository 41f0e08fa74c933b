package integration

import (
	"net/http"
	"reflect"
	"testing"
)

// What is not POST is nobody from WeChat Pay: an ordinary Caddy error.
func TestMethod(t *testing.T) {
	e := start(t, reporting+gate()+proxy)
	protocols(t, e, func(t *testing.T, e *edge) {
		for _, method := range []string{"GET", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "post"} {
			t.Run(method, func(t *testing.T) {
				e.t = t
				got := e.post(payment(), withMethod(method))
				want := http.Header{"Allow": {"POST"}, "Content-Length": {"0"}, "Server": {"Caddy"}}
				if got.status != http.StatusMethodNotAllowed || got.body != "" || !reflect.DeepEqual(got.header, want) {
					t.Errorf("%v, want 405 with an empty body and %v", got, want)
				}
				wantReport(t, e, "rejected", "method", "", "")
				if calls := e.upstream.calls(); len(calls) != 0 {
					t.Errorf("the upstream was called: %v", calls)
				}
			})
		}
	})
}

// handle_errors may answer it as it likes; Allow stays.
func TestMethodThroughHandleErrors(t *testing.T) {
	e := start(t, gate()+proxy+`
handle_errors {
	respond "{err.status_code} {err.status_text}" {err.status_code}
}`)
	got := e.post(payment(), withMethod("GET"))
	if got.status != 405 || got.body != "405 Method Not Allowed" || got.header.Get("Allow") != "POST" {
		t.Errorf("%v, want 405 from handle_errors with Allow: POST", got)
	}
}

// Every other refusal is for WeChat Pay; handle_errors has no say in it.
func TestHandleErrorsDoesNotTouchAcks(t *testing.T) {
	e := start(t, gate()+`
reverse_proxy 127.0.0.1:1
handle_errors {
	respond SUCCESS 200
}`)
	wantAck(t, e.post("hello"), 400, failXML("the body is not a well-formed notification"))
	wantAck(t, e.post(payment()), 502, failXML("the upstream could not be reached"))
}
