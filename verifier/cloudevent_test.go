package verifier_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// An event as CloudEvents 1.0 describes it, written out.
func TestAppendCloudEventBytes(t *testing.T) {
	n := judgeGolden(t, "refund")
	want := `{"specversion":"1.0","id":"refund:1900000109:50300103182018082313419046597:SUCCESS","source":"/wechatpay/mch/1900000109",` +
		`"type":"com.wechatpay.refund.success","subject":"SH201808222055598628","time":"2018-08-23T18:34:24+08:00",` +
		`"datacontenttype":"application/json","data":` + string(n.AppendJSON(nil)) + `}`
	if got := string(n.AppendCloudEvent(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := string(n.AppendCloudEvent([]byte("before"))); got != "before"+want {
		t.Errorf("got %s", got)
	}
}

func TestCloudEventsOfGoldenBodies(t *testing.T) {
	types := map[string]string{
		"refund": "com.wechatpay.refund.success", "refund-abnormal": "com.wechatpay.refund.abnormal", "refund-closed": "com.wechatpay.refund.closed",
		"contract-signed": "com.wechatpay.papay.sign", "contract-terminated": "com.wechatpay.papay.terminate",
		"combined": "com.wechatpay.transaction.success", "combined-failed": "com.wechatpay.transaction.fail",
		"native": "com.wechatpay.native.scan", "plate": "com.wechatpay.vehicle.user_state_change", "risk": "com.wechatpay.risk.notice",
		"payscore": "com.wechatpay.transaction.success",
	}
	subjects := map[string]string{
		"refund": "SH201808222055598628", "combined": "C201808222055598628", "combined-failed": "C201808222055598628", "payscore": "O-20180822-1",
	}
	for name, wantType := range types {
		t.Run(name, func(t *testing.T) {
			n := judgeGolden(t, name)
			var event map[string]json.RawMessage
			if err := json.Unmarshal(n.AppendCloudEvent(nil), &event); err != nil {
				t.Fatalf("%v\n%s", err, n.AppendCloudEvent(nil))
			}
			text := func(member string) (value string) {
				if raw, ok := event[member]; ok && json.Unmarshal(raw, &value) != nil {
					t.Errorf("%s is %s", member, raw)
				}
				return value
			}
			if string(event["data"]) != string(n.AppendJSON(nil)) {
				t.Errorf("data is %s", event["data"])
			}
			if text("specversion") != "1.0" || text("datacontenttype") != "application/json" || text("source") != "/wechatpay/mch/"+mchID {
				t.Errorf("got %s", n.AppendCloudEvent(nil))
			}
			if text("id") != n.ID() || text("type") != wantType || text("time") != readJSON(t, &n).CreateTime {
				t.Errorf("got %s, %s at %s", text("id"), text("type"), text("time"))
			}
			if want, known := subjects[name]; known && text("subject") != want || (event["subject"] == nil) != (n.OutTradeNo == "") {
				t.Errorf("subject is %s", event["subject"])
			}
			wantNoEmptyMember(t, n.AppendCloudEvent(nil))
			known := []string{"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"}
			for _, member := range slices.Collect(maps.Keys(event)) {
				if !slices.Contains(known, member) {
					t.Errorf("CloudEvents has no attribute %s", member)
				}
			}
		})
	}
}

// What is hostile in a number stays within its text.
func TestCloudEventOfHostileNumbers(t *testing.T) {
	for _, plate := range []string{`"},"type":"x`, "a:b c%", "\\\n\t", "粤B\u2028"} {
		n, err := plateTest.judge(t, set("plate_number", plate))
		wantReason(t, err, verifier.OK)
		var event struct {
			ID, Type, Source string
			Data             json.RawMessage
		}
		if err := json.Unmarshal(n.AppendCloudEvent(nil), &event); err != nil {
			t.Fatalf("%v\n%s", err, n.AppendCloudEvent(nil))
		}
		if event.ID != n.ID() || event.Type != "com.wechatpay.vehicle.user_state_change" || string(event.Data) != string(n.AppendJSON(nil)) {
			t.Errorf("got %s", n.AppendCloudEvent(nil))
		}
	}
}
