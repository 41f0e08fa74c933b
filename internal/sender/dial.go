package sender

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
)

// Dial opens a connection to where notifications go, for bytes that no HTTP client sends.
// TLS is as in deliveries.
func (s *Sender) Dial(ctx context.Context) (net.Conn, error) {
	to, err := url.Parse(s.URL)
	if err != nil {
		return nil, err
	}
	port := to.Port()
	if port == "" {
		port = to.Scheme // whose name is that of its port
	}
	address := net.JoinHostPort(to.Hostname(), port)
	if to.Scheme != "https" {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}
	config := new(tls.Config)
	if transport, ok := s.Transport.(*http.Transport); ok && transport.TLSClientConfig != nil {
		config = transport.TLSClientConfig.Clone()
	}
	config.NextProtos = []string{"http/1.1"}
	return (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", address)
}
