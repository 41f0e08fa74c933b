package issuer_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/internal/notificationschema"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

const (
	mchID    = "1900000109"
	key      = "Kd8sPq2vXw7LmN4tYb6Rc9Zf3Hj5Gu1A"
	apiV3Key = "Vt3nQz8LkW2xRb6PmY5sHd9FgJ1cTa4E"
)

var platform = sync.OnceValue(wechatpaytest.NewPublicKey)

func newIssuer() *issuer.Issuer {
	return &issuer.Issuer{MchID: mchID, Key: key, APIv3Key: apiV3Key, Platform: platform()}
}

// verify holds a message against the merchant's keys, and the document that it leads to
// against the schema.
func verify(t *testing.T, m issuer.Message) (n verifier.Notification, err error) {
	t.Helper()
	public, err := verifier.ParsePublicKey(platform().Serial, platform().PEM)
	if err != nil {
		t.Fatal(err)
	}
	v, err := verifier.New(verifier.Config{
		Merchants: []verifier.Merchant{{
			MchID: mchID, Keys: []string{key}, APIv3Keys: []string{apiV3Key}, PlatformKeys: []verifier.PlatformKey{public},
		}},
		MaxAge: time.Minute, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Verify(m.Body, m.Header, &n); err != nil {
		return n, err
	}
	notificationschema.Check(t, "application/json", n.AppendJSON(nil))
	return n, nil
}

func issue(t *testing.T, i *issuer.Issuer, kind string, fields ...issuer.Field) issuer.Message {
	t.Helper()
	m, err := i.Issue(kind, fields)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// kindsOf are the kinds that the names stand for.
var kindsOf = map[string]verifier.Kind{
	"payment": verifier.Payment, "deduction": verifier.Deduction, "refund": verifier.Refund, "contract": verifier.Contract,
	"combined": verifier.Combined, "native": verifier.Native, "plate": verifier.Plate, "risk": verifier.Risk,
	"payscore": verifier.PayScore, "v3-transaction": verifier.Payment, "v3-refund": verifier.Refund,
}

// Each is what it is called, of now, and nothing is odd about it, however it is signed.
func TestEveryKindVerifies(t *testing.T) {
	for _, signType := range []verifier.SignType{verifier.AnySignType, verifier.MD5, verifier.HMACSHA256} {
		for _, kind := range issuer.Kinds {
			t.Run(kind+" "+string(signType), func(t *testing.T) {
				i := newIssuer()
				i.SignType = signType
				if kind == "payscore" && signType == verifier.MD5 {
					return // WeChat Pay never does, and neither does the issuer
				}
				n, err := verify(t, issue(t, i, kind))
				if err != nil {
					t.Fatal(err)
				}
				if n.Kind != kindsOf[kind] || n.MchID != mchID || len(n.Warnings) > 0 {
					t.Errorf("got a %s of %s with %q", n.Kind, n.MchID, n.Warnings)
				}
			})
		}
	}
}

// WeChat Pay's documents demand HMAC-SHA256 of some kinds; the others are MD5 by default.
func TestUsualSignType(t *testing.T) {
	for _, kind := range issuer.Kinds {
		want := "MD5"
		switch kind {
		case "plate", "risk", "payscore":
			want = "HMAC-SHA256"
		case "refund":
			want = "encrypted-only"
		case "v3-transaction", "v3-refund":
			want = "RSA"
		}
		if n, err := verify(t, issue(t, newIssuer(), kind)); err != nil || n.Authenticity != want {
			t.Errorf("%s: got %s, want %s (%v)", kind, n.Authenticity, want, err)
		}
	}
}

// Two in a row are two facts.
func TestFresh(t *testing.T) {
	for _, kind := range issuer.Kinds {
		first, err := verify(t, issue(t, newIssuer(), kind))
		if err != nil {
			t.Fatal(err)
		}
		if second, err := verify(t, issue(t, newIssuer(), kind)); err != nil || first.ID() == second.ID() {
			t.Errorf("%s: two in a row have the ID %s (%v)", kind, second.ID(), err)
		}
	}
}

// The headers are those that the body needs.
func TestHeaders(t *testing.T) {
	for _, kind := range issuer.Kinds {
		m := issue(t, newIssuer(), kind)
		isV3 := strings.HasPrefix(kind, "v3-")
		contentType := "text/xml"
		if isV3 {
			contentType = "application/json"
		}
		if m.Header.Get("Content-Type") != contentType || (m.Header.Get("Wechatpay-Signature") != "") != isV3 {
			t.Errorf("%s: got %v", kind, m.Header)
		}
	}
}

// A repeat is the same notification. Only APIv3 signs it anew.
func TestRepeat(t *testing.T) {
	for _, kind := range issuer.Kinds {
		m := issue(t, newIssuer(), kind)
		again := newIssuer().Repeat(m)
		if again.Body != m.Body || again.Header.Get("Content-Type") != m.Header.Get("Content-Type") {
			t.Errorf("%s: got another body or type", kind)
		}
		if _, err := verify(t, again); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		isV3 := strings.HasPrefix(kind, "v3-")
		if anew := again.Header.Get("Wechatpay-Nonce") != m.Header.Get("Wechatpay-Nonce"); anew != isV3 {
			t.Errorf("%s: signed anew is %t", kind, anew)
		}
	}
	if m := issue(t, newIssuer(), "v3-refund"); new(issuer.Issuer).Repeat(m).Header.Get("Wechatpay-Nonce") != m.Header.Get("Wechatpay-Nonce") {
		t.Error("signed anew without a key")
	}
}

// What is missing is named, and what would help.
func TestErrors(t *testing.T) {
	tests := []struct {
		name, kind, without string
		want                string
	}{
		{"unknown kind", "payments", "", `there is no kind "payments"; the kinds are payment, deduction, refund, contract, combined, native, plate, risk, payscore, v3-transaction, v3-refund`},
		{"no merchant", "payment", "mch_id", "give the merchant number"},
		{"a payment needs the APIv2 key", "payment", "key", "--key-file"},
		{"a refund needs the APIv2 key", "refund", "key", "a refund is encrypted with the APIv2 key"},
		{"PayScore needs the APIv2 key", "payscore", "key", "--key-file"},
		{"PayScore needs the APIv3 key", "payscore", "apiv3_key", "--apiv3-key-file"},
		{"PayScore has one digest", "payscore", "HMAC-SHA256", "PayScore is signed with HMAC-SHA256 only"},
		{"APIv3 needs the APIv3 key", "v3-refund", "apiv3_key", "--apiv3-key-file"},
		{"an APIv3 key of another length", "v3-refund", "half of apiv3_key", "has 16 characters"},
		{"APIv3 needs a key of WeChat Pay's", "v3-transaction", "platform", "an RSA key of your own"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := newIssuer()
			switch test.without {
			case "mch_id":
				i.MchID = ""
			case "key":
				i.Key = ""
			case "apiv3_key":
				i.APIv3Key = ""
			case "HMAC-SHA256":
				i.SignType = verifier.MD5
			case "half of apiv3_key":
				i.APIv3Key = apiV3Key[:16]
			case "platform":
				i.Platform = nil
			}
			m, err := i.Issue(test.kind, nil)
			if err == nil || !strings.Contains(err.Error(), test.want) || m.Body != "" {
				t.Errorf("got %v, want %s", err, test.want)
			}
			if err != nil && (strings.Contains(err.Error(), key) || strings.Contains(err.Error(), apiV3Key[:16])) {
				t.Errorf("%v names a key", err)
			}
		})
	}
}

func TestKinds(t *testing.T) {
	want := []string{"payment", "deduction", "refund", "contract", "combined", "native", "plate", "risk", "payscore", "v3-transaction", "v3-refund"}
	if !slices.Equal(issuer.Kinds, want) {
		t.Errorf("got %q", issuer.Kinds)
	}
}
