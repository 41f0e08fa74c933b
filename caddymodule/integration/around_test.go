package integration

import (
	"context"
	"net/http"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// A handler around this one may add the outcome to the header of the ack: then the
// placeholders are asked for while the ack is being written.
func TestOutcomeInTheHeader(t *testing.T) {
	e := start(t, "header {\n\tdefer\n\tX-Outcome \"{http.wechatpay.outcome} {http.wechatpay.reason} {http.wechatpay.kind}\"\n}\n"+gate("upstream_timeout 1s")+proxy)
	protocols(t, e, func(t *testing.T, e *edge) {
		for _, row := range []struct {
			body   string
			answer http.HandlerFunc
			want   string
		}{
			{payment(), noContent, "accepted ok payment"},
			{payment(), says(200, "FAIL"), "declined upstream_declined payment"},
			{payment(), says(404, ""), "failed upstream_status payment"},
			{payment(), sleeps(slow), "failed upstream_timeout payment"},
			{"hello", noContent, "rejected malformed unknown"},
		} {
			e.upstream.answers(row.answer)
			if got := e.post(row.body).header.Get("X-Outcome"); got != row.want {
				t.Errorf("X-Outcome: %s, want %s", got, row.want)
			}
		}
	})
}

// encode around it neither compresses an ack nor changes its length.
func TestEncodeAround(t *testing.T) {
	e := start(t, "encode zstd gzip {\n\tminimum_length 1\n\tmatch status 1xx 2xx 3xx 4xx 5xx\n}\n"+gate()+proxy)
	got := e.post(payment(), withHeader("Accept-Encoding", "gzip, zstd"))
	if got.status != 200 {
		t.Errorf("%v", got)
	}
	e = start(t, "encode zstd gzip\n"+gate()+proxy)
	protocols(t, e, func(t *testing.T, e *edge) {
		got := e.post(payment(), withHeader("Accept-Encoding", "gzip, zstd"))
		got.header.Del("Vary")
		wantAck(t, got, 200, successXML)
		got = e.post("hello", withHeader("Accept-Encoding", "gzip, zstd"))
		got.header.Del("Vary")
		wantAck(t, got, 400, failXML("the body is not a well-formed notification"))
	})
}

// encode behind it has nothing to compress: whatever WeChat Pay's side says that it
// takes, the app is asked for its answer as it is.
func TestEncodeBehind(t *testing.T) {
	e := start(t, "route {\n"+gate()+"encode gzip {\n\tminimum_length 1\n}\n"+proxy+"}\n")
	e.upstream.answers(says(200, `{"code":"SUCCESS"}`, "Content-Type", "application/json"))
	wantAck(t, e.post(payment(), withHeader("Accept-Encoding", "gzip")), 200, successXML)
}

// Some handlers pass on a copy of the request, others look at it when all is done.
// The upstream gets the document all the same, and no query by way of the copy.
func TestCopyOfTheRequest(t *testing.T) {
	type mark struct{}
	inProcessHandlers["copies"] = func(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
		copied := r.WithContext(context.WithValue(r.Context(), mark{}, "still here"))
		err := next.ServeHTTP(w, copied)
		if got, _ := copied.Context().Value(mark{}).(string); got != "still here" {
			t.Error("the context lost a value")
		}
		return err
	}
	for name, next := range map[string]string{"proxy": proxy, "fastcgi": php} {
		t.Run(name, func(t *testing.T) {
			e := start(t, "log_append body_seen {http.request.body}\nlog_append uri_seen {http.request.uri}\n"+
				before("copies", "request_header X-Query \"{query}{http.request.orig_uri.query}\"\n"+next), "max_header_size 64KiB")
			wantAck(t, e.post(payment(), withTarget("/notify?total_fee=0")), 200, successXML)
			got := e.upstream.one(t)
			wantFraming(t, got)
			if query := got.header.Get("X-Query"); query != "" {
				t.Errorf("the query got through: %s", query)
			}
			if name == "fastcgi" && e.upstream.php(t).variables["REQUEST_URI"] != "/notify" {
				t.Errorf("REQUEST_URI: %s", e.upstream.php(t).variables["REQUEST_URI"])
			}
		})
	}
}
