package integration

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// The log line says where the time went: each part that took place, and no other.
func TestDurations(t *testing.T) {
	const took = 60 * time.Millisecond
	slow := func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(took)
		noContent(w, r)
	}
	newShop(t).answers(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(took)
		says(200, `{"total":1}`)(w, r)
	})
	all := []string{"duration", "verify_duration", "store_duration", "lookup_duration", "upstream_duration"}
	for rule, row := range map[string]struct {
		options []string
		body    string
		want    []string
	}{
		"everything": {[]string{"dedupe memory", guardLookup}, payment(), all},
		"no guard":   {[]string{"dedupe memory"}, payment(), []string{"duration", "verify_duration", "store_duration", "upstream_duration"}},
		"no dedupe":  {nil, payment(), []string{"duration", "verify_duration", "upstream_duration"}},
		"a forgery":  {[]string{"dedupe memory"}, wechatpaytest.Payment(mchID).Sign(someKey, verifier.MD5), []string{"duration", "verify_duration"}},
	} {
		t.Run(rule, func(t *testing.T) {
			e := start(t, gate(row.options...)+proxy)
			e.upstream.answers(slow)
			e.post(row.body)
			line := e.logs.one(t, ownLogger)
			for _, name := range all {
				_, there := line[name].(float64)
				if there != slices.Contains(row.want, name) {
					t.Errorf("%s is there: %v", name, there)
				}
			}
			access := e.logs.one(t, accessLogger)
			for _, name := range all[1:] { // of the whole, Caddy has a field of its own
				if access["wechatpay_"+name] != line[name] {
					t.Errorf("the access log says %s is %v, our own line %v", name, access["wechatpay_"+name], line[name])
				}
			}
			for _, name := range []string{"lookup_duration", "upstream_duration"} {
				if seconds, there := line[name].(float64); there && (seconds < took.Seconds() || seconds > line["duration"].(float64)) {
					t.Errorf("%s is %v s of %v s", name, seconds, line["duration"])
				}
			}
		})
	}
}

// A licence plate says who it was: the log and the events name the fact without it.
func TestPlateStaysOutOfTheLog(t *testing.T) {
	e := startListening(t, gate("dedupe memory")+proxy)
	fields := wechatpaytest.Plate(mchID).With("plate_number", "粤B12345").With("vehicle_event_createtime", "20261129120000")
	for range 2 {
		e.post(fields.Sign(apiKey, verifier.HMACSHA256))
		wantFields(t, e.logs.one(t, ownLogger), map[string]any{"id": "vehicle:" + mchID + ":*:NORMAL%3A20261129120000", "kind": "plate"})
		if _, data := oneEvent(t); data["id"] != "vehicle:"+mchID+":*:NORMAL%3A20261129120000" {
			t.Errorf("the event has id %v", data["id"])
		}
	}
	wantNoSecret(t, "the log", e.logs.everything(), map[string]string{"the plate": "粤B12345"})
}
