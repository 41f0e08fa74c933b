package verifier_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

const (
	mchID       = "1900000109"
	key         = "Kd8sPq2vXw7LmN4tYb6Rc9Zf3Hj5Gu1A"
	previousKey = "previous0previous1previous2previ"
	strangerKey = "0stranger1stranger2stranger3stra"
)

// paidAt is when the payment of payment() took place.
var paidAt = time.Date(2018, 8, 22, 20, 56, 6, 0, time.FixedZone("", 8*60*60))

// payment returns a payment that is the same every time. The numbers are those of
// the documentation's examples.
func payment() wechatpaytest.Fields {
	return wechatpaytest.PaymentAt(mchID, paidAt).
		With("nonce_str", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS").
		With("openid", "onhwF1hiutUySKCsrV21A6MCtT5Q").
		With("out_trade_no", "SH201808222055598628").
		With("transaction_id", "4200000171201808221550954201")
}

// failedPayment returns a deduction that did not come about.
func failedPayment() wechatpaytest.Fields {
	return payment().Without("transaction_id", "time_end", "cash_fee", "bank_type").
		With("result_code", "FAIL").With("err_code", "NOTENOUGH").With("err_code_des", "余额不足")
}

// newVerifier returns a verifier for one merchant with one key, as changed.
func newVerifier(t testing.TB, changes ...func(*verifier.Config)) *verifier.Verifier {
	t.Helper()
	config := verifier.Config{Merchants: []verifier.Merchant{{MchID: mchID, Keys: []string{key}}}}
	for _, change := range changes {
		change(&config)
	}
	v, err := verifier.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// withMerchant changes the merchant of newVerifier.
func withMerchant(change func(*verifier.Merchant)) func(*verifier.Config) {
	return func(config *verifier.Config) { change(&config.Merchants[0]) }
}

// judge verifies body, and holds against every refusal that nothing of the body
// is left to be taken for verified.
func judge(t testing.TB, v *verifier.Verifier, body string) (verifier.Notification, error) {
	t.Helper()
	var n verifier.Notification
	err := v.Verify(body, nil, &n)
	if err != nil {
		wantEmpty(t, &n)
	}
	return n, err
}

func wantEmpty(t testing.TB, n *verifier.Notification) {
	t.Helper()
	fields := reflect.ValueOf(*n)
	for i := range fields.NumField() {
		name, field := fields.Type().Field(i), fields.Field(i)
		empty := field.IsZero() || field.Kind() == reflect.Slice && field.Len() == 0
		if name.IsExported() && !empty {
			t.Errorf("%s holds %v after a refusal", name.Name, field)
		}
	}
}

// judgeSigned verifies fields signed with the merchant's key.
func judgeSigned(t testing.TB, fields wechatpaytest.Fields, changes ...func(*verifier.Config)) (verifier.Notification, error) {
	t.Helper()
	return judge(t, newVerifier(t, changes...), fields.Sign(key, verifier.MD5))
}

// wantReason demands the exact reason; OK means that there is no error.
func wantReason(t testing.TB, err error, want verifier.Reason) {
	t.Helper()
	if want == verifier.OK {
		if err != nil {
			t.Errorf("refused with %s (%v), want it accepted", label(err), err)
		}
		return
	}
	if !errors.Is(err, want) {
		t.Errorf("got %s (%v), want %s", label(err), err, want.String())
	} else if refusal := new(verifier.Error); !errors.As(err, &refusal) {
		t.Errorf("got a %T, want a *verifier.Error", err)
	}
}

// label is the label of the reason that err holds.
func label(err error) string {
	if refusal := new(verifier.Error); errors.As(err, &refusal) {
		return refusal.Reason.String()
	}
	if err == nil {
		return verifier.OK.String()
	}
	return err.Error()
}

// wantWarning demands exactly one warning with text in it, or none if it is empty.
func wantWarning(t testing.TB, n *verifier.Notification, text string) {
	t.Helper()
	switch {
	case text == "" && len(n.Warnings) > 0:
		t.Errorf("warnings %q, want none", n.Warnings)
	case text != "" && (len(n.Warnings) != 1 || !strings.Contains(n.Warnings[0], text)):
		t.Errorf("warnings %q, want one about %q", n.Warnings, text)
	}
}
