package sender_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
)

// roundTripper answers without a network, so that time can be simulated.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func response(status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"text/xml"}}, Body: io.NopCloser(strings.NewReader(body)),
	}
}

// after answers with an ack after some time, unless the sender hangs up before.
func after(wait time.Duration) roundTripper {
	return func(r *http.Request) (*http.Response, error) {
		select {
		case <-time.After(wait):
			return response(http.StatusOK, xmlYes), nil
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
}

// slowly is a body that comes in two parts, the second one after some time.
type slowly struct {
	ctx   context.Context
	wait  time.Duration
	parts []string
}

func (b *slowly) Read(to []byte) (int, error) {
	if len(b.parts) == 0 {
		return 0, io.EOF
	}
	if len(b.parts) == 1 {
		select {
		case <-time.After(b.wait):
		case <-b.ctx.Done():
			return 0, b.ctx.Err()
		}
	}
	part := b.parts[0]
	b.parts = b.parts[1:]
	return copy(to, part), nil
}

func (*slowly) Close() error { return nil }

// WeChat Pay waits for five seconds, to the last byte.
func TestPatience(t *testing.T) {
	bodyAfter := func(wait time.Duration) roundTripper {
		return func(r *http.Request) (*http.Response, error) {
			answer := response(http.StatusOK, "")
			answer.Body = &slowly{r.Context(), wait, []string{xmlYes[:20], xmlYes[20:]}}
			return answer, nil
		}
	}
	tests := []struct {
		name   string
		answer roundTripper
		acked  bool
	}{
		{"just in time", after(sender.Patience - time.Millisecond), true},
		{"too late", after(sender.Patience + time.Millisecond), false},
		{"the body just in time", bodyAfter(sender.Patience - time.Millisecond), true},
		{"the body too late", bodyAfter(sender.Patience + time.Millisecond), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := (&sender.Sender{URL: "http://edge.test/", Transport: test.answer}).Deliver(t.Context(), issue(t, newIssuer(), "payment"))
				if a.Ack.Acked != test.acked || a.Took > sender.Patience {
					t.Errorf("got %+v after %s", a.Ack, a.Took)
				}
				if !test.acked && (!errors.Is(a.Err, context.DeadlineExceeded) || !strings.Contains(a.Ack.Reason, "within 5s")) {
					t.Errorf("got %q (%v)", a.Ack.Reason, a.Err)
				}
			})
		})
	}
}

// Whoever gives up does not wait.
func TestGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		a := (&sender.Sender{URL: "http://edge.test/", Transport: after(time.Minute)}).Deliver(ctx, issue(t, newIssuer(), "payment"))
		if a.Ack.Acked || a.Took != time.Second || a.Ack.Reason != "the delivery was given up" {
			t.Errorf("got %+v after %s", a.Ack, a.Took)
		}
	})
}
