package fault

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// stage is where one fault is played.
type stage struct {
	Target
	fault  Fault
	issuer issuer.Issuer // with keys for everything, right or not

	paymentKind, amountField string // of the API that there are keys of
}

// newStage says what is missing, if anything is.
func newStage(f Fault, t Target) (s *stage, missing string) {
	if t.Sender.Issuer == nil {
		return nil, "there is no merchant to play it for"
	}
	s = &stage{Target: t, fault: f, issuer: *t.Sender.Issuer}
	v2 := s.issuer.Key != ""
	v3 := s.issuer.APIv3Key != "" && s.issuer.Platform != nil
	switch {
	case (f.needs == apiV2Key || f.needs == hmacPinned) && !v2:
		return nil, "it takes the APIv2 key"
	case f.needs == hmacPinned && s.issuer.SignType != verifier.HMACSHA256:
		return nil, "it is for a merchant whose sign type is HMAC-SHA256 alone"
	case f.needs == platformKey && !v3:
		return nil, "it takes the APIv3 key, and an RSA key that plays WeChat Pay's"
	case f.needs == either && !v2 && !v3:
		return nil, "it takes the keys of one API or the other"
	}
	s.paymentKind, s.amountField = "payment", "total_fee"
	if !v2 && v3 {
		s.paymentKind, s.amountField = "v3-transaction", "amount.total"
	}
	if s.issuer.Key == "" {
		s.issuer.Key = someKey()
	}
	if s.issuer.APIv3Key == "" {
		s.issuer.APIv3Key = someKey()
	}
	return s, ""
}

// someKey is a key that nobody has.
func someKey() string { return (rand.Text() + rand.Text())[:32] }

// madeUp is the number of an order that nobody has placed.
func madeUp() string { return "FAULT" + rand.Text()[:20] }

// issue issues a notification for a made-up order. What the user wants in all of them comes
// before what the fault is about.
func (s *stage) issue(kind string, fields ...issuer.Field) (issuer.Message, error) {
	wanted := s.Fields
	if !strings.HasPrefix(kind, "v3-") { // whose members alone have paths
		wanted = slices.DeleteFunc(slices.Clone(wanted), func(f issuer.Field) bool { return strings.Contains(f.Name, ".") })
	}
	order := []issuer.Field{{Name: "out_trade_no", Value: madeUp()}}
	return s.issuer.Issue(kind, slices.Concat(order, wanted, fields))
}

// fieldOr is what the user wants of a field, or else what is usual.
func (s *stage) fieldOr(name, usual string) string {
	for _, field := range s.Fields {
		if field.Name == name {
			usual = field.Value
		}
	}
	return usual
}

// genuine is a payment by the API that there are keys of.
func (s *stage) genuine(fields ...issuer.Field) (issuer.Message, error) {
	return s.issue(s.paymentKind, fields...)
}

// payment returns the elements of a payment, signed right.
func (s *stage) payment(fields ...issuer.Field) (elements, error) {
	m, err := s.issue("payment", fields...)
	if err != nil {
		return nil, err
	}
	return elementsOf(m)
}

func elementsOf(m issuer.Message) (elements, error) {
	parsed, err := verifier.ParseXML(m.Body)
	if err != nil {
		return nil, err
	}
	all := elements{}
	for _, field := range parsed {
		all[field.Name] = field.Value
	}
	return all, nil
}

// signAnew signs elements with the right key, as they were signed before.
func (s *stage) signAnew(f elements) elements { return f.Signed(s.issuer.Key, signTypeOf(f)) }

func signTypeOf(f elements) verifier.SignType {
	if len(f["sign"]) == 64 {
		return verifier.HMACSHA256
	}
	return verifier.MD5
}

func xmlMessage(body string) issuer.Message {
	return issuer.Message{Header: http.Header{"Content-Type": {"text/xml"}}, Body: body}
}

// sends plays a fault that is one request, which must not be acked.
func sends(compose func(*stage) (request, error)) playFunc {
	return func(ctx context.Context, s *stage) Result {
		r, err := compose(s)
		if err != nil {
			return unmade(err)
		}
		answer, err := s.exchange(ctx, r)
		if err != nil {
			return failed(err)
		}
		return s.judge(r.message, answer)
	}
}

// unmade is the result where there is nothing to send.
func unmade(err error) Result { return Result{State: Failed, Detail: err.Error()} }

// failed is the result where there is no answer.
func failed(err error) Result { return Result{State: Failed, Detail: sender.Explain(err)} }

// resultOf is a result with what the answer says.
func resultOf(a sender.Answer, state State, format string, args ...any) Result {
	return Result{State: state, Status: a.Status, Code: codeOf(a.Body), Detail: fmt.Sprintf(format, args...)}
}

// judge judges the answer to what must not get through.
func (s *stage) judge(m issuer.Message, a sender.Answer) Result {
	switch {
	case slices.Contains(s.fault.Want, a.Status):
		return resultOf(a, Refused, "refused with status %d", a.Status)
	case sender.JudgeAck(nil, m, a).Acked:
		return resultOf(a, LetThrough, "acked with status %d", a.Status)
	case fromApp(a):
		return resultOf(a, LetThrough, "status %d means that it passed for verified", a.Status)
	}
	return resultOf(a, Unexpected, "the status is %d, not %s", a.Status, s.wantedStatuses())
}

// wantedStatuses are put in words.
func (s *stage) wantedStatuses() string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(s.fault.Want), "[]"), " ", " or ")
}

// fromApp reports whether an answer means that the notification was verified, although it
// is no ack: the app said no, or its amount guard, or nothing. It is an edge's answer then,
// and not the error page of something else.
func fromApp(a sender.Answer) bool {
	return codeOf(a.Body) == "FAIL" && slices.Contains(afterVerification, a.Status)
}

var afterVerification = []int{
	verifier.UpstreamDeclined.Status(), verifier.UpstreamStatus.Status(), verifier.UpstreamTimeout.Status(),
	verifier.StoreError.Status(), verifier.UnknownOrder.Status(), verifier.AmountMismatch.Status(),
}

// codeOf is the code of an ack, or "".
func codeOf(body string) (code string) {
	if fields, err := verifier.ParseXML(body); err == nil {
		code = fields.Get("return_code")
	} else {
		var ack struct{ Code string }
		_ = json.Unmarshal([]byte(body), &ack) // of what is no JSON there is no code
		code = ack.Code
	}
	if !codeForm.MatchString(code) {
		return ""
	}
	return code
}

var codeForm = regexp.MustCompile(`^[A-Z_]{1,32}$`)
