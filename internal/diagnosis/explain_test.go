package diagnosis_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/diagnosis"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

const (
	mchID    = "1900000109"
	key      = "Kd8sPq2vXw7LmN4tYb6Rc9Zf3Hj5Gu1A"
	apiV3Key = "v3KeyQ7wE2rT9yU4iO1pA6sD3fG8hJ5k"
	other    = "0stranger1stranger2stranger3stra"
)

// row is a way in which a delivery goes wrong, and what must be said about it.
type row struct {
	name    string
	input   diagnosis.Input
	cause   string
	certain bool
	words   []string // of its explanation
}

// given returns a body of APIv2 with the right options, as changed.
func given(body string, changes ...func(*diagnosis.Input)) diagnosis.Input {
	in := diagnosis.Input{Body: []byte(body), MchID: mchID, Keys: []string{key}}
	for _, change := range changes {
		change(&in)
	}
	return in
}

func keys(keys ...string) func(*diagnosis.Input) {
	return func(in *diagnosis.Input) { in.Keys = keys }
}

func apiV3Keys(keys ...string) func(*diagnosis.Input) {
	return func(in *diagnosis.Input) { in.APIv3Keys = keys }
}

func signType(signType verifier.SignType) func(*diagnosis.Input) {
	return func(in *diagnosis.Input) { in.SignType = signType }
}

func payment() wechatpaytest.Fields { return wechatpaytest.Payment(mchID) }

// genuine is a body that is all right.
func genuine() string { return payment().Sign(key, verifier.MD5) }

var rows = slices.Concat(keyRows, signRows, stringRows, valueRows, escapeRows, elementRows, bodyRows, markupRows, refundRows, v3Rows, v3BodyRows, refusedRows)

// Each row is refused, its cause is among the findings, and no finding gives a secret away.
func TestExplain(t *testing.T) {
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			d := diagnosis.Explain(row.input)
			if d.Genuine || d.Reason == verifier.OK {
				t.Fatal("it is said to be genuine")
			}
			at := slices.IndexFunc(d.Findings, func(f diagnosis.Finding) bool { return f.Cause == row.cause })
			if at < 0 {
				t.Fatalf("%s is not among %+v (%s: %s)", row.cause, d.Findings, d.Reason, d.Detail)
			}
			wantNoSecret(t, d, secretsOf(row.input)...)
			f := d.Findings[at]
			if f.Certain != row.certain || f.Remedy == "" {
				t.Errorf("got %+v", f)
			}
			for _, word := range row.words {
				if !strings.Contains(f.Explanation, word) {
					t.Errorf("%q lacks %q", f.Explanation, word)
				}
			}
		})
	}
}

// No cause goes without a row, and no label is used twice.
func TestEveryCauseHasARow(t *testing.T) {
	causes := diagnosis.Causes()
	if len(causes) != diagnosis.CauseCount {
		t.Errorf("%d causes have %d labels", diagnosis.CauseCount, len(causes))
	}
	covered := map[string]bool{"warning": true, "payment_failed": true, "key_previous": true, "key_sample_given": true} // see TestNotes
	for _, row := range rows {
		covered[row.cause] = true
	}
	label := regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)*$`)
	for cause, texts := range causes {
		if !covered[cause] {
			t.Errorf("%s has no row", cause)
		}
		if !label.MatchString(cause) || texts[0] == "" || texts[1] == "" {
			t.Errorf("%s: %q", cause, texts)
		}
	}
}
