package diagnosis_test

import (
	"net/http"
	"strconv"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/diagnosis"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

var publicKey2 = wechatpaytest.NewPublicKey()

// certified returns an APIv3 payment that is signed with the platform certificate.
func certified(change func(http.Header)) diagnosis.Input {
	body := event()
	header := certificate.Sign(body, time.Now())
	change(header)
	return v3(body, header)
}

// mixedUp gives each of two keys the other's serial.
func mixedUp(in *diagnosis.Input) {
	first, second := keyOf(publicKey), keyOf(unknown)
	first.Serial, second.Serial = second.Serial, first.Serial
	in.PlatformKeys = []verifier.PlatformKey{first, second}
}

// asTime is a time as people write it.
func asTime(seconds string) string {
	unix, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		panic(err) // it was made for tests
	}
	return time.Unix(unix, 0).In(time.FixedZone("", 8*60*60)).Format(time.DateTime)
}

// pastedAlong is a whole HTTP request in place of the body.
func pastedAlong() diagnosis.Input {
	body := event()
	message := "POST /notify HTTP/1.1\r\n"
	for name, values := range publicKey.Sign(body, time.Now()) {
		message += name + ": " + values[0] + "\r\n"
	}
	return v3(message+"\r\n"+body, nil)
}
