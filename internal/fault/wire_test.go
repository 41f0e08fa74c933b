package fault_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/fault"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// Answers over one connection keep their order.
func TestPipelinedOutOfOrder(t *testing.T) {
	kept := func(status int) string {
		return strings.Replace(response(status, verifier.XMLAck.Fail("m")), "Connection: close\r\n", "", 1)
	}
	for name, test := range map[string]struct {
		answers string
		want    fault.State
	}{
		"in order":      {kept(401) + kept(401) + kept(400), fault.Refused},
		"only one":      {kept(401), fault.Refused},
		"out of order":  {kept(400) + kept(401) + kept(401), fault.Unexpected},
		"one too late":  {kept(401) + kept(400) + kept(401), fault.Unexpected},
		"one is acked":  {kept(401) + response(200, verifier.XMLAck.Success()), fault.LetThrough},
		"one got there": {kept(401) + kept(401) + kept(502), fault.LetThrough},
	} {
		if r := play(t, "pipelined", targetAt(t, rawEdge(t, afterHeader(test.answers)))); r.State != test.want {
			t.Errorf("%s: got %+v", name, r)
		}
	}
}

// What is smuggled in is looked at as well.
func TestSmuggledAnswer(t *testing.T) {
	refusal := strings.Replace(response(400, verifier.XMLAck.Fail("m")), "Connection: close\r\n", "", 1)
	for _, name := range []string{"two-lengths", "length-and-chunks"} {
		for second, want := range map[string]fault.State{
			response(200, verifier.XMLAck.Success()): fault.LetThrough, response(502, verifier.XMLAck.Fail("m")): fault.LetThrough,
			response(400, verifier.XMLAck.Fail("m")): fault.Refused, "": fault.Refused,
		} {
			if r := play(t, name, targetAt(t, rawEdge(t, afterHeader(refusal+second)))); r.State != want {
				t.Errorf("%s: got %+v", name, r)
			}
		}
	}
}

// A refusal does not help an edge that has followed the address in the body.
func TestExternalEntityIsFetched(t *testing.T) {
	address := regexp.MustCompile(`http://([0-9.:]+)/dtd`)
	url := handlerEdge(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if found := address.FindSubmatch(body); found != nil {
			if c, err := net.Dial("tcp", string(found[1])); err == nil {
				_ = c.Close()
			}
		}
		w.WriteHeader(http.StatusBadRequest)
	})
	if r := play(t, "external-entity", targetAt(t, url)); r.State != fault.LetThrough || !strings.Contains(r.Detail, "connected to this machine") {
		t.Errorf("got %+v", r)
	}
}

// All of it can be played over TLS, with whatever authority deliveries trust.
func TestOverTLS(t *testing.T) {
	e := newEdge(t, answers(http.StatusOK, "SUCCESS"), "")
	secure := httptest.NewTLSServer(e.Config.Handler)
	defer secure.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(secure.Certificate())
	for _, f := range fault.All() {
		if f.Name == "downgrade" {
			continue
		}
		target := targetAt(t, secure.URL)
		target.Sender.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: trusted}
		if r := play(t, f.Name, target); r.State != wantedOf(f.Name) {
			t.Errorf("%s: got %+v", f.Name, r)
		}
	}
}
