package fault

import (
	"context"
	"net/http"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
)

// genuine is what reaches the app of an edge that does its part.
const genuine = "a genuine payment of 1 fen for a made-up order number"

var controls = []Fault{
	{"control", Control, genuine + ": it must get past the edge", []int{http.StatusOK}, apiV2Key, controlOf("payment")},
	{"v3-control", Control, genuine + " by APIv3: likewise", []int{http.StatusOK, http.StatusNoContent}, platformKey, controlOf("v3-transaction")},
}

func controlOf(kind string) playFunc {
	return func(ctx context.Context, s *stage) Result {
		m, err := s.issue(kind)
		if err != nil {
			return unmade(err)
		}
		r, _ := s.accept(ctx, m)
		if r.State == NotProven {
			r.State = Taken // the edge has done its part
		}
		return r
	}
}

// accept delivers a genuine notification, and reports whether it was acked. If the app said
// no, nothing about what comes after an ack can be proven.
func (s *stage) accept(ctx context.Context, m issuer.Message) (r Result, acked bool) {
	attempt := s.Sender.Deliver(ctx, m)
	switch a := attempt.Answer; {
	case attempt.Ack.Acked:
		return resultOf(a, Taken, "acked with status %d", a.Status), true
	case attempt.Err != nil:
		return Result{State: Failed, Detail: attempt.Ack.Reason}, false
	case fromApp(a):
		return resultOf(a, NotProven, "verified; the app said no, with status %d", a.Status), false
	default:
		return resultOf(a, Unexpected, "what is genuine was refused: %s", attempt.Ack.Reason), false
	}
}
