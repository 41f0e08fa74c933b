package fault

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

var replays = []Fault{
	{"replay", Replay, genuine + ", and once it is acked, the same again: it is acked again", []int{200}, either, again},
	{"conflict", Replay, genuine + ", and once it is acked, another amount for it, signed right", []int{verifier.Conflict.Status()}, either, conflict},
	{"stale", Replay, genuine + ", paid 30 days ago", []int{verifier.Stale.Status()}, either, sends(stale)},
	{"two-copies", Replay, genuine + ", delivered twice at once: one is acked, the other as well or told to come again", copyStatuses, either, copies(2)},
	{"ten-copies", Replay, genuine + ", delivered ten times at once: likewise", copyStatuses, either, copies(10)},
}

// again delivers what is acked once more.
func again(ctx context.Context, s *stage) Result {
	m, err := s.genuine()
	if err != nil {
		return unmade(err)
	}
	r, acked := s.accept(ctx, m)
	if !acked {
		return r
	}
	second := s.Sender.Deliver(ctx, m)
	if !second.Ack.Acked {
		return resultOf(second.Answer, Unexpected, "it was acked, and then it was not: %s", second.Ack.Reason)
	}
	return resultOf(second.Answer, Taken, "acked again with status %d", second.Status)
}

func conflict(ctx context.Context, s *stage) Result {
	fact := []issuer.Field{
		{Name: "out_trade_no", Value: s.fieldOr("out_trade_no", madeUp())},
		{Name: "transaction_id", Value: "4200" + rand.Text()[:24]},
	}
	more := issuer.Field{Name: s.amountField, Value: s.fieldOr(s.amountField, "1") + "0"}
	first, err := s.genuine(fact...)
	if err != nil {
		return unmade(err)
	}
	another, err := s.genuine(append(fact, more)...)
	if err != nil {
		return unmade(err)
	}
	if r, acked := s.accept(ctx, first); !acked {
		return r
	}
	answer, err := s.exchange(ctx, post(another))
	if err != nil {
		return failed(err)
	}
	return s.judge(another, answer)
}

// stale is signed now, but says that it happened then.
func stale(s *stage) (request, error) {
	paid := time.Now().AddDate(0, 0, -30).In(time.FixedZone("", 8*60*60))
	then := issuer.Field{Name: "time_end", Value: paid.Format("20060102150405")}
	if s.paymentKind != "payment" {
		then = issuer.Field{Name: "create_time", Value: paid.Format(time.RFC3339)}
	}
	m, err := s.genuine(then)
	return post(m), err
}

// copyStatuses are those of an ack, and of a wish to come again.
var copyStatuses = []int{http.StatusOK, verifier.InFlight.Status()}

// copies delivers a payment n times at once, as several servers of WeChat Pay may do.
// Source: WeChat Pay APIv2, "支付结果通知".
func copies(n int) playFunc {
	return func(ctx context.Context, s *stage) Result {
		m, err := s.genuine()
		if err != nil {
			return unmade(err)
		}
		var attempts []sender.Attempt
		_, err = s.Sender.Repeat(ctx, m, n, n, func(_ int, a sender.Attempt) { attempts = append(attempts, a) })
		if err != nil {
			return failed(err)
		}
		return judgeCopies(attempts)
	}
}

func judgeCopies(attempts []sender.Attempt) Result {
	acks, declined := 0, Result{}
	for _, a := range attempts {
		switch {
		case a.Ack.Acked:
			acks++
		case a.Err != nil:
			return Result{State: Failed, Detail: "a copy got no answer: " + a.Ack.Reason}
		case a.Status == verifier.InFlight.Status() && codeOf(a.Body) == "FAIL":
		case fromApp(a.Answer):
			declined = resultOf(a.Answer, NotProven, "verified; the app said no, with status %d", a.Status)
		default:
			return resultOf(a.Answer, Unexpected, "a copy was refused: %s", a.Ack.Reason)
		}
	}
	switch i := slices.IndexFunc(attempts, func(a sender.Attempt) bool { return a.Ack.Acked }); {
	case declined.State != "" && acks == 0:
		return declined
	case declined.State != "":
		return resultOf(attempts[i].Answer, Unexpected, "a copy was acked, and another one declined")
	case acks == 0:
		return resultOf(attempts[0].Answer, Unexpected, "none of %d copies was acked", len(attempts))
	default:
		return resultOf(attempts[i].Answer, Taken, "%d of %d copies are acked, and %d are to come again", acks, len(attempts), len(attempts)-acks)
	}
}
