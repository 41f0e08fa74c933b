package verifier_test

import (
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

var payScoreTest = kindTest{
	golden: "payscore",
	kind:   verifier.PayScore,
	without: map[string]verifier.Reason{
		"mch_id": verifier.UnknownMerchant, "event_ciphertext": verifier.UnknownKind,
		"event_id": verifier.MissingField, "event_type": verifier.MissingField, "event_nonce": verifier.MissingField,
		"event_algorithm": verifier.Undecryptable, "event_associated_data": verifier.Undecryptable, // which is part of the encryption
	},
	ids:   []string{"appid"},
	codes: []string{"return_code", "result_code"},
	time:  "event_create_time",
	appID: "appid",
	fact:  wechatpaytest.Fields{"event_id": "EV-2", "event_type": "TRANSACTION.FAIL"},
	noise: wechatpaytest.Fields{"nonce_str": "x", "return_msg": "x", "brand_new": "1"},
}

// The digest is named in algorithm, and is HMAC-SHA256 only.
func TestPayScoreDigest(t *testing.T) {
	tests := []struct {
		name     string
		signType verifier.SignType
		change   func(wechatpaytest.Fields)
		want     verifier.Reason
	}{
		{"HMAC-SHA256", verifier.HMACSHA256, set("algorithm", "HMAC-SHA256"), verifier.OK},
		{"HMAC-SHA256, not named", verifier.HMACSHA256, drop("algorithm"), verifier.OK},
		{"HMAC-SHA256, named twice", verifier.HMACSHA256, set("sign_type", "HMAC-SHA256"), verifier.OK},
		{"HMAC-SHA256 that is called MD5", verifier.HMACSHA256, set("algorithm", "MD5"), verifier.WrongSignType},
		{"HMAC-SHA256 in lower case", verifier.HMACSHA256, set("algorithm", "hmac-sha256"), verifier.WrongSignType},
		{"HMAC-SHA256 that sign_type calls MD5", verifier.HMACSHA256, set("sign_type", "MD5"), verifier.WrongSignType},
		{"MD5 that is called HMAC-SHA256", verifier.MD5, set("algorithm", "HMAC-SHA256"), verifier.WrongSignType},
		{"MD5", verifier.MD5, set("algorithm", "MD5"), verifier.WrongSignType},
		{"MD5, not named", verifier.MD5, drop("algorithm"), verifier.WrongSignType},
	}
	v := newVerifier(t, withMerchant(withAPIv3Key))
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fields, _ := goldenFields(t, payScoreTest.golden)
			test.change(fields)
			_, err := judge(t, v, fields.Sign(key, test.signType))
			wantReason(t, err, test.want)
			_, err = judge(t, v, fields.Sign(strangerKey, test.signType))
			if label(err) != "bad_signature" && label(err) != "wrong_sign_type" {
				t.Errorf("forged: %v", err)
			}
		})
	}
}

// The documents spell appid in two ways.
func TestPayScoreAppID(t *testing.T) {
	const appID = "wx2421b1c4370ec43b"
	list := withMerchant(func(m *verifier.Merchant) { m.AppIDs = []string{appID} })
	tests := []struct {
		appID, appUnderscoreID string
		want                   verifier.Reason
	}{
		{appID, "", verifier.OK},
		{"", appID, verifier.OK},
		{appID, appID, verifier.OK},
		{"wx1", "", verifier.WrongAppID},
		{"", "wx1", verifier.WrongAppID},
		{"wx1", appID, verifier.WrongAppID},
		{"", "", verifier.WrongAppID},
	}
	for _, test := range tests {
		_, err := payScoreTest.judge(t, func(f wechatpaytest.Fields) { f["appid"], f["app_id"] = test.appID, test.appUnderscoreID }, list)
		wantReason(t, err, test.want)
	}
	_, err := payScoreTest.judge(t, func(f wechatpaytest.Fields) { f["appid"], f["app_id"] = "", "a b" })
	wantReason(t, err, verifier.BadField)
}

// The set of events grows: any that looks like one is passed on as it is.
func TestPayScoreEvents(t *testing.T) {
	for _, event := range []string{"CHECK.SUCCESS", "CHECK.FAIL", "TRANSACTION.SUCCESS", "TRANSACTION.FAIL", "BRAND_NEW-1.X", strings.Repeat("A", 64)} {
		n, err := payScoreTest.judge(t, set("event_type", event))
		wantReason(t, err, verifier.OK)
		if n.EventType != event || n.State != event || n.ID() != "payscore:1900000109:EV-20180822-0001:"+event || len(n.Orders) > 0 {
			t.Errorf("got %s, %s, %d orders", n.EventType, n.ID(), len(n.Orders))
		}
	}
	for _, event := range []string{"a b", "A:B", `A"`, "A\n", "订单", "<a>", strings.Repeat("A", 65)} {
		_, err := payScoreTest.judge(t, set("event_type", event))
		wantReason(t, err, verifier.BadField)
	}
	for _, created := range []string{"20180822205606", "2018-08-22 20:56:06", "2018-08-22T20:56:06+08:00"} {
		n, err := payScoreTest.judge(t, set("event_create_time", created))
		wantReason(t, err, verifier.OK)
		if !n.Time.Equal(paidAt) {
			t.Errorf("%s is %v", created, n.Time)
		}
	}
	_, err := payScoreTest.judge(t, set("event_create_time", "yesterday"))
	wantReason(t, err, verifier.BadField)
}
