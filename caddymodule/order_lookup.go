package caddymodule

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/caddyserver/caddy/v2"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// orderLookup asks the shop what an order costs.
type orderLookup struct {
	template string
	client   *http.Client
}

// maxOrder bounds the shop's answer.
const maxOrder = 16 << 10

var lookupPlaceholder = regexp.MustCompile(`\{http\.wechatpay\.([a-z_]+)\}`)

// newOrderLookup reads the URL. Only what the signature proves may have a place in it,
// and none in the host: otherwise a request could choose which shop is asked.
func newOrderLookup(repl *caddy.Replacer, template string) (*orderLookup, error) {
	expanded, err := repl.ReplaceOrErr(template, true, false)
	if err != nil {
		return nil, fmt.Errorf("amount_guard lookup: %w", err)
	}
	filled := func(with string) (*url.URL, error) {
		return url.Parse(lookupPlaceholder.ReplaceAllString(expanded, with))
	}
	one, err := filled("1")
	if err != nil {
		return nil, errors.New("amount_guard lookup: that is not a URL")
	}
	other, err := filled("2")
	switch {
	case err != nil || one.Host != other.Host || one.Scheme != other.Scheme:
		return nil, errors.New("amount_guard lookup: scheme and host must not hold placeholders of the request")
	case one.Scheme != "http" && one.Scheme != "https", one.Host == "":
		return nil, errors.New("amount_guard lookup needs a complete URL, such as http://127.0.0.1:8001/orders/{http.wechatpay.out_trade_no}")
	case strings.ContainsAny(lookupPlaceholder.ReplaceAllString(expanded, ""), "{}"):
		return nil, errors.New("amount_guard lookup: only {http.wechatpay.*}, {env.*} and {file.*} may stand in the URL; everything else is unsigned")
	}
	for _, match := range lookupPlaceholder.FindAllStringSubmatch(expanded, -1) {
		if _, known := new(delivery).placeholder("http.wechatpay." + match[1]); !known {
			return nil, fmt.Errorf("amount_guard lookup: there is no placeholder %s", match[0])
		}
	}
	return &orderLookup{template: expanded, client: newLookupClient()}, nil
}

// newLookupClient does not follow redirects: an order that has moved is no answer.
func newLookupClient() *http.Client {
	return &http.Client{
		Transport:     http.DefaultTransport.(*http.Transport).Clone(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (l *orderLookup) url(d *delivery) string {
	return lookupPlaceholder.ReplaceAllStringFunc(l.template, func(name string) string {
		value, _ := d.placeholder(strings.Trim(name, "{}"))
		return url.QueryEscape(fmt.Sprint(value))
	})
}

// compare asks for the order and compares its amount with the notification's.
func (l *orderLookup) compare(ctx context.Context, d *delivery) verdict {
	//nolint:gosec // The URL is the operator's; what a notification adds is signed, and escaped.
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, l.url(d), http.NoBody)
	if err != nil {
		return lookupFailed(err)
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "caddy-wechatpay")
	for _, name := range []string{"Traceparent", "Tracestate"} {
		request.Header[name] = d.request.Header[name]
	}
	response, err := l.client.Do(request) //nolint:gosec // as above
	if err != nil {
		return lookupFailed(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxOrder+1))
	switch {
	case response.StatusCode == http.StatusNotFound:
		return verdict{reason: verifier.UnknownOrder}
	case response.StatusCode != http.StatusOK:
		return lookupFailed(fmt.Errorf("it answered %d, neither 200 nor 404", response.StatusCode))
	case err != nil:
		return lookupFailed(err)
	case len(text) > maxOrder:
		return lookupFailed(errors.New("its answer is too long"))
	}
	total, currency, err := readOrder(string(text))
	switch {
	case err != nil:
		return lookupFailed(err)
	case total != d.facts.total, currency != d.facts.currency:
		return verdict{reason: verifier.AmountMismatch, detail: fmt.Sprintf("the order is of %d %s", total, currency)}
	}
	return verdict{}
}

// lookupFailed leaves the URL out of the error: it may hold a secret of the shop's.
func lookupFailed(err error) verdict {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	return verdict{reason: verifier.UpstreamUnreachable, detail: "amount_guard lookup: " + err.Error()}
}

// readOrder reads {"total": <fen>, "currency": "CNY"}; there may be more.
func readOrder(text string) (total int64, currency string, err error) {
	members, ok := jsonMembers(text)
	if !ok {
		return 0, "", errors.New("its answer is not a JSON object, or repeats a member")
	}
	total, err = strconv.ParseInt(string(members["total"]), 10, 64)
	if err != nil || total < 0 {
		return 0, "", errors.New("its answer has no total that is an integer, in fen")
	}
	if raw, there := members["currency"]; there {
		if currency, ok = jsonText(raw); !ok {
			return 0, "", errors.New("its answer has a currency that is not text")
		}
		return total, currency, nil
	}
	return total, "CNY", nil
}
