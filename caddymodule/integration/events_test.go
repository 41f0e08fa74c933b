package integration

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	_ "github.com/caddyserver/caddy/v2/modules/caddyevents/eventsconfig"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

func init() { caddy.RegisterModule(new(listener)) }

// listener is a handler of events. Caddyfile: events { on <event> note }.
type listener struct{}

// heard is what listeners have heard since the last clear, and what they do about it.
var heard struct {
	sync.Mutex
	events []caddy.CloudEvent
	then   func()
}

// CaddyModule returns the Caddy module information.
func (*listener) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "events.handlers.note", New: func() caddy.Module { return new(listener) }}
}

// UnmarshalCaddyfile reads: note.
func (*listener) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next()
	return nil
}

// Handle notes the events of this plugin.
func (*listener) Handle(_ context.Context, event caddy.Event) error {
	if !strings.HasPrefix(event.Name(), "wechatpay.") {
		return nil
	}
	heard.Lock()
	heard.events = append(heard.events, event.CloudEvent())
	then := heard.then
	heard.Unlock()
	if then != nil {
		then()
	}
	return nil
}

// listening is a server option that ends the options of servers and listens to all events.
const listening = "}\n\tevents {\n\t\ton * note"

func startListening(t *testing.T, site string) *edge {
	forget := func() {
		heard.Lock()
		defer heard.Unlock()
		heard.events, heard.then = nil, nil
	}
	forget()
	t.Cleanup(forget)
	return start(t, site, listening)
}

// oneEvent waits for the only event since the last, and returns its name and data.
func oneEvent(t *testing.T) (name string, data map[string]any) {
	t.Helper()
	var events []caddy.CloudEvent
	eventually(t, "no event", func() bool {
		heard.Lock()
		defer heard.Unlock()
		events = heard.events
		return len(events) > 0
	})
	if len(events) != 1 {
		t.Fatalf("%d events, want 1: %v", len(events), events)
	}
	heard.Lock()
	defer heard.Unlock()
	heard.events = nil
	if err := json.Unmarshal(events[0].Data, &data); err != nil {
		t.Fatal(err)
	}
	return events[0].Type, data
}

// Whatever becomes of a delivery, there is one event, whose name is the outcome. It tells
// of the order, and nothing of who paid or how to sign.
func TestEvents(t *testing.T) {
	t.Setenv("ATTACH_SECRET", attachSecret)
	fields := wechatpaytest.Payment(mchID)
	for name, value := range private {
		fields = fields.With(name, value)
	}
	fields = fields.With("attach", seal(attachSecret, private["attach"], fields))
	genuine := sign(fields)
	another := fields.With("transaction_id", "42").With("out_trade_no", "B")
	other := sign(another.With("attach", seal(attachSecret, "", another)))
	secrets := map[string]string{
		"the key": apiKey, "the secret": attachSecret, "the MAC": fields["attach"][len(fields["attach"])-22:],
		"the signature": fields.Signed(apiKey, verifier.MD5)["sign"],
		"openid":        private["openid"], "attach": private["attach"], "bank_type": private["bank_type"],
	}
	for _, row := range []struct {
		event, reason string
		body          string
		answer        http.HandlerFunc
		proven        bool
	}{
		{"wechatpay.declined", "upstream_declined", genuine, says(200, "FAIL"), true},
		{"wechatpay.failed", "upstream_status", genuine, says(500, ""), true},
		{"wechatpay.accepted", "ok", genuine, noContent, true},
		{"wechatpay.duplicate", "duplicate", genuine, noContent, true},
		{"wechatpay.conflict", "conflict", sign(fields.With("appid", "wx0000000000000000")), noContent, true},
		{"wechatpay.rejected", "amount_mismatch", sign(fields.With("total_fee", "2")), noContent, false},
		{"wechatpay.rejected", "bad_signature", fields.Sign(someKey, verifier.MD5), noContent, false},
		{"wechatpay.rejected", "malformed", "hello", noContent, false},
		{"wechatpay.failed", "upstream_unreadable", other, says(200, "<html>"), true},
	} {
		for _, mode := range []string{"enforce", "shadow"} {
			if mode == "shadow" && (row.event == "wechatpay.duplicate" || row.event == "wechatpay.conflict") {
				continue // nothing is remembered there
			}
			t.Run(mode+"/"+row.event+"/"+row.reason, func(t *testing.T) {
				e := startListening(t, gate("mode "+mode, "dedupe memory", "amount_guard attach {env.ATTACH_SECRET}")+proxy)
				if row.event == "wechatpay.duplicate" || row.event == "wechatpay.conflict" {
					wantDelivery(t, e, genuine, yes, 1)
					oneEvent(t)
				}
				e.upstream.answers(row.answer)
				e.post(row.body)
				name, data := oneEvent(t)
				if name != row.event || data["reason"] != row.reason {
					t.Errorf("event %s, reason %v, want %s, %s", name, data["reason"], row.event, row.reason)
				}
				if row.proven && (data["id"] == "" || data["out_trade_no"] == "" || data["merchant"] != mchID || data["kind"] != "payment") {
					t.Errorf("it does not tell of the order: %v", data)
				}
				for field := range data {
					if !slices.Contains([]string{"outcome", "reason", "kind", "merchant", "id", "out_trade_no", "transaction_id"}, field) {
						t.Errorf("it tells %s, too: %v", field, data[field])
					}
				}
				text, err := json.Marshal(data)
				if err != nil {
					t.Fatal(err)
				}
				wantNoSecret(t, "the event", string(text), secrets)
			})
		}
	}
}

// What is no notification at all is an event as well.
func TestEventOfAMethod(t *testing.T) {
	e := startListening(t, gate()+proxy)
	e.post("", withMethod(http.MethodGet))
	if name, data := oneEvent(t); name != "wechatpay.rejected" || data["reason"] != "method" {
		t.Errorf("event %s: %v", name, data)
	}
}

// Who listens must not keep WeChat Pay waiting.
func TestSlowListenerDoesNotDelayTheAck(t *testing.T) {
	e := startListening(t, gate("dedupe memory")+proxy)
	over := make(chan struct{})
	release := sync.OnceFunc(func() { close(over) })
	defer release()
	heard.Lock()
	heard.then = func() {
		select {
		case <-over:
		case <-time.After(10 * time.Second):
		}
	}
	heard.Unlock()
	asked := time.Now()
	got := <-posted(t, e, payment())
	if took := time.Since(asked); took > 4*time.Second {
		t.Errorf("took %v, and WeChat Pay waits 5 s", took)
	}
	wantAck(t, got, 200, successXML)
}

// A listener that panics does not cost WeChat Pay its ack, whoever sends that.
func TestPanickingListener(t *testing.T) {
	e := startListening(t, gate("dedupe memory", limitOpt)+proxy)
	heard.Lock()
	heard.then = func() { panic("out of order") }
	heard.Unlock()
	late, body := payment(), payment()
	_, letGo := held(t, e, noContent)
	wantAnswer(t, e, late, timedOut, 1)
	letGo()
	e.upstream.answers(noContent)
	wantAnswer(t, e, body, yes, 1)
	wantAnswer(t, e, body, duplicate, 0)
	eventually(t, "the panics are not logged", func() bool {
		return len(e.logs.which(func(line logLine) bool { return line["panic"] == "out of order" })) > 0
	})
}
