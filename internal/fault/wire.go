package fault

import (
	"bufio"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
)

// request is a request as it goes over the wire, which may be one that no HTTP client sends.
type request struct {
	method  string // POST, unless given
	query   string
	host    string // that of the URL, unless given
	version string // HTTP/1.1, unless given
	header  http.Header
	message issuer.Message
}

// post is a request as WeChat Pay makes it.
func post(m issuer.Message) request { return request{message: m} }

// with returns the request with another header.
func (r request) with(name, value string) request {
	header := r.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set(name, value)
	r.header = header
	return r
}

// head returns all lines before the body. Where the request does not say how its body is
// framed, it has a Content-Length.
func (s *stage) head(r request) (string, error) {
	to, err := url.Parse(s.Sender.URL)
	if err != nil {
		return "", err
	}
	header := http.Header{
		"User-Agent": {"Mozilla/4.0"}, "Accept": {"*/*"}, "Pragma": {"no-cache"}, "Connection": {"close"}, "Request-Id": {rand.Text()},
	}
	maps.Copy(header, r.message.Header)
	maps.Copy(header, r.header)
	if header["Transfer-Encoding"] == nil && header["Content-Length"] == nil {
		header.Set("Content-Length", strconv.Itoa(len(r.message.Body)))
	}
	target := *to
	if r.query != "" {
		target.RawQuery = r.query
	}
	var head strings.Builder
	head.WriteString(cmp.Or(r.method, http.MethodPost) + " " + target.RequestURI() + " " + cmp.Or(r.version, "HTTP/1.1") + "\r\n")
	head.WriteString("Host: " + cmp.Or(r.host, to.Host) + "\r\n")
	if err := header.Write(&head); err != nil {
		return "", err
	}
	return head.String() + "\r\n", nil
}

// text returns whole requests, one after the other.
func (s *stage) text(requests ...request) (string, error) {
	var all strings.Builder
	for _, r := range requests {
		head, err := s.head(r)
		if err != nil {
			return "", err
		}
		all.WriteString(head + r.message.Body)
	}
	return all.String(), nil
}

// connection is a connection to the edge. It ends with the context that it was made with.
type connection struct {
	net.Conn
	reader *bufio.Reader
	stop   func() bool
}

func (s *stage) connect(ctx context.Context) (*connection, error) {
	c, err := s.Sender.Dial(ctx)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	return &connection{Conn: c, reader: bufio.NewReader(c), stop: stop}, nil
}

func (c *connection) close() {
	c.stop()
	_ = c.Close()
}

// reset ends the connection without a goodbye.
func (c *connection) reset() {
	inner := c.Conn
	if secure, ok := inner.(*tls.Conn); ok {
		inner = secure.NetConn()
	}
	_ = inner.(*net.TCPConn).SetLinger(0)
	c.stop()
	_ = inner.Close()
}

// send writes without a look at whether it gets there: the answer may come before the end.
func (c *connection) send(parts ...string) { _, _ = io.WriteString(c, strings.Join(parts, "")) }

// maxAnswer is more than any ack has.
const maxAnswer = 64 << 10

// answer reads one answer.
func (c *connection) answer() (a sender.Answer, err error) {
	for {
		response, err := http.ReadResponse(c.reader, nil)
		if err != nil {
			return a, err
		}
		body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
		_ = response.Body.Close()
		if response.StatusCode >= http.StatusOK || err != nil { // not 100 Continue
			return sender.Answer{Status: response.StatusCode, Header: response.Header, Body: string(body)}, err
		}
	}
}

// exchange sends one request over a connection of its own.
func (s *stage) exchange(ctx context.Context, r request) (a sender.Answer, err error) {
	text, err := s.text(r)
	if err != nil {
		return a, err
	}
	c, err := s.connect(ctx)
	if err != nil {
		return a, err
	}
	defer c.close()
	c.send(text)
	a, err = c.answer()
	if ctx.Err() != nil {
		return a, ctx.Err()
	}
	return a, err
}
