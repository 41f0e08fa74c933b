package integration

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

var unknownOrder = verdict{"unknown_order", 404, failXML("the order is not known yet")}

// shop answers what an order costs.
type shop struct {
	address string

	mutex  sync.Mutex
	asked  []*http.Request
	answer http.HandlerFunc
}

func newShop(t *testing.T) *shop {
	s := &shop{answer: says(200, `{"total":1}`)}
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	s.address = server.Listener.Addr().String()
	t.Setenv("SHOP", s.address)
	return s
}

// ServeHTTP notes the question.
func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	s.asked = append(s.asked, r)
	answer := s.answer
	s.mutex.Unlock()
	answer(w, r)
}

func (s *shop) answers(with http.HandlerFunc) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.answer, s.asked = with, nil
}

func (s *shop) questions() []*http.Request {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.asked
}

func (s *shop) wantQuestions(t *testing.T, want int) {
	t.Helper()
	if got := len(s.questions()); got != want {
		t.Errorf("the shop was asked %d times, want %d", got, want)
	}
}

const guardLookup = "amount_guard lookup http://{env.SHOP}/orders/{http.wechatpay.out_trade_no}"

// Unless the shop names the amount that was paid, the app is not called, and a right
// answer later makes up for it.
func TestLookupGuard(t *testing.T) {
	shop := newShop(t)
	stores := []string{"dedupe memory", "dedupe file " + newFile(t)}
	for i, next := range []string{proxy, php} {
		e := start(t, reporting+gate(guardLookup, stores[i])+next)
		for _, row := range []struct {
			rule   string
			answer http.HandlerFunc
			want   verdict
		}{
			{"the amount", says(200, `{"total":8800}`), yes},
			{"amount and currency", says(200, `{"total":8800,"currency":"CNY"}`), yes},
			{"more than was asked", says(200, ` {"id":7,"total": 8800,"items":[{"total":1}],"currency":"CNY"} `), yes},
			{"another type", says(200, `{"total":8800}`, "Content-Type", "text/html"), yes},
			{"less", says(200, `{"total":8799}`), amountMismatch},
			{"more", says(200, `{"total":88000}`), amountMismatch},
			{"nothing to pay", says(200, `{"total":0}`), amountMismatch},
			{"yuan for fen", says(200, `{"total":88}`), amountMismatch},
			{"another currency", says(200, `{"total":8800,"currency":"JPY"}`), amountMismatch},
			{"another amount, broken off", hijacked("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"total\":8799}"), notReachable},
			{"404", says(404, ""), unknownOrder},
			{"404 with the amount", says(404, `{"total":8800}`), unknownOrder},
			{"a page that says 404", says(404, "<html>not found</html>"), unknownOrder},
		} {
			t.Run(fmt.Sprintf("%d/%s", i, row.rule), func(t *testing.T) {
				e.t = t
				lookUp(t, e, shop, row.answer, row.want)
			})
		}
	}
}

// lookUp delivers a payment of 8800 fen, first with an answer of the shop's and then with
// the right one.
func lookUp(t *testing.T, e *edge, shop *shop, with http.HandlerFunc, want verdict) {
	t.Helper()
	fields := wechatpaytest.Payment(mchID).With("total_fee", "8800").With("cash_fee", "8800")
	shop.answers(with)
	calls := 0
	if want == yes {
		calls = 1
	}
	wantDelivery(t, e, sign(fields), want, calls)
	if len(shop.questions()) == 0 { // more than one, where a connection in use is hung up
		t.Error("the shop was not asked")
	}
	wantFields(t, e.logs.one(t, accessLogger), map[string]any{"wechatpay_reason": want.reason, "out_trade_no": fields["out_trade_no"]})
	if want == yes {
		wantDelivery(t, e, sign(fields), duplicate, 0)
		shop.wantQuestions(t, 1)
		return
	}
	if want == amountMismatch {
		wantFields(t, e.logs.one(t, ownLogger), map[string]any{"level": "error"})
	}
	wantDelivery(t, e, sign(fields), want, 0)
	shop.answers(says(200, `{"total":8800,"currency":"CNY"}`))
	wantDelivery(t, e, sign(fields), yes, 1)
	wantDelivery(t, e, sign(fields), duplicate, 0)
	shop.wantQuestions(t, 1)
}

// The app is called once, and so is the shop, whatever the number of copies.
func TestLookupGuardAsksOnce(t *testing.T) {
	shop := newShop(t)
	e := start(t, gate(guardLookup, "dedupe memory")+proxy)
	shop.answers(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(50 * time.Millisecond)
		says(200, `{"total":1}`)(w, r)
	})
	body := payment()
	copiesAtOnce(t, e, body, yes, inFlight)
	copiesAtOnce(t, e, body, yes)
	shop.wantQuestions(t, 1)
	wantCalls(t, e, 1)

	shop.answers(says(200, `{"total":1}`))
	failed := sign(wechatpaytest.Payment(mchID).With("result_code", "FAIL"))
	wantDelivery(t, e, failed, yes, 1)
	shop.wantQuestions(t, 0)

	wantDelivery(t, e, wechatpaytest.Payment(mchID).Sign(someKey, verifier.MD5), verdict{"bad_signature", 401, failXML(refused)}, 0)
	shop.wantQuestions(t, 0)
}

// Without dedupe, every delivery is compared.
func TestLookupGuardWithoutDedupe(t *testing.T) {
	shop := newShop(t)
	e := start(t, gate(guardLookup)+proxy)
	body := payment()
	for range 3 {
		wantDelivery(t, e, body, yes, 1)
	}
	shop.wantQuestions(t, 3)
	shop.answers(says(200, `{"total":2}`))
	wantDelivery(t, e, body, amountMismatch, 0)
}
