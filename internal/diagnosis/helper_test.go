package diagnosis_test

import (
	"net/http"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/diagnosis"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// The keys of WeChat Pay's that are configured, and one that is not.
var (
	publicKey   = wechatpaytest.NewPublicKey()
	certificate = wechatpaytest.NewCertificate(time.Now().AddDate(1, 0, 0))
	unknown     = wechatpaytest.NewPublicKey()
)

// platform gives the keys of WeChat Pay's.
func platform(platforms ...*wechatpaytest.Platform) func(*diagnosis.Input) {
	return func(in *diagnosis.Input) {
		in.PlatformKeys = nil
		for _, p := range platforms {
			in.PlatformKeys = append(in.PlatformKeys, keyOf(p))
		}
	}
}

func keyOf(p *wechatpaytest.Platform) verifier.PlatformKey {
	parsed, err := verifier.ParseCertificate(p.PEM)
	if err != nil {
		parsed, err = verifier.ParsePublicKey(p.Serial, p.PEM)
	}
	if err != nil {
		panic(err) // it was made for tests
	}
	return parsed
}

// v3 returns a delivery of APIv3 with the right options, as changed.
func v3(body string, header http.Header, changes ...func(*diagnosis.Input)) diagnosis.Input {
	in := diagnosis.Input{
		Body: []byte(body), Header: header, MchID: mchID, APIv3Keys: []string{apiV3Key},
		PlatformKeys: []verifier.PlatformKey{keyOf(publicKey), keyOf(certificate)},
	}
	for _, change := range changes {
		change(&in)
	}
	return in
}
