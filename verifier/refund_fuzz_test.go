package verifier_test

import (
	"bytes"
	"encoding/base64"
	"slices"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// Whatever stands in req_info, nothing panics, and what is accepted is what another
// reader reads in it.
func FuzzReqInfo(f *testing.F) {
	wantSeeds(f)
	for _, name := range goldenBodies(f) {
		if fields, err := verifier.ParseXML(readGolden(f, name+".xml")); err == nil && fields.Has("req_info") {
			data, err := base64.StdEncoding.DecodeString(fields.Get("req_info"))
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	v := newVerifier(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 0 { // without req_info it is no refund
			wantHarmless(t, v, data)
		}
	})
}

// The same for what was encrypted, which a search comes further with.
func FuzzRefundPlaintext(f *testing.F) {
	wantSeeds(f)
	f.Add(refundXML(f))
	v := newVerifier(f)
	f.Fuzz(func(t *testing.T, text string) {
		data, err := base64.StdEncoding.DecodeString(wechatpaytest.EncryptReqInfo(text, key))
		if err != nil {
			t.Fatal(err)
		}
		wantHarmless(t, v, data)
	})
}

// Whatever stands around a refund, it stays the same refund or is refused.
func FuzzAroundARefund(f *testing.F) {
	wantSeeds(f)
	golden := judgeGolden(f, "refund")
	want := golden.AppendJSON(nil)
	fields, err := verifier.ParseXML(readGolden(f, "refund.xml"))
	if err != nil {
		f.Fatal(err)
	}
	body := "<xml><mch_id>" + mchID + "</mch_id><req_info>" + fields.Get("req_info") + "</req_info>"
	v := newVerifier(f)
	f.Fuzz(func(t *testing.T, around string) {
		n, err := judge(t, v, body+around+"</xml>")
		if err != nil {
			if !slices.Contains([]string{"malformed", "bad_field"}, label(err)) {
				t.Errorf("%q: %v", around, err)
			}
			return
		}
		got := n.AppendJSON(nil)
		if resource := readJSON(t, &n).Resource; resource["sub_mchid"] != nil { // the one thing that is passed on
			got = bytes.Replace(got, []byte(`"sp_mchid"`), []byte(`"mchid"`), 1)
			got = bytes.Replace(got, []byte(`,"sub_mchid":`+marshal(t, resource["sub_mchid"])), nil, 1)
		}
		if !bytes.Equal(got, want) || contentOf(&n) != contentOf(&golden) {
			t.Errorf("%q makes it %s", around, n.AppendJSON(nil))
		}
		wantSameXML(t, v, &n, body+around+"</xml>")
	})
}
