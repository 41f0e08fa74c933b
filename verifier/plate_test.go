package verifier_test

import (
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

var plateTest = kindTest{
	golden: "plate",
	kind:   verifier.Plate,
	without: map[string]verifier.Reason{
		"mch_id": verifier.UnknownMerchant, "plate_number": verifier.UnknownKind, "vehicle_event_createtime": verifier.MissingField,
		"vehicle_event_type": verifier.MissingField,
	},
	ids:      []string{"vehicle_event_type", "appid", "sub_mch_id"},
	codes:    []string{"return_code", "result_code"},
	time:     "vehicle_event_createtime",
	appID:    "appid",
	subMchID: "sub_mch_id",
	fact: wechatpaytest.Fields{
		"plate_number": "粤B888889", "vehicle_event_type": "NORMAL", "vehicle_event_createtime": "20180822205607",
		"appid": "wx2", "sub_mch_id": "1900000121",
	},
	noise: wechatpaytest.Fields{"nonce_str": "x", "brand_new": "1"},
}

// A plate may have any characters. In the ID they stay apart from the separator.
func TestPlateNumbers(t *testing.T) {
	tests := []struct{ plate, id string }{
		{"粤B888888", "vehicle:1900000109:粤B888888:BLOCKED%3A20180822205606"},
		{"粤ZF023港", "vehicle:1900000109:粤ZF023港:BLOCKED%3A20180822205606"},
		{"AB 12:34", "vehicle:1900000109:AB%2012%3A34:BLOCKED%3A20180822205606"},
		{`"\%`, "vehicle:1900000109:%22%5C%25:BLOCKED%3A20180822205606"},
	}
	for _, test := range tests {
		n, err := plateTest.judge(t, set("plate_number", test.plate))
		wantReason(t, err, verifier.OK)
		if n.ID() != test.id || readJSON(t, &n).ID != test.id || readJSON(t, &n).Resource["plate_number"] != test.plate {
			t.Errorf("plate %q: got %s and %v", test.plate, n.ID(), readJSON(t, &n).Resource)
		}
	}
}

func TestPlateTimes(t *testing.T) {
	for _, text := range []string{"20180822205606", "2018-08-22 20:56:06", "2018-08-22T20:56:06+08:00"} {
		n, err := plateTest.judge(t, set("vehicle_event_createtime", text))
		wantReason(t, err, verifier.OK)
		if !n.Time.Equal(paidAt) {
			t.Errorf("%q is %v", text, n.Time)
		}
	}
	for _, text := range []string{"20180822", "20181322205606", "1534942566", "x"} {
		_, err := plateTest.judge(t, set("vehicle_event_createtime", text))
		wantReason(t, err, verifier.BadField)
	}
}
