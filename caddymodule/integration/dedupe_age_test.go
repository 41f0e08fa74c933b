package integration

import (
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// What is too old is refused even where it is known to be accepted: an answer would tell
// a stranger that it was.
func ageComesFirst(t *testing.T, store string) {
	e := start(t, gate(store, "max_age 1h")+proxy)
	old := sign(wechatpaytest.PaymentAt(mchID, time.Now().Add(-10*time.Minute)))
	wantDelivery(t, e, old, yes, 1)
	wantDelivery(t, e, old, duplicate, 0)
	reloaded(t, e, gate(store, "max_age 5m")+proxy)
	wantDelivery(t, e, old, stale, 0)
	reloaded(t, e, gate(store, "max_age 1h")+proxy)
	wantDelivery(t, e, old, duplicate, 0)
}

// A record is kept for its retention, and no longer.
func recordIsGone(t *testing.T, store string) {
	const kept = time.Second
	e := start(t, gate(store+" {\n\t\tretention 1s\n\t}")+proxy)
	body := payment()
	sent := time.Now()
	wantDelivery(t, e, body, yes, 1)
	eventually(t, "it is remembered for ever", func() bool {
		wantAck(t, e.post(body), 200, successXML)
		again := len(e.upstream.calls()) > 0
		if again && time.Since(sent) < kept {
			t.Fatalf("forgotten after %v, want %v", time.Since(sent), kept)
		}
		return again
	})
	wantDelivery(t, e, body, duplicate, 0) // and remembered anew
}

// In between, what is too young for max_age and too old for the record would be new.
func TestShortRetentionIsWarnedOf(t *testing.T) {
	for option, want := range map[string]int{
		"dedupe memory {\n\tretention 47h\n}": 1, "dedupe memory {\n\tretention 48h\n}": 0, "dedupe memory": 0, "dedupe off": 0,
	} {
		e := start(t, gate(option)+proxy)
		warnings := e.logs.which(func(line logLine) bool {
			return line["level"] == "warn" && strings.Contains(line["msg"].(string), "retention is shorter than max_age")
		})
		if len(warnings) != want {
			t.Errorf("%s: %d warnings, want %d", option, len(warnings), want)
		}
	}
}
