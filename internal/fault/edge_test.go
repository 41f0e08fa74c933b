package fault_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/fault"
	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// genuine are faults that end with an ack.
var genuine = map[string]bool{"control": true, "v3-control": true, "replay": true, "two-copies": true, "ten-copies": true, "hang-up": true}

func wantedOf(name string) fault.State {
	if genuine[name] {
		return fault.Taken
	}
	return fault.Refused
}

// The handler stands all of it, and its app never learns of what it should not.
func TestHandler(t *testing.T) {
	e := newEdge(t, answers(http.StatusOK, "SUCCESS"), "")
	pinned := newEdge(t, answers(http.StatusOK, "SUCCESS"), `, "sign_type": "HMAC-SHA256"`)
	for _, f := range fault.All() {
		t.Run(f.Name, func(t *testing.T) {
			against, target := e, targetAt(t, e.URL)
			if f.Name == "downgrade" {
				against, target = pinned, targetAt(t, pinned.URL)
				target.Sender.Issuer.SignType = verifier.HMACSHA256
			}
			before := against.app.called()
			r := play(t, f.Name, target)
			if r.State != wantedOf(f.Name) || !r.OK() || r.Bad() {
				t.Errorf("got %+v", r)
			}
			calls := 0
			if delivers[f.Name] && f.Name != "stale" {
				calls = 1
			}
			if got := against.app.called() - before; got != calls {
				t.Errorf("the app was called %d times, want %d", got, calls)
			}
		})
	}
}

// Of ten copies that come during a call, nine are told to come again.
func TestCopiesMeet(t *testing.T) {
	others := make(chan struct{}, 10)
	e := newEdge(t, func(w http.ResponseWriter) error {
		for range 9 {
			<-others
		}
		return answers(http.StatusOK, "SUCCESS")(w)
	}, "")
	e.answered = func(status int) {
		if status == http.StatusServiceUnavailable {
			others <- struct{}{}
		}
	}
	if r := play(t, "ten-copies", targetAt(t, e.URL)); r.State != fault.Taken || !strings.Contains(r.Detail, "1 of 10 copies are acked, and 9 are to come again") {
		t.Errorf("got %+v", r)
	}
}

// An app that is at work when WeChat Pay hangs up is not called a second time.
func TestHangUpDuringACall(t *testing.T) {
	again := make(chan struct{})
	e := newEdge(t, func(w http.ResponseWriter) error {
		<-again
		return answers(http.StatusOK, "SUCCESS")(w)
	}, "")
	var once sync.Once
	e.answered = func(status int) {
		if status == http.StatusServiceUnavailable {
			once.Do(func() { close(again) })
		}
	}
	if r := play(t, "hang-up", targetAt(t, e.URL)); r.State != fault.Taken || e.app.called() != 1 {
		t.Errorf("got %+v after %d calls", r, e.app.called())
	}
}

// An app that says no proves that the edge is open, and nothing of what comes after an ack.
func TestAppSaysNo(t *testing.T) {
	for says, status := range map[string]int{`{"code":"FAIL","message":"no such order"}`: 500, "<html>": 502} {
		e := newEdge(t, answers(http.StatusOK, says), "")
		for _, f := range fault.All() {
			want := wantedOf(f.Name)
			switch f.Name {
			case "downgrade":
				continue
			case "replay", "conflict", "two-copies", "ten-copies", "hang-up":
				want = fault.NotProven
			}
			r := play(t, f.Name, targetAt(t, e.URL))
			if r.State != want || r.Bad() || r.OK() != (want != fault.NotProven) {
				t.Errorf("%s: got %+v, want %s", f.Name, r, want)
			}
			if genuine[f.Name] && (r.Status != status || !strings.Contains(r.Detail, "verified; the app said no")) {
				t.Errorf("%s: got %+v", f.Name, r)
			}
		}
	}
}

// An edge that takes certain appids gets one of them.
func TestFields(t *testing.T) {
	e := newEdge(t, answers(http.StatusOK, "SUCCESS"), `, "appids": ["wx0000000000000001"]`)
	for _, name := range []string{"control", "v3-control", "replay", "conflict", "hang-up", "ten-copies"} {
		target := targetAt(t, e.URL)
		if r := play(t, name, target); r.State != fault.Unexpected || r.Status != http.StatusUnauthorized {
			t.Errorf("%s: without the appid, got %+v", name, r)
		}
		target.Fields = []issuer.Field{{Name: "appid", Value: "wx0000000000000001"}, {Name: "payer.openid", Value: "o1"}}
		if r := play(t, name, target); r.State != wantedOf(name) {
			t.Errorf("%s: got %+v", name, r)
		}
	}
}

