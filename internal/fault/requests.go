package fault

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// requests are such as WeChat Pay does not make, whatever is in them.
var requests = []Fault{
	{"get", Malformed, "the method GET, without a body", []int{verifier.Method.Status()}, nothing, sends(func(*stage) (request, error) {
		return request{method: http.MethodGet}, nil
	})},
	{"put", Malformed, "a payment that is signed right, with the method PUT", []int{verifier.Method.Status()}, apiV2Key, sends(func(s *stage) (request, error) {
		m, err := s.issue("payment")
		return request{method: http.MethodPut, message: m}, err
	})},
	{"too-large", Malformed, "a payment that is signed right, a byte larger than the edge takes", []int{verifier.TooLarge.Status()}, apiV2Key, sends(tooLarge)},
	{"gzip", Malformed, "a payment that is signed right, compressed", []int{verifier.Encoding.Status()}, apiV2Key, sends(compressed)},
}

func tooLarge(s *stage) (request, error) {
	f, err := s.payment()
	if err != nil {
		return request{}, err
	}
	if missing := s.MaxBody + 1 - len(f.XML()); missing > 0 {
		f = s.signAnew(f.With("attach", f["attach"]+strings.Repeat("x", missing)))
	}
	return post(xmlMessage(f.XML())), nil
}

func compressed(s *stage) (request, error) {
	m, err := s.issue("payment")
	if err != nil {
		return request{}, err
	}
	var body bytes.Buffer
	w := gzip.NewWriter(&body)
	if _, err := w.Write([]byte(m.Body)); err != nil {
		return request{}, err
	}
	if err := w.Close(); err != nil {
		return request{}, err
	}
	return post(xmlMessage(body.String())).with("Content-Encoding", "gzip"), nil
}
