package integration

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// sender plays WeChat Pay.
type sender struct {
	address  string
	protocol string
	client   *http.Client
}

func newSender(address, protocol string) sender {
	transport := &http.Transport{
		DisableCompression:  true,
		MaxIdleConnsPerHost: 256,
		Protocols:           new(http.Protocols),
	}
	transport.Protocols.SetHTTP1(protocol == "HTTP/1.1")
	transport.Protocols.SetUnencryptedHTTP2(protocol == "HTTP/2.0")
	return sender{address: address, protocol: protocol, client: &http.Client{
		Transport: transport,
		Timeout:   15 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}}
}

func (s sender) close() {
	if s.client != nil {
		s.client.CloseIdleConnections()
	}
}

// answer is what WeChat Pay gets.
type answer struct {
	status int
	header http.Header // without Date
	body   string
}

// change makes a request other than the usual.
type change func(*http.Request)

func withHeader(name string, values ...string) change {
	return func(r *http.Request) { r.Header[name] = values }
}

func withMethod(method string) change { return func(r *http.Request) { r.Method = method } }

func withHost(host string) change { return func(r *http.Request) { r.Host = host } }

// withTarget replaces path and query.
func withTarget(target string) change {
	return func(r *http.Request) { r.URL.Opaque = "//" + r.URL.Host + target }
}

// chunked hides the length of the body.
func chunked(r *http.Request) { r.ContentLength, r.GetBody = -1, nil }

// request returns a delivery of body.
func (s sender) request(ctx context.Context, body string, changes ...change) *http.Request {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.address+"/notify", strings.NewReader(body))
	if err != nil {
		panic(err) // the arguments are ours
	}
	r.Header.Set("User-Agent", "Mozilla/4.0")
	r.Header.Set("Content-Type", "text/xml")
	for _, change := range changes {
		change(r)
	}
	return r
}

// try delivers body. It may be called from any goroutine.
func (s sender) try(body string, changes ...change) (answer, error) {
	response, err := s.client.Do(s.request(context.Background(), body, changes...))
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	response.Header.Del("Date")
	return answer{status: response.StatusCode, header: response.Header, body: string(text)}, err
}

// post delivers body and returns the answer.
func (e *edge) post(body string, changes ...change) answer {
	e.t.Helper()
	e.logs.clear()
	e.upstream.clear()
	got, err := e.send.try(body, changes...)
	if err != nil {
		e.t.Fatal(err)
	}
	return got
}

// raw sends bytes as they are and returns the response, whose body has been read.
func (e *edge) raw(request string) (*http.Response, string) {
	e.t.Helper()
	e.logs.clear()
	e.upstream.clear()
	connection, err := net.Dial("tcp", e.listen)
	if err != nil {
		e.t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, request); err != nil {
		e.t.Fatal(err)
	}
	_ = connection.SetReadDeadline(time.Now().Add(20 * time.Second))
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		e.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		e.t.Fatal(err)
	}
	return response, string(body)
}

// protocols runs a test over each protocol that Caddy speaks with WeChat Pay.
func protocols(t *testing.T, e *edge, test func(*testing.T, *edge)) {
	t.Helper()
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			over := e.over(protocol)
			over.t = t
			test(t, over)
		})
	}
}