// Without keys there are still forgeries to play.
func TestWithoutKeys(t *testing.T) {
	e := newEdge(t, answers(http.StatusOK, "SUCCESS"), "")
	played := 0
	for _, f := range fault.All() {
		target := targetAt(t, e.URL)
		target.Sender.Issuer = &issuer.Issuer{MchID: mchID}
		switch r := play(t, f.Name, target); r.State {
		case fault.Refused:
			played++
		case fault.NotApplicable:
			if r.OK() || r.Bad() || r.Status != 0 || !strings.HasPrefix(r.Detail, "it takes ") {
				t.Errorf("%s: got %+v", f.Name, r)
			}
		default:
			t.Errorf("%s: got %+v", f.Name, r)
		}
		target.Sender.Issuer = nil
		if r := play(t, f.Name, target); r.State != fault.NotApplicable {
			t.Errorf("%s: without a merchant, got %+v", f.Name, r)
		}
	}
	if played < 10 || e.app.called() != 0 {
		t.Errorf("%d were played, and the app was called %d times", played, e.app.called())
	}
}

// A merchant of APIv3 alone has what comes after an ack proven as well.
func TestV3Alone(t *testing.T) {
	e := newEdge(t, answers(http.StatusOK, "SUCCESS"), "")
	for _, f := range fault.All() {
		target := targetAt(t, e.URL)
		target.Sender.Issuer.Key = ""
		target.Fields = []issuer.Field{{Name: "amount.total", Value: "100"}}
		r := play(t, f.Name, target)
		if r.State != wantedOf(f.Name) && r.State != fault.NotApplicable {
			t.Errorf("%s: got %+v", f.Name, r)
		}
		if needed := delivers[f.Name] && f.Name != "control" || f.Class == fault.Network; needed && r.State == fault.NotApplicable {
			t.Errorf("%s: is not played: %s", f.Name, r.Detail)
		}
	}
	if e.app.called() != len(delivers)-2 { // all but control and stale
		t.Errorf("the app was called %d times", e.app.called())
	}
}

// What cannot be issued is not played.
func TestUnissued(t *testing.T) {
	e := newEdge(t, answers(http.StatusOK, "SUCCESS"), "")
	for _, f := range fault.All() {
		target := targetAt(t, e.URL)
		target.Sender.Issuer.SignType = verifier.HMACSHA256
		target.Fields = []issuer.Field{{Name: "no name"}, {Name: "attach.within", Value: "x"}} // of an element, of a member
		r := play(t, f.Name, target)
		if bodiless := f.Name == "get" || f.Name == "empty-body" || f.Name == "unsigned-fail" || f.Name == "v3-no-headers" || f.Name == "v3-probe"; !bodiless && (r.State != fault.Failed || !strings.Contains(r.Detail, "is not the ")) {
			t.Errorf("%s: got %+v", f.Name, r)
		}
	}
}

// A larger limit of the edge is met as well.
func TestMaxBody(t *testing.T) {
	e := newEdge(t, answers(http.StatusOK, "SUCCESS"), "")
	target := targetAt(t, e.URL)
	target.MaxBody = 10 << 10
	if r := play(t, "too-large", target); r.State != fault.LetThrough {
		t.Errorf("a body of 10 KiB: got %+v", r)
	}
	target.MaxBody = 200 << 10
	if r := play(t, "too-large", target); r.State != fault.Refused {
		t.Errorf("a body of 200 KiB: got %+v", r)
	}
}

// A slow body takes as long as it is told to, and no longer.
func TestSlow(t *testing.T) {
	e := newEdge(t, answers(http.StatusOK, "SUCCESS"), "")
	target := targetAt(t, e.URL)
	target.Slow = 200 * time.Millisecond
	if r := play(t, "slow-body", target); r.State != fault.Refused || r.Took < target.Slow {
		t.Errorf("got %+v", r)
	}
	target.Slow, target.Limit = time.Hour, 100*time.Millisecond
	if r := play(t, "slow-body", target); r.State != fault.Unexpected || !strings.Contains(r.Detail, "no answer in 100ms") {
		t.Errorf("got %+v", r)
	}
}
