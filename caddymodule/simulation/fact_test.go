package simulation

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// fact is one payment, and all that has come of it.
type fact struct {
	order  string
	paid   time.Time
	total  int
	body   string     // genuine
	wechat *rand.Rand // draws what WeChat Pay does
	merch  *rand.Rand // draws what the app does

	mutex sync.Mutex
	calls []*call
	sent  []*delivery
}

// call is one call of the app.
type call struct {
	begin, end time.Time
	yes        bool // the app has accepted the fact
}

// delivery is one delivery and its ack.
type delivery struct {
	at     time.Time
	hungUp bool
	acked  bool // WeChat Pay is content
	answer *answer
}

func newFact(seed uint64, i int, paid time.Time) *fact {
	draw := func(what uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(i)<<8|what)) }
	f := &fact{
		order: fmt.Sprintf("ORDER-%d", i), paid: paid, total: i + 1,
		wechat: draw(1), merch: draw(2),
	}
	f.body = f.fields().Sign(apiKey, verifier.MD5)
	return f
}

// fields of a notification of the fact. They differ in what is random.
func (f *fact) fields() wechatpaytest.Fields {
	total := strconv.Itoa(f.total)
	return wechatpaytest.PaymentAt(mchID, f.paid).
		With("out_trade_no", f.order).With("transaction_id", "4200"+f.order).
		With("total_fee", total).With("cash_fee", total)
}

// began notes a call.
func (f *fact) began() *call {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	c := &call{begin: time.Now()}
	f.calls = append(f.calls, c)
	return c
}

// ended notes how a call has ended.
func (f *fact) ended(c *call, yes bool) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	c.end, c.yes = time.Now(), yes
}

func (f *fact) delivered(d *delivery) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.sent = append(f.sent, d)
}
