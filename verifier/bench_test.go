package verifier_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// BenchmarkKinds has one line for each kind and API version: from the body as it was
// received to the JSON that is forwarded.
func BenchmarkKinds(b *testing.B) {
	v2 := newVerifier(b, withMerchant(withAPIv3Key))
	for _, name := range []string{"payment", "deduction"} {
		notification := goldenNotifications[name]
		benchmarkKind(b, "v2 "+name, v2, notification.fields.Sign(key, notification.signType), nil)
	}
	for _, name := range []string{"refund", "combined", "contract-signed", "native", "plate", "risk", "payscore"} {
		benchmarkKind(b, "v2 "+name, v2, readGolden(b, name+".xml"), nil)
	}
	v3 := newV3Verifier(b)
	for _, name := range slices.Sorted(maps.Keys(goldenV3)) {
		body := goldenV3[name].body()
		benchmarkKind(b, "v3 "+name, v3, body, v3PublicKey().Sign(body, v3Now))
	}
}

func benchmarkKind(b *testing.B, name string, v *verifier.Verifier, body string, header http.Header) {
	b.Run(name, func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		var n verifier.Notification
		var document []byte
		for b.Loop() {
			if err := v.Verify(body, header, &n); err != nil {
				b.Fatal(err)
			}
			document = n.AppendJSON(document[:0])
		}
	})
}
