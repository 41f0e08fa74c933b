package verifier_test

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// statuses are what WeChat Pay gets for each reason.
var statuses = map[string]int{
	"ok": 200, "duplicate": 200,
	"empty_body": 400, "malformed": 400,
	"unsigned": 401, "bad_signature": 401, "unknown_merchant": 401, "wrong_appid": 401, "wrong_sub_merchant": 401,
	"wrong_sign_type": 401, "unknown_kind": 401, "unknown_serial": 401,
	"stale":           403,
	"unknown_order":   404,
	"method":          405,
	"amount_mismatch": 409, "conflict": 409,
	"too_large": 413, "encoding": 415,
	"missing_field": 422, "bad_amount": 422, "bad_field": 422,
	"upstream_declined":    500,
	"upstream_unreachable": 502, "upstream_status": 502, "upstream_unreadable": 502, "no_upstream": 502,
	"in_flight": 503, "store_error": 503,
	"upstream_timeout": 504,
}

// outcomes are what those reasons come under that their status does not tell.
var outcomes = map[string]verifier.Outcome{
	"ok": verifier.Accepted, "duplicate": verifier.Duplicate, "upstream_declined": verifier.Declined,
	"stale": verifier.Rejected, "amount_mismatch": verifier.Rejected, "conflict": verifier.Rejected,
	"unknown_order": verifier.Failed, "in_flight": verifier.Failed, "store_error": verifier.Failed, "upstream_timeout": verifier.Failed,
}

// stepOf says where a delivery ends by what WeChat Pay gets then, which is written down
// above; a few of the same status differ.
func stepOf(r verifier.Reason) verifier.Step {
	switch r {
	case verifier.UnknownKind, verifier.WrongAppID, verifier.WrongSubMerchant:
		return verifier.KindStep
	case verifier.BadAmount, verifier.AmountMismatch, verifier.UnknownOrder:
		return verifier.AmountStep
	case verifier.AcceptedEarlier:
		return verifier.DedupeStep
	default:
	}
	switch r.Status() {
	case 200:
		return verifier.AckStep
	case 401:
		return verifier.SignatureStep
	case 403, 422:
		return verifier.KindStep
	case 409, 503:
		return verifier.DedupeStep
	case 500, 502, 504:
		return verifier.UpstreamStep
	}
	return verifier.ParseStep
}

func TestReasons(t *testing.T) {
	seen := map[string]bool{}
	texts := map[string]bool{}
	for r := range verifier.Reason(verifier.NumReasons) {
		label := r.String()
		if !regexp.MustCompile(`^[a-z0-9_]+$`).MatchString(label) || seen[label] {
			t.Errorf("reason %d: label %q is taken or none", r, label)
		}
		seen[label] = true
		if r.Error() == "" || r.AckMessage() == "" || texts[r.Error()] {
			t.Errorf("%s: text %q is taken or none", label, r.Error())
		}
		texts[r.Error()] = true
		if chinese := r.Chinese(); !regexp.MustCompile(`\p{Han}`).MatchString(chinese) || texts[chinese] {
			t.Errorf("%s: Chinese text %q is taken or none", label, chinese)
		}
		texts[r.Chinese()] = true
		if want := stepOf(r); r.Step() != want {
			t.Errorf("%s: ends at step %q, want %q", label, r.Step(), want)
		}
		if want, known := statuses[label]; known && r.Status() != want {
			t.Errorf("%s: status %d, want %d", label, r.Status(), want)
		}
		if want, known := outcomes[label]; known && r.Outcome() != want {
			t.Errorf("%s: outcome %s, want %s", label, r.Outcome(), want)
		}
		if http.StatusText(r.Status()) == "" {
			t.Errorf("%s: status %d does not exist", label, r.Status())
		}
		if (r.Status() == http.StatusOK) != (r.Outcome() == verifier.Accepted || r.Outcome() == verifier.Duplicate) {
			t.Errorf("%s: status %d with outcome %s", label, r.Status(), r.Outcome())
		}
		switch r.Outcome() {
		case verifier.Accepted, verifier.Duplicate, verifier.Declined, verifier.Rejected, verifier.Failed:
		default:
			t.Errorf("%s: outcome %q", label, r.Outcome())
		}
	}
	for label := range statuses {
		if !seen[label] {
			t.Errorf("there is no %s", label)
		}
	}
}

// What a forger gets to see does not tell how far a forgery got.
func TestUnauthorizedReasonsLookAlike(t *testing.T) {
	messages := map[string]bool{}
	for r := range verifier.Reason(verifier.NumReasons) {
		if r.Status() == http.StatusUnauthorized {
			messages[r.AckMessage()] = true
			if r.Outcome() != verifier.Rejected {
				t.Errorf("%s: outcome %s", r.String(), r.Outcome())
			}
		}
	}
	if len(messages) != 1 {
		t.Errorf("got messages %v, want one for all", messages)
	}
}

func TestErrors(t *testing.T) {
	refusal := &verifier.Error{Reason: verifier.MissingField, Detail: "total_fee"}
	if got, want := refusal.Error(), "a required field is missing: total_fee"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := (&verifier.Error{Reason: verifier.Unsigned}).Error(), verifier.Unsigned.Error(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	wrapped := fmt.Errorf("delivery: %w", refusal)
	if !errors.Is(wrapped, verifier.MissingField) || errors.Is(wrapped, verifier.BadField) {
		t.Error("errors.Is does not tell reasons apart")
	}
}

// Nothing that a refusal says depends on a key, or holds the signature that would
// have been right: otherwise it would help to make one.
func TestRefusalsTellNoSecret(t *testing.T) {
	keyed := func(key string) *verifier.Verifier {
		return newVerifier(t, withMerchant(func(m *verifier.Merchant) { m.Keys = []string{key, previousKey} }))
	}
	one, other := keyed(key), keyed(strings.ToLower(key))
	for _, fields := range []wechatpaytest.Fields{
		payment(), payment().With("sign", "x"), payment().With("sign_type", "x"), payment().With("mch_id", "1"), payment().Without("total_fee"),
	} {
		for _, signType := range []verifier.SignType{verifier.MD5, verifier.HMACSHA256} {
			for _, body := range []string{fields.XML(), fields.Sign(strangerKey, signType)} {
				_, err := judge(t, one, body)
				_, otherErr := judge(t, other, body)
				if err == nil || err.Error() != otherErr.Error() {
					t.Errorf("%q and %q differ by the key", err, otherErr)
				}
				wantSilent(t, err, key, previousKey, wechatpaytest.Signature(fields, key, signType),
					wechatpaytest.Signature(fields, previousKey, signType), wechatpaytest.Signature(fields, strangerKey, signType))
			}
		}
	}
}

// Nor does it hold what a stranger sent, at a length that could fill a log.
func TestRefusalsAreShort(t *testing.T) {
	long := strings.Repeat("a", 10_000)
	for _, body := range []string{
		"<xml><" + long + ">1</" + long + "2></xml>",
		"<xml><" + long + ">1</" + long + "><" + long + ">1</" + long + "></xml>",
		"<" + long + "/>",
		payment().With("sign", long).XML(),
		payment().With("sign_type", long).Sign(key, verifier.MD5),
		payment().With("mch_id", long).Sign(key, verifier.MD5),
		payment().With("out_trade_no", long).Sign(key, verifier.MD5),
	} {
		_, err := judge(t, newVerifier(t), body)
		if err == nil || len(err.Error()) > 300 {
			t.Errorf("got %.400v", err)
		}
	}
}
