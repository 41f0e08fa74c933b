package verifier_test

import (
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

func TestTimes(t *testing.T) {
	tests := []struct {
		name    string
		timeEnd string
		want    string // RFC 3339, or empty for a refusal
	}{
		{"documented form", "20180822205606", "2018-08-22T20:56:06+08:00"},
		{"midnight", "20180822000000", "2018-08-22T00:00:00+08:00"},
		{"last second of a year", "20181231235959", "2018-12-31T23:59:59+08:00"},
		{"leap day", "20200229120000", "2020-02-29T12:00:00+08:00"},

		{"no leap day in that year", "20190229120000", ""},
		{"no leap day in 2100", "21000229120000", ""},
		{"month 0", "20180022205606", ""},
		{"month 13", "20181322205606", ""},
		{"day 0", "20180800205606", ""},
		{"day 32", "20180832205606", ""},
		{"31st of a month of 30 days", "20180931205606", ""},
		{"hour 24", "20180822240000", ""},
		{"minute 60", "20180822206000", ""},
		{"second 61", "20180822205661", ""},
		{"year 0", "00000101000000", ""},
		{"the zero time must not count as none", "00010101080000", ""},
		{"fraction", "20180822205606.5", ""},
		{"fraction with a comma", "20180822205606,5", ""},
		{"milliseconds", "20180822205606123", ""},
		{"no seconds", "201808222056", ""},
		{"13 digits", "2018082220560", ""},
		{"15 digits", "201808222056060", ""},
		{"date only", "20180822", ""},
		{"punctuation", "2018-08-22 20:56:06", ""},
		{"RFC 3339", "2018-08-22T20:56:06+08:00", ""},
		{"Unix seconds", "1534942566", ""},
		{"sign", "+2018082220560", ""},
		{"blank before", " 20180822205606", ""},
		{"blank in place of a zero", "20180822 05606", ""},
		{"letter", "2018082220560O", ""},
		{"full-width digits", "２０１８０８２２２０５６０６", ""},
		{"14 bytes that are no digits", "二零一八00", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n, err := judgeSigned(t, payment().With("time_end", test.timeEnd))
			if test.want == "" {
				wantReason(t, err, verifier.BadField)
				return
			}
			wantReason(t, err, verifier.OK)
			if doc := readJSON(t, &n); doc.CreateTime != test.want || doc.SuccessTime != test.want {
				t.Errorf("create_time %s and success_time %s, want %s", doc.CreateTime, doc.SuccessTime, test.want)
			}
		})
	}
}

func TestMaxAge(t *testing.T) {
	const maxAge = 48 * time.Hour
	tests := []struct {
		name    string
		age     time.Duration
		maxAge  time.Duration
		want    verifier.Reason
		warning string
	}{
		{"new", 0, maxAge, verifier.OK, ""},
		{"exactly as old as allowed", maxAge, maxAge, verifier.OK, ""},
		{"a second too old", maxAge + time.Second, maxAge, verifier.Stale, ""},
		{"a nanosecond too old", maxAge + 1, maxAge, verifier.Stale, ""},
		{"years too old", 5 * 365 * 24 * time.Hour, maxAge, verifier.Stale, ""},
		{"years old where age does not matter", 5 * 365 * 24 * time.Hour, 0, verifier.OK, ""},
		{"clock five minutes behind", -5 * time.Minute, maxAge, verifier.OK, ""},
		{"clock further behind", -5*time.Minute - time.Second, maxAge, verifier.OK, "future"},
		{"a year in the future", -365 * 24 * time.Hour, maxAge, verifier.OK, "future"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			at := func(config *verifier.Config) {
				config.MaxAge = test.maxAge
				config.Now = func() time.Time { return paidAt.Add(test.age) }
			}
			n, err := judgeSigned(t, payment(), at)
			wantReason(t, err, test.want)
			wantWarning(t, &n, test.warning)

			n, err = judgeSigned(t, payment().Without("time_end"), at)
			wantReason(t, err, verifier.OK) // nothing to judge by
			wantWarning(t, &n, "")
		})
	}
}

// The age says something about a proven message only.
func TestForgeriesAreNotStale(t *testing.T) {
	old := func(config *verifier.Config) {
		config.MaxAge, config.Now = time.Hour, time.Now
	}
	_, err := judge(t, newVerifier(t, old), payment().Sign(strangerKey, verifier.MD5))
	wantReason(t, err, verifier.BadSignature)
	_, err = judgeSigned(t, payment().Without("total_fee"), old)
	wantReason(t, err, verifier.MissingField)
}
