package process

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// fact is one payment, of which WeChat Pay tells until it is acked.
type fact struct {
	id, body string
	acked    bool
	ackedBy  int  // the start of the edge that acked it first
	late     bool // the edge once gave up waiting for the shop
}

func newFact() *fact {
	payment := wechatpaytest.Payment(mchID)
	return &fact{
		id:   "transaction:" + mchID + ":" + payment["transaction_id"] + ":SUCCESS",
		body: payment.Sign(apiKey, verifier.MD5),
	}
}

func newFacts(number int) []*fact {
	facts := make([]*fact, number)
	for i := range facts {
		facts[i] = newFact()
	}
	return facts
}

// answer is what WeChat Pay gets.
type answer struct {
	status int
	body   string
}

const successBody = "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>"

func fail(status int, text string) answer {
	return answer{status, "<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[" + text + "]]></return_msg></xml>"}
}

// The answers that matter here.
var (
	success   = answer{http.StatusOK, successBody}
	inFlight  = fail(http.StatusServiceUnavailable, "another delivery of it is being processed")
	storeDown = fail(http.StatusServiceUnavailable, "the record of accepted notifications is out of reach")
	refused   = fail(http.StatusBadGateway, "the upstream answered with a status other than 2xx")
	tooLate   = fail(http.StatusGatewayTimeout, "the upstream did not answer within upstream_timeout")
)

// deliver delivers the fact once. It may be called from any goroutine.
func (e *edge) deliver(ctx context.Context, f *fact) (answer, error) {
	return e.deliverAs(ctx, f, rand.Text())
}

// deliverAs delivers the fact with an ID of the request, which the shop gets too.
func (e *edge) deliverAs(ctx context.Context, f *fact, requestID string) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://edge/notify", strings.NewReader(f.body))
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Content-Type", "text/xml")
	request.Header.Set("X-Request-Id", requestID)
	response, err := e.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	got := answer{response.StatusCode, string(body)}
	if got == success && !e.shop.hasAccepted(f) {
		e.t.Errorf("SUCCESS for %s, which the shop has not accepted", f.id)
	}
	if (got.status == http.StatusOK) != (got.body == successBody) {
		e.t.Errorf("status 200 and SUCCESS do not go together: %v", got)
	}
	return got, nil
}

// post delivers the fact once, to an edge that answers.
func (e *edge) post(f *fact) answer {
	e.t.Helper()
	got, err := e.deliver(e.t.Context(), f)
	if err != nil {
		e.t.Error(err)
	}
	return got
}

// want checks the answers to one delivery of each fact.
func (e *edge) want(want answer, facts ...*fact) {
	e.t.Helper()
	for _, f := range facts {
		if got := e.post(f); got != want {
			e.t.Fatalf("got %v for %s, want %v", got, f.id, want)
		}
	}
}

// wantInTheEnd delivers each fact until it is acked. Before, the answer may be one of
// meanwhile.
func (e *edge) wantInTheEnd(facts []*fact, meanwhile ...answer) {
	e.t.Helper()
	for _, f := range facts {
		eventually(e.t, "no SUCCESS for "+f.id, func() bool {
			got := e.post(f)
			if got != success && !slices.Contains(meanwhile, got) {
				e.t.Fatalf("got %v for %s", got, f.id)
			}
			return got == success
		})
	}
}
