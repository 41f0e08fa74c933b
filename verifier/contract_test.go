package verifier_test

import (
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

var contractTest = kindTest{
	golden: "contract-terminated",
	kind:   verifier.Contract,
	without: map[string]verifier.Reason{
		"mch_id": verifier.UnknownMerchant, "change_type": verifier.UnknownKind,
		"contract_id": verifier.MissingField, "contract_code": verifier.MissingField, "plan_id": verifier.MissingField,
		"openid": verifier.MissingField, "operate_time": verifier.MissingField,
	},
	ids:           []string{"contract_id", "appid", "sub_mch_id"},
	codes:         []string{"return_code", "result_code"},
	time:          "operate_time",
	appID:         "appid",
	appIDOptional: true,
	subMchID:      "sub_mch_id",
	fact: wechatpaytest.Fields{
		"contract_id": "Wx2", "change_type": "ADD", "operate_time": "2018-08-22 20:56:07", "appid": "wx2", "sub_mch_id": "1900000121",
	},
	noise: wechatpaytest.Fields{"nonce_str": "x", "return_msg": "OK", "brand_new": "1"},
}

func TestContractChanges(t *testing.T) {
	tests := []struct {
		changeType string
		want       verifier.Reason
		event      string
	}{
		{"ADD", verifier.OK, "PAPAY.SIGN"},
		{"DELETE", verifier.OK, "PAPAY.TERMINATE"},
		{"add", verifier.BadField, ""},
		{"ADD ", verifier.BadField, ""},
		{"CHANGE", verifier.BadField, ""},
		{"0", verifier.BadField, ""},
	}
	for _, test := range tests {
		n, err := contractTest.judge(t, set("change_type", test.changeType))
		if label(err) != test.want.String() || n.EventType != test.event {
			t.Errorf("%q: %s %s", test.changeType, label(err), n.EventType)
		}
	}
}

// The documents show two forms; a time that cannot be read is not passed over.
func TestTimesOfContracts(t *testing.T) {
	const want = "2018-08-22T20:56:06+08:00"
	for _, text := range []string{"2018-08-22 20:56:06", "20180822205606", want, "2018-08-22T12:56:06Z"} {
		n, err := contractTest.judge(t, set("operate_time", text))
		wantReason(t, err, verifier.OK)
		if err == nil && readJSON(t, &n).CreateTime != want {
			t.Errorf("%q: create_time %s", text, readJSON(t, &n).CreateTime)
		}
	}
	for _, text := range []string{"2018-08-22", "2018-02-30 20:56:06", "2018-08-22 24:00:00", "2018-08-22  0:56:06", "1534942566", " ", "0001-01-01 00:00:00", "yesterday"} {
		if _, err := contractTest.judge(t, set("operate_time", text)); label(err) != "bad_field" {
			t.Errorf("%q: %s", text, label(err))
		}
	}
}

// Both events of a contract are facts of their own, and so is a second signing.
func TestContractIDs(t *testing.T) {
	seen := map[string]bool{}
	for _, changeType := range []string{"ADD", "DELETE"} {
		for _, operated := range []string{"2018-08-22 20:56:06", "2018-08-22 20:56:07"} {
			n, err := contractTest.judge(t, func(f wechatpaytest.Fields) { f["change_type"], f["operate_time"] = changeType, operated })
			wantReason(t, err, verifier.OK)
			if seen[n.ID()] {
				t.Errorf("%s at %s has the ID of another: %s", changeType, operated, n.ID())
			}
			seen[n.ID()] = true
		}
	}
}
