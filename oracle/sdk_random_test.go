package oracle

import (
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// changedAt returns text with one byte replaced, added, taken away or doubled.
func changedAt(random *rand.Rand, text string) string {
	at, c := random.IntN(len(text)), string([]byte{byte(random.IntN(256))})
	switch random.IntN(4) {
	case 0:
		return text[:at] + c + text[at+1:]
	case 1:
		return text[:at] + c + text[at:]
	case 2:
		return text[:at] + text[at+1:]
	}
	return text[:at] + text[at:at+1] + text[at:]
}

// Of thousands of deliveries that are a byte or two off, there is none that the SDK refuses
// and we accept, and none in which we find something else. The places are the same in each run.
func TestTheSDKRefusesNothingThatWeAccept(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2)) // #nosec G404 -- not a secret
	genuine := signed(publicKey(), wechatpaytest.V3Transaction(mchID).Body(apiV3Key))
	names := []string{"Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature", "Wechatpay-Serial", "Wechatpay-Signature-Type"}
	sdk, v := sdkHandler(t), ourVerifier(t)
	accepted := 0
	for range 4000 {
		d := delivery{genuine.header.Clone(), genuine.body}
		for range 1 + random.IntN(2) {
			if which := random.IntN(2 * len(names)); which < len(names) {
				change(random, d.header, names[which])
			} else if random.IntN(8) > 0 {
				d.body = changedAt(random, d.body)
			}
		}
		theirs, sdkErr := bySDK(sdk, d)
		ours, ourErr := byUs(v, d)
		if ourErr == nil {
			accepted++
			if sdkErr != nil || ours != theirs {
				t.Errorf("we accept %s\nthe SDK says %s (%v)\nof %v\n%s", ours, theirs, sdkErr, d.header, d.body)
			}
		}
	}
	if accepted == 0 {
		t.Error("none was left as it is, so nothing was compared")
	}
}

func change(random *rand.Rand, header http.Header, name string) {
	if value := header.Get(name); value != "" {
		header.Set(name, changedAt(random, value))
	}
}
