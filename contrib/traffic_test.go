package contrib_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// shop is the merchant's app.
type shop struct {
	address string
	status  atomic.Int32 // of its answers
	body    atomic.Value // the text of its answers
}

// newShop returns a shop that says yes.
func newShop(t *testing.T) *shop {
	s := new(shop)
	s.answers(http.StatusOK, "success")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(int(s.status.Load()))
		_, _ = io.WriteString(w, s.body.Load().(string))
	}))
	t.Cleanup(server.Close)
	s.address = server.Listener.Addr().String()
	return s
}

func (s *shop) answers(status int32, body string) {
	s.status.Store(status)
	s.body.Store(body)
}

// series is what a counter tells apart.
type series struct{ merchant, kind, outcome, reason string }

func ofMerchant(kind, outcome, reason string) series { return series{mchID, kind, outcome, reason} }

func ofStranger(reason string) series { return series{"unknown", "unknown", "rejected", reason} }

// post delivers a body once.
func (e *edge) post(path, body string, header http.Header) {
	e.t.Helper()
	request, err := http.NewRequestWithContext(e.t.Context(), http.MethodPost, "http://edge"+path, strings.NewReader(body))
	if err != nil {
		e.t.Fatal(err)
	}
	if header != nil {
		request.Header = header
	}
	e.do(request)
}

func (e *edge) do(request *http.Request) {
	e.t.Helper()
	response, err := e.client("http").Do(request)
	if err != nil {
		e.t.Fatal(err)
	}
	_ = response.Body.Close()
}

func sign(f wechatpaytest.Fields) string { return f.Sign(apiKey, verifier.MD5) }

func payment() wechatpaytest.Fields { return wechatpaytest.Payment(mchID) }

// postMix delivers something of everything, and returns what there must be of it.
func (e *edge) postMix() map[series]float64 {
	e.t.Helper()
	e.postGenuine()
	e.postUndelivered()
	e.postRefused()
	e.postStrange()
	return map[series]float64{
		ofMerchant("payment", "accepted", "ok"):                6,
		ofMerchant("deduction", "accepted", "ok"):              1,
		ofMerchant("payment", "duplicate", "duplicate"):        3,
		ofMerchant("payment", "declined", "upstream_declined"): 1,
		ofMerchant("payment", "failed", "upstream_status"):     2,
		ofMerchant("payment", "rejected", "conflict"):          1,
		ofMerchant("payment", "rejected", "amount_mismatch"):   1,
		ofMerchant("payment", "rejected", "missing_field"):     1,
		ofStranger("bad_signature"):                            4,
		ofStranger("unknown_merchant"):                         1,
		ofStranger("unknown_serial"):                           1,
		ofStranger("malformed"):                                2,
		ofStranger("method"):                                   1,
	}
}

func (e *edge) postGenuine() {
	paid := sign(payment())
	for range 3 {
		e.post("/notify", paid, nil) // accepted, then two duplicates
	}
	e.post("/notify", sign(wechatpaytest.Deduction(mchID)), nil)
	e.post("/notify", sign(payment().With("cash_fee", "2")), nil) // more than the total, of which it is warned
	e.post("/notify", payment().Sign(previousKey, verifier.HMACSHA256), nil)
	e.postV3(e.platform, wechatpaytest.V3Transaction(mchID))
	again := wechatpaytest.V3Transaction(mchID)
	e.postV3(e.platform, again)
	e.postV3(e.platform, again)
}

func (e *edge) postV3(platform *wechatpaytest.Platform, event wechatpaytest.Event) {
	body := event.Body(apiV3Key)
	e.post("/notify", body, platform.Sign(body, time.Now()))
}

func (e *edge) postUndelivered() {
	e.shop.answers(http.StatusOK, "fail: sold out")
	e.post("/notify", sign(payment()), nil)
	e.shop.answers(http.StatusInternalServerError, "")
	e.post("/notify", sign(payment()), nil)
	e.post("/notify", sign(payment()), nil)
	e.shop.answers(http.StatusOK, "success")
}

// postRefused delivers what is signed and yet refused.
func (e *edge) postRefused() {
	e.post("/guarded", sign(payment()), nil) // its attach carries no proof of the amount
	e.post("/notify", sign(payment().With("out_trade_no", "")), nil)
	paid := payment()
	e.post("/notify", sign(paid), nil) // accepted, and then contradicted
	e.post("/notify", sign(paid.With("total_fee", "2").With("cash_fee", "2")), nil)
}

// postStrange delivers what anybody could.
func (e *edge) postStrange() {
	const someKey = "00112233445566778899aabbccddeeff"
	for range 4 {
		e.post("/notify", payment().Sign(someKey, verifier.MD5), nil)
	}
	e.post("/notify", wechatpaytest.Payment("1900009999").Sign(someKey, verifier.MD5), nil)
	e.postV3(wechatpaytest.NewPublicKey(), wechatpaytest.V3Transaction(mchID))
	e.post("/notify", "<xml>", nil)
	e.post("/notify", "a=1&b=2", nil)
	browser, err := http.NewRequestWithContext(e.t.Context(), http.MethodGet, "http://edge/notify", nil)
	if err != nil {
		e.t.Fatal(err)
	}
	e.do(browser)
}
