package command_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
)

// thirdTime acks the third delivery.
func thirdTime(number int, w http.ResponseWriter) {
	if number < 3 {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	fmt.Fprint(w, ack)
}

// On a schedule it comes again until it is acked, and tells when.
func TestSendOnSchedule(t *testing.T) {
	files(t, keyFiles(nil))
	for schedule := range sender.Schedules {
		s := startStub(t, thirdTime)
		got := run(t, "", words("send "+s.url+withKeys+"--kind payment --speed 10000 --schedule "+schedule)...)
		got.want(t, 0, "3 deliveries, 1 acked", "delivery 1: 500, not acked: the status is 500, not 200")
		if deliveries := len(s.deliveries()); deliveries != 3 {
			t.Errorf("%s: %d deliveries", schedule, deliveries)
		}
		for _, want := range []string{"delivery 2 comes in 2ms, at ", "delivery 2: 500", "delivery 3 comes in 2ms, at ", "delivery 3: 200, acked"} {
			if !strings.Contains(got.stderr, want) {
				t.Errorf("%s: %q is not in %s", schedule, want, got.stderr)
			}
		}
	}
}

// A schedule that ends without an ack ends with 1.
func TestSendToTheEndOfTheSchedule(t *testing.T) {
	files(t, keyFiles(nil))
	s := startStub(t, func(_ int, w http.ResponseWriter) { w.WriteHeader(http.StatusCreated) })
	run(t, "", words("send "+s.url+withKeys+"--kind payment --speed 1000000 --schedule legacy")...).want(t, 1, "10 deliveries, 0 acked", "")
}

// Whoever interrupts it gets what there is, at once.
func TestSendInterrupted(t *testing.T) {
	files(t, keyFiles(nil))
	tests := []struct{ name, args string }{
		{"between deliveries", "--schedule current"},
		{"before the next one", "--repeat 1000"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			s := startStub(t, func(_ int, w http.ResponseWriter) { w.WriteHeader(http.StatusTeapot) })
			stderr := watcher{word: "delivery 1: 418", found: interrupt}
			got := runWatched(ctx, t, &stderr, words("send "+s.url+withKeys+"--kind payment "+test.args)...)
			got.want(t, 1, "interrupted: that is what there was by then", "")
			if n := len(s.deliveries()); n > 2 {
				t.Errorf("%d deliveries", n)
			}
		})
	}
}

// During a delivery, too.
func TestSendInterruptedWhileWaiting(t *testing.T) {
	files(t, keyFiles(nil))
	ctx, interrupt := context.WithCancel(t.Context())
	over := make(chan struct{})
	s := startStub(t, func(int, http.ResponseWriter) {
		interrupt()
		<-over
	})
	t.Cleanup(func() { close(over) })
	got := runWatched(ctx, t, new(watcher), words("send "+s.url+withKeys+"--kind payment")...)
	got.want(t, 1, "not acked: the delivery was given up", "")
}

type sendReport struct {
	Deliveries []struct {
		Number, Status int
		Acked          bool
		Reason, Answer string
		Warnings       []string
		TookMS         *int `json:"took_ms"`
	}
	Acked, Interrupted *bool
}

func TestSendInJSON(t *testing.T) {
	files(t, keyFiles(nil))
	s := startStub(t, func(number int, w http.ResponseWriter) {
		if number == 1 {
			w.WriteHeader(http.StatusInternalServerError)
		}
		fmt.Fprint(w, strings.ReplaceAll(ack, "><return_msg", ">\n<return_msg"))
	})
	got := run(t, "", words("send "+s.url+withKeys+"--kind payment --json --repeat 2")...)
	var r sendReport
	if err := json.Unmarshal([]byte(got.stdout), &r); err != nil || got.code != 0 || len(r.Deliveries) != 2 || !*r.Acked || *r.Interrupted {
		t.Fatalf("got code %d, %s (%v)", got.code, got.stdout, err)
	}
	first, last := r.Deliveries[0], r.Deliveries[1]
	if first.Number != 1 || first.Status != 500 || first.Acked || !strings.Contains(first.Reason, "500") || first.TookMS == nil {
		t.Errorf("the first is %+v", first)
	}
	if last.Number != 2 || last.Status != 200 || !last.Acked || last.Reason != "" || len(last.Warnings) != 1 || !strings.Contains(last.Answer, "SUCCESS") {
		t.Errorf("the last is %+v", last)
	}
}
