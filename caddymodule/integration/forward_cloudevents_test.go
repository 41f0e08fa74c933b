package integration

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// A CloudEvent has its context around the document that forward json would send.
func TestForwardCloudEvents(t *testing.T) {
	for name, next := range upstreams {
		e := start(t, reporting+gateOfBoth(t, "forward cloudevents")+next)
		protocols(t, e, func(t *testing.T, e *edge) {
			for _, row := range slices.Concat(v2Rows(), v3Rows()) {
				t.Run(name+"/"+row.name, func(t *testing.T) {
					e.t = t
					wantAck(t, e.deliver(row.note), 200, row.success())
					wantReported(t, e, row)
					seen := e.upstream.one(t)
					wantCloudEvent(t, seen.body, row)
					mediaType := seen.header.Get("Content-Type")
					if name == "fastcgi" {
						mediaType = e.upstream.php(t).variables["CONTENT_TYPE"]
					} else {
						wantFraming(t, seen)
					}
					if mediaType != "application/cloudevents+json; charset=utf-8" {
						t.Errorf("Content-Type: %s", mediaType)
					}
				})
			}
		})
	}
}

// wantCloudEvent demands the members of CloudEvents 1.0 and no others.
func wantCloudEvent(t *testing.T, text string, row kindRow) {
	t.Helper()
	var got map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	wantDocument(t, string(got["data"]), row)
	var data struct {
		Created string `json:"create_time"`
	}
	if err := json.Unmarshal(got["data"], &data); err != nil {
		t.Fatal(err)
	}
	delete(got, "data")
	want := map[string]any{
		"specversion": "1.0", "id": row.id(), "source": "/wechatpay/mch/" + mchID, "datacontenttype": "application/json",
		"type": "com.wechatpay." + strings.ToLower(row.eventType),
	}
	if row.outTradeNo != "" {
		want["subject"] = row.outTradeNo
	}
	if data.Created != "" {
		want["time"] = data.Created
		if _, err := time.Parse(time.RFC3339, data.Created); err != nil {
			t.Error(err)
		}
	}
	if context := asJSON(t, got); !reflect.DeepEqual(context, any(want)) {
		t.Errorf("context:\n%v\nwant:\n%v", context, want)
	}
}

// The data is the very document, byte for byte.
func TestForwardCloudEventsData(t *testing.T) {
	e := start(t, gate("forward cloudevents", "max_age 1000000h")+proxy)
	wantAck(t, e.post(sign(fixedPayment)), 200, successXML)
	want := `{"specversion":"1.0","id":"transaction:1900000109:4200000171201808221550954201:SUCCESS","source":"/wechatpay/mch/1900000109",` +
		`"type":"com.wechatpay.transaction.success","subject":"SH201808222055598628","time":"2018-08-22T20:56:06+08:00",` +
		`"datacontenttype":"application/json","data":` + fixedDocument + `}`
	if got := e.upstream.one(t).body; got != want {
		t.Errorf("event:\n%s\nwant:\n%s", got, want)
	}
}
