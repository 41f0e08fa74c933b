package command

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
)

// A terminal shows one line, which is written again and never longer than it is wide.
func TestProgressOnTerminal(t *testing.T) {
	var out bytes.Buffer
	p := &progress{out: &out, width: 40}
	p.done(1, sender.Attempt{Answer: sender.Answer{Status: 500}, Ack: sender.Ack{Reason: strings.Repeat("r", 100)}})
	p.waiting(2, 15*time.Second)
	p.done(2, sender.Attempt{Answer: sender.Answer{Status: 200}, Ack: sender.Ack{Acked: true}})
	p.end()
	written := strings.Split(out.String(), "\r\x1b[K")
	if len(written) != 4 || strings.Count(out.String(), "\n") != 1 || written[3] != "delivery 2: 200, acked, 0s\n" {
		t.Fatalf("got %q", out.String())
	}
	if !strings.HasPrefix(written[2], "delivery 2 comes in 15s, at ") {
		t.Errorf("when the next one comes is not seen: %q", written[2])
	}
	for _, line := range written {
		if len(strings.TrimSpace(line)) >= p.width {
			t.Errorf("%q does not fit", line)
		}
	}
}

// Before there is anything to tell, nothing is written.
func TestNoProgress(t *testing.T) {
	var out bytes.Buffer
	(&progress{out: &out, width: 80}).end()
	(&progress{out: &out}).end()
	if out.Len() > 0 {
		t.Errorf("got %q", out.String())
	}
}

// A wait is told with the time at which it ends.
func TestProgressElsewhere(t *testing.T) {
	var out bytes.Buffer
	(&progress{out: &out}).waiting(3, 3*time.Minute)
	line := strings.TrimSuffix(out.String(), "\n")
	text, at, told := strings.Cut(line, ", at ")
	if _, err := time.Parse(time.TimeOnly, at); err != nil || !told || text != "delivery 3 comes in 3m0s" {
		t.Errorf("got %q (%v)", out.String(), err)
	}
}
