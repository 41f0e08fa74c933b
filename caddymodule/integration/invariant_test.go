package integration

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// plan is what the upstream will do with one order, and whether that is its yes.
type plan struct {
	what   string
	yes    bool
	answer http.HandlerFunc
}

// planner draws plans.
type planner struct{ *rand.Rand }

func (p planner) of(choices ...string) string { return choices[p.IntN(len(choices))] }

func (p planner) draw() plan {
	yesBody := p.of("SUCCESS", " ok\n", `{"code":"SUCCESS"}`, `{"return_code":"ok","message":"m"}`, successXML)
	switch p.IntN(10) {
	case 0, 1, 2:
		return plan{"yes", true, says(200+p.IntN(3), yesBody)}
	case 3:
		return plan{"204", true, noContent}
	case 4:
		status := 300 + p.IntN(300)
		return plan{fmt.Sprint("status ", status), false, says(status, yesBody)}
	case 5:
		return p.spoilt(yesBody)
	case 6:
		return p.cutOff(yesBody)
	case 7:
		return plan{"no", false, says(200, p.of("FAIL", "fail: x", `{"code":"FAIL"}`, `{"code":"SUCCESS","return_code":"X"}`, failXML("x")))}
	case 8:
		return plan{"garbage", false, hijacked(p.of("", "\r\n", "HTTP/1.1", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"+yesBody, "SSH-2.0-x\r\n", yesBody))}
	}
	if p.IntN(20) > 0 {
		return plan{"late, but in time", true, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(5 * time.Millisecond)
			says(200, yesBody)(w, r)
		}}
	}
	return plan{"too late", false, sleeps(3 * patience)}
}

// patience is the upstream_timeout; it has room for a busy machine.
const patience = 700 * time.Millisecond

// spoilt is a yes with something in front or behind.
func (p planner) spoilt(body string) plan {
	junk := p.of("x", bom, phpWarning, "\x00", "<html>", "{", "}", "SUCCESS", successXML, `{"code":"SUCCESS"}`)
	body = strings.TrimSpace(body)
	if p.IntN(2) == 0 {
		body = junk + body
	} else {
		body += junk
	}
	if p.IntN(4) == 0 {
		body += strings.Repeat(" ", 16<<10)
	}
	return plan{"spoilt: " + strconv.Quote(body[:min(len(body), 80)]), false, says(200, body)}
}

// cutOff is a yes that breaks off somewhere.
func (p planner) cutOff(body string) plan {
	whole := "HTTP/1.1 200 OK\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
	if p.IntN(2) == 0 {
		whole = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(body, 1+p.IntN(9), "")
	}
	if p.IntN(3) == 0 {
		whole = "HTTP/1.1 103 Early Hints\r\nLink: </SUCCESS>\r\n\r\n" + whole
	}
	at := p.IntN(len(whole) - 2) // the last two may be missing: they hold nothing
	return plan{"cut off: " + strconv.Quote(whole[:at]), false, hijacked(whole[:at])}
}

// message draws a body for an order, and whether it is genuine.
func (p planner) message(order string) (body string, genuine bool) {
	fields := wechatpaytest.Payment(mchID).With("out_trade_no", order)
	signType := verifier.MD5
	if p.IntN(2) == 0 {
		signType = verifier.HMACSHA256
	}
	body = fields.Sign(apiKey, signType)
	switch p.IntN(8) {
	case 0:
		return fields.Sign(someKey, signType), false
	case 1:
		return fields.XML(), false
	case 2:
		return body[:p.IntN(len(body))], false
	case 3:
		return strings.Replace(body, "<total_fee>1<", "<total_fee>2<", 1), false
	}
	return body, true
}

// SUCCESS never leaves the edge unless the upstream has said yes to this very order,
// and 200 never leaves it without SUCCESS. Failures name the seed; WECHATPAY_TEST_SEED
// repeats a run.
func TestNoSuccessWithoutAYes(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("WECHATPAY_TEST_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("WECHATPAY_TEST_SEED=%d", seed)

	e := start(t, gate("upstream_timeout "+patience.String())+
		"reverse_proxy {$UPSTREAM} {\n\theader_up X-Order {http.wechatpay.out_trade_no}\n}\n")
	e.logs.muted.Store(true)
	var plans, called sync.Map // by order
	e.upstream.answers(func(w http.ResponseWriter, r *http.Request) {
		order := r.Header.Get("X-Order")
		called.Store(order, true)
		drawn, ok := plans.Load(order)
		if !ok {
			t.Errorf("the upstream got order %q, which nobody placed", order)
			return
		}
		drawn.(plan).answer(w, r)
	})
	const workers, each = 8, 150
	var accepted, wrong sync.Map
	var all sync.WaitGroup
	for worker := range workers {
		p := planner{rand.New(rand.NewPCG(seed, uint64(worker)))}
		send := e.over([]string{"HTTP/1.1", "HTTP/2.0"}[worker%2]).send
		all.Go(func() {
			for i := range each {
				order := fmt.Sprintf("W%d-%d", worker, i)
				drawn := p.draw()
				plans.Store(order, drawn)
				body, genuine := p.message(order)
				got, err := send.try(body)
				_, reached := called.Load(order)
				switch success := got.body == successXML; {
				case err != nil:
					wrong.Store(order, err)
				case success != (got.status == 200):
					wrong.Store(order, got)
				case success && !(genuine && drawn.yes && reached):
					wrong.Store(order, fmt.Sprintf("SUCCESS; genuine %v, upstream called %v, which did: %s", genuine, reached, drawn.what))
				case !success && !strings.HasPrefix(got.body, "<xml><return_code><![CDATA[FAIL]]>"):
					wrong.Store(order, got)
				case !genuine && reached:
					wrong.Store(order, "the upstream got what is not genuine")
				case success:
					accepted.Store(order, true)
				}
			}
		})
	}
	all.Wait()
	wrong.Range(func(order, what any) bool { t.Errorf("seed %d, order %v: %v", seed, order, what); return true })
	count := 0
	accepted.Range(func(any, any) bool { count++; return true })
	if count < workers*each/10 {
		t.Errorf("seed %d: only %d of %d were accepted; the test tests nothing", seed, count, workers*each)
	}
}
