package verifier_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// kindTest is what is tested alike for each kind. Its fields are those of a golden body.
type kindTest struct {
	golden string
	kind   verifier.Kind
	// without says what becomes of the body that lacks a field.
	without map[string]verifier.Reason
	// ids and orderNumbers have the form that their name says; codes must be SUCCESS.
	ids, orderNumbers, codes []string
	// time is the field that says when it happened.
	time string
	// appID and subMchID are the fields that the lists of the merchant bind, empty where
	// the kind has none; with appIDOptional, a body without the former passes too.
	appID, subMchID string
	appIDOptional   bool
	// fact are fields with another value, which makes it another fact; noise are such
	// that may differ between two deliveries of the same one.
	fact, noise wechatpaytest.Fields
}

// kindTests are in the files of the kinds.
var kindTests = []kindTest{refundTest, contractTest, combinedTest, nativeTest, plateTest, riskTest, payScoreTest}

// goldenFields returns the fields of a golden body; those of a refund are decrypted.
func goldenFields(t testing.TB, name string) (fields wechatpaytest.Fields, authenticity string) {
	t.Helper()
	var document struct {
		Authenticity string
		Fields       wechatpaytest.Fields
	}
	if err := json.Unmarshal([]byte(readGolden(t, name+".json")), &document); err != nil || len(document.Fields) == 0 {
		t.Fatalf("%s: %v", name, err)
	}
	return document.Fields, document.Authenticity
}

// body signs or encrypts fields, with the golden ones changed by change.
func (k kindTest) body(t testing.TB, change func(wechatpaytest.Fields)) string {
	t.Helper()
	fields, authenticity := goldenFields(t, k.golden)
	if change != nil {
		change(fields)
	}
	if authenticity == "encrypted-only" {
		return fields.SealRefund(mchID, key)
	}
	return fields.Sign(key, verifier.SignType(authenticity))
}

// set returns a change that gives a field another value.
func set(name, value string) func(wechatpaytest.Fields) {
	return func(f wechatpaytest.Fields) { f[name] = value }
}

// drop returns a change that takes a field away.
func drop(name string) func(wechatpaytest.Fields) {
	return func(f wechatpaytest.Fields) { delete(f, name) }
}

// judge verifies a changed golden body.
func (k kindTest) judge(t testing.TB, change func(wechatpaytest.Fields), configs ...func(*verifier.Config)) (verifier.Notification, error) {
	t.Helper()
	configs = append([]func(*verifier.Config){withMerchant(withAPIv3Key)}, configs...)
	return judge(t, newVerifier(t, configs...), k.body(t, change))
}

// forEachKind runs test for each kind in a subtest of its own.
func forEachKind(t *testing.T, test func(*testing.T, kindTest)) {
	for _, kind := range kindTests {
		t.Run(string(kind.kind), func(t *testing.T) { test(t, kind) })
	}
}

func TestKindsAsTheyAre(t *testing.T) {
	forEachKind(t, func(t *testing.T, kind kindTest) {
		n, err := kind.judge(t, nil)
		wantReason(t, err, verifier.OK)
		if golden := judgeGolden(t, kind.golden); n.Kind != kind.kind || string(n.AppendJSON(nil)) != string(golden.AppendJSON(nil)) {
			t.Errorf("got %s: %s", n.Kind, n.AppendJSON(nil))
		}
	})
}

// An absent field and an empty one are the same, and each is missed by itself.
func TestFieldsOfKindsDroppedOneByOne(t *testing.T) {
	forEachKind(t, func(t *testing.T, kind kindTest) {
		fields, _ := goldenFields(t, kind.golden)
		for name := range fields {
			want, listed := kind.without[name]
			if !listed {
				want = verifier.OK // genuine bodies without it exist, or may
			}
			for _, change := range []func(wechatpaytest.Fields){drop(name), set(name, "")} {
				n, err := kind.judge(t, change)
				if label(err) != want.String() {
					t.Errorf("without %s: %s (%v), want %s", name, label(err), err, want.String())
				}
				if want == verifier.MissingField {
					wantDetail(t, err, name)
				}
				if err == nil && n.Kind != kind.kind {
					t.Errorf("without %s: it is %s", name, n.Kind)
				}
			}
		}
		for name := range kind.without {
			if fields[name] == "" {
				t.Errorf("%s is not in the golden body", name)
			}
		}
	})
}

// Numbers have the characters that WeChat Pay documents, and no others: they become part
// of queries, headers and logs.
func TestNumbersOfKinds(t *testing.T) {
	good := []string{"0", "a-_Z", strings.Repeat("9", 64)}
	orderNumbers := []string{"a|b", "a*b", "a@b"}
	bad := []string{"a b", " a", "a\n", "a'b", `a"b`, `a\b`, "a/b", "a:b", "a%20b", "<a>", "a+b", "a&b", "a=b", "订单", "１", strings.Repeat("9", 65)}
	wantForms := func(t *testing.T, kind kindTest, name string, values []string, want verifier.Reason) {
		t.Helper()
		var wrong []string
		for _, value := range values {
			if _, err := kind.judge(t, set(name, value)); label(err) != want.String() {
				wrong = append(wrong, value)
			}
		}
		if wrong != nil {
			t.Errorf("%s: want %s for %q", name, want.String(), wrong)
		}
	}
	forEachKind(t, func(t *testing.T, kind kindTest) {
		for _, name := range kind.ids {
			wantForms(t, kind, name, good, verifier.OK)
			wantForms(t, kind, name, slices.Concat(bad, orderNumbers), verifier.BadField)
		}
		for _, name := range kind.orderNumbers {
			wantForms(t, kind, name, slices.Concat(good, orderNumbers), verifier.OK)
			wantForms(t, kind, name, bad, verifier.BadField)
		}
	})
}

// Where a kind says that something went wrong, it is not the fact that it looks like.
func TestCodesOfKinds(t *testing.T) {
	forEachKind(t, func(t *testing.T, kind kindTest) {
		for _, name := range kind.codes {
			for _, value := range []string{"FAIL", "success", "SUCCESS ", "OK", "0"} {
				if _, err := kind.judge(t, set(name, value)); label(err) != "bad_field" {
					t.Errorf("%s %q: %s", name, value, label(err))
				}
			}
			_, err := kind.judge(t, set(name, "SUCCESS"))
			wantReason(t, err, verifier.OK)
		}
	})
}

// Whatever has a time grows old. What has none cannot.
func TestAgeOfKinds(t *testing.T) {
	at := func(age time.Duration) func(*verifier.Config) {
		return func(config *verifier.Config) {
			config.MaxAge = 48 * time.Hour
			config.Now = func() time.Time { return paidAt.Add(age) }
		}
	}
	forEachKind(t, func(t *testing.T, kind kindTest) {
		n, err := kind.judge(t, nil)
		wantReason(t, err, verifier.OK)
		if n.Time.IsZero() != (kind.time == "") {
			t.Fatalf("its time is %v", n.Time)
		}
		_, err = kind.judge(t, nil, at(n.Time.Sub(paidAt)+48*time.Hour))
		wantReason(t, err, verifier.OK)
		want := verifier.Stale
		if kind.time == "" {
			want = verifier.OK
		}
		_, err = kind.judge(t, nil, at(n.Time.Sub(paidAt)+48*time.Hour+time.Second))
		wantReason(t, err, want)
	})
}
