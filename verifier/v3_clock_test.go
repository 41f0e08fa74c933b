package verifier_test

import (
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// A signature is good for five minutes before and after its time.
func TestV3ClockSkew(t *testing.T) {
	v, body := newV3Verifier(t), v3Payment(v3Transaction().json()).body()
	tests := []struct {
		name   string
		signed time.Duration // after v3Now
		want   verifier.Reason
	}{
		{"now", 0, verifier.OK},
		{"299 s ago", -299 * time.Second, verifier.OK},
		{"300 s ago", -300 * time.Second, verifier.OK},
		{"301 s ago", -301 * time.Second, verifier.ClockSkew},
		{"299 s ahead", 299 * time.Second, verifier.OK},
		{"300 s ahead", 300 * time.Second, verifier.OK},
		{"301 s ahead", 301 * time.Second, verifier.ClockSkew},
		{"a day ago", -24 * time.Hour, verifier.ClockSkew},
		{"a time zone ahead", 8 * time.Hour, verifier.ClockSkew},
		{"a lifetime ahead", 100 * 365 * 24 * time.Hour, verifier.ClockSkew},
		{"in 1970", -v3Now.Sub(time.Unix(0, 0)), verifier.ClockSkew},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			header := v3PublicKey().Sign(body, v3Now.Add(test.signed))
			_, err := judgeRequest(t, v, body, header)
			wantReason(t, err, test.want)

			// Without a clock there is nothing to hold it against.
			withoutClock := newV3Verifier(t, func(config *verifier.Config) { config.Now = nil })
			_, err = judgeRequest(t, withoutClock, body, header)
			wantReason(t, err, verifier.OK)

			// Whoever can set the time cannot sign it.
			header.Set("Wechatpay-Timestamp", unix(v3Now.Add(time.Second)))
			_, err = judgeRequest(t, v, body, header)
			wantReason(t, err, verifier.BadSignature)
		})
	}
}

// A timestamp is seconds in decimal digits, in one way, though it is signed.
func TestV3Timestamps(t *testing.T) {
	signer, body := oddV3Signer(), v3Payment(v3Transaction().json()).body()
	v := newV3Verifier(t, signer.knows)
	now := unix(v3Now)
	tests := []struct {
		name      string
		timestamp string
		want      verifier.Reason
	}{
		{"seconds", now, verifier.OK},
		{"0", "0", verifier.ClockSkew},
		{"the last that is read", "99999999999", verifier.ClockSkew},
		{"milliseconds", now + "000", verifier.BadSignature},
		{"more than 64 bits", "18446744073709551616" + now, verifier.BadSignature},
		{"a leading zero", "0" + now, verifier.BadSignature},
		{"a plus sign", "+" + now, verifier.BadSignature},
		{"a minus sign", "-" + now, verifier.BadSignature},
		{"a blank before", " " + now, verifier.BadSignature},
		{"a blank after", now + " ", verifier.BadSignature},
		{"a fraction", now + ".0", verifier.BadSignature},
		{"an exponent", "1534942569e0", verifier.BadSignature},
		{"hexadecimal", "0x5b7d5d69", verifier.BadSignature},
		{"an underscore", "1_534_942_569", verifier.BadSignature},
		{"other digits", "１５３４９４２５６９", verifier.BadSignature},
		{"a date", "2018-08-22T20:56:09+08:00", verifier.BadSignature},
		{"a word", "now", verifier.BadSignature},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := judgeRequest(t, v, body, signer.sign(test.timestamp, "59c8b6fd8fd5a4f4", body))
			wantReason(t, err, test.want)
		})
	}
}

// max_age goes by the time of the notification, which stays the same when WeChat Pay
// signs it anew for a repetition.
func TestV3MaxAge(t *testing.T) {
	created := func(text string) v3Event {
		e := v3Payment(v3Transaction().json())
		e.change = func(envelope, _ members) { envelope["create_time"] = text }
		return e
	}
	tests := []struct {
		name    string
		event   v3Event
		want    verifier.Reason
		warning string
	}{
		{"now", created("2018-08-22T20:56:09+08:00"), verifier.OK, ""},
		{"just young enough", created("2018-08-20T20:56:09+08:00"), verifier.OK, ""},
		{"a second too old", created("2018-08-20T20:56:08+08:00"), verifier.Stale, ""},
		{"years too old", created("2008-08-20T20:56:08+08:00"), verifier.Stale, ""},
		{"just young enough, in UTC", created("2018-08-20T12:56:09Z"), verifier.OK, ""},
		{"a second too old, in UTC", created("2018-08-20T12:56:08Z"), verifier.Stale, ""},
		{"a little ahead", created("2018-08-22T21:01:09+08:00"), verifier.OK, ""},
		{"far ahead", created("2018-08-22T21:01:10+08:00"), verifier.OK, "in the future"},
		{"paid long ago", v3Payment(v3Transaction().with("success_time", "2008-08-22T20:56:06+08:00").json()), verifier.OK, ""},
	}
	v := newV3Verifier(t, func(config *verifier.Config) { config.MaxAge = 48 * time.Hour })
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n, err := judgeV3(t, v, test.event)
			wantReason(t, err, test.want)
			wantWarning(t, &n, test.warning)

			_, err = judgeV3(t, newV3Verifier(t), test.event)
			wantReason(t, err, verifier.OK) // nobody asked for a limit
		})
	}
}

// create_time is when it happened, in the zone of all times that are forwarded.
func TestV3Time(t *testing.T) {
	e := v3Payment(v3Transaction().json())
	e.change = func(envelope, _ members) { envelope["create_time"] = "2018-08-22T12:56:07.5Z" }
	n := acceptV3(t, newV3Verifier(t), e)
	if got := readJSON(t, &n).CreateTime; got != "2018-08-22T20:56:07+08:00" || !n.Time.Equal(paidAt.Add(1500*time.Millisecond)) {
		t.Errorf("got %s, %s", got, n.Time)
	}
}
