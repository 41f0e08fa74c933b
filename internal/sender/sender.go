// Package sender plays WeChat Pay's delivering side: it delivers a notification as WeChat
// Pay does, judges the answer as WeChat Pay does, and comes again as WeChat Pay does.
package sender

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
)

// Patience is how long WeChat Pay waits for an ack, from the connection to the last byte.
// Source: WeChat Pay APIv3, "支付成功回调通知".
const Patience = 5 * time.Second

// maxAnswer is more than any ack has.
const maxAnswer = 64 << 10

// Sender delivers notifications to one URL.
type Sender struct {
	URL string
	// Issuer signs repeats of APIv3 anew, and its APIv2 key tells whether the answer to a scan
	// in native mode 1 is signed right. Without it, neither is done.
	Issuer *issuer.Issuer
	// Transport is the network, as [New] has set it up.
	Transport http.RoundTripper
}

// New returns a sender to a URL.
func New(notifyURL string, i *issuer.Issuer) (*Sender, error) {
	parsed, err := url.Parse(notifyURL)
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return nil, fmt.Errorf("%q is not a URL to deliver to, such as http://localhost:8080/notify", notifyURL)
	}
	return &Sender{URL: notifyURL, Issuer: i, Transport: newTransport()}, nil
}

// newTransport speaks HTTP/1.1, as WeChat Pay does. A proxy of the environment is never
// used for this machine.
func newTransport() *http.Transport {
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DisableCompression:  true, // which WeChat Pay does not ask for
		MaxIdleConnsPerHost: 256,
		IdleConnTimeout:     30 * time.Second,
		Protocols:           new(http.Protocols),
	}
	transport.Protocols.SetHTTP1(true)
	return transport
}

// Close gives up connections that are kept for further deliveries.
func (s *Sender) Close() {
	if transport, ok := s.Transport.(interface{ CloseIdleConnections() }); ok {
		transport.CloseIdleConnections()
	}
}

// Answer is what comes back. Whatever is in it is a stranger's.
type Answer struct {
	Status int // 0 where there is none
	Header http.Header
	Body   string
}

// Attempt is one delivery, and what has come of it.
type Attempt struct {
	Answer
	// Ack is what WeChat Pay makes of it.
	Ack Ack
	// Err is why there is no answer, or not a whole one.
	Err error
	// Took is how long it took.
	Took time.Duration
}

// Deliver delivers a notification once. Redirects are not followed.
func (s *Sender) Deliver(ctx context.Context, m issuer.Message) Attempt {
	started := time.Now()
	within, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	answer, err := s.exchange(within, m)
	a := Attempt{Answer: answer, Err: err, Took: time.Since(started)}
	switch {
	case err == nil:
		a.Ack = JudgeAck(s.Issuer, m, answer)
	case ctx.Err() != nil:
		a.Ack.Reason = "the delivery was given up"
	case within.Err() != nil:
		a.Ack.Reason = fmt.Sprintf("there was no whole answer within %s; WeChat Pay hangs up then", Patience)
	default:
		a.Ack.Reason = Explain(err)
	}
	return a
}

var errTooLarge = errors.New("the answer is too large")

// exchange sends the request and reads all of the answer.
func (s *Sender) exchange(ctx context.Context, m issuer.Message) (a Answer, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, strings.NewReader(m.Body))
	if err != nil {
		return a, err
	}
	request.Header = headers(m)
	response, err := s.Transport.RoundTrip(request) // no client, which would follow redirects
	if err != nil {
		return a, err
	}
	defer response.Body.Close()
	a.Status, a.Header = response.StatusCode, response.Header
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	a.Body = string(body[:min(len(body), maxAnswer)])
	if err == nil && len(body) > maxAnswer {
		err = errTooLarge
	}
	return a, err
}

// headers are those that WeChat Pay's deliveries have been seen with.
func headers(m issuer.Message) http.Header {
	header := http.Header{
		"User-Agent": {"Mozilla/4.0"},
		"Accept":     {"*/*"},
		"Pragma":     {"no-cache"},
		"Connection": {"Keep-Alive"},
		"Request-Id": {rand.Text()},
	}
	maps.Copy(header, m.Header)
	return header
}
