package fault

import (
	"crypto/aes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"slices"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
)

// refunds are forgeries of what nobody signs: only that it was encrypted speaks for it.
var refunds = []Fault{
	forgery("refund-wrong-key", "a refund that is encrypted with a key that nobody has", nothing, sends(refundOfStranger)),
	forgery("refund-swapped-blocks", "a refund of which two encrypted blocks have changed places", apiV2Key, sends(refundSwapped)),
	forgery("refund-garbage", "a refund of random bytes", nothing, sends(refundGarbage)),
	spoilt("refund-confusion", "a payment without sign, but with a req_info, so that it looks like a refund", nothing,
		func(_ *stage, f elements) elements { return f.Without("sign").With("req_info", garbage()) }),
}

func refundOfStranger(s *stage) (request, error) {
	s.issuer.Key = someKey()
	m, err := s.issue("refund")
	return post(m), err
}

// refundSwapped breaks the names of the first elements apart, so that no XML is left.
func refundSwapped(s *stage) (request, error) {
	m, err := s.issue("refund")
	if err != nil {
		return request{}, err
	}
	f, err := elementsOf(m)
	if err != nil {
		return request{}, err
	}
	data, err := base64.StdEncoding.DecodeString(f["req_info"])
	if err != nil || len(data) < 2*aes.BlockSize {
		return request{}, errors.New("there is no req_info to take apart")
	}
	swapped := slices.Concat(data[aes.BlockSize:2*aes.BlockSize], data[:aes.BlockSize], data[2*aes.BlockSize:])
	return post(xmlMessage(f.With("req_info", base64.StdEncoding.EncodeToString(swapped)).XML())), nil
}

func refundGarbage(s *stage) (request, error) {
	m, err := s.issue("refund", issuer.Field{Name: "req_info", Value: garbage()})
	return post(m), err
}

// garbage is a req_info that no key decrypts.
func garbage() string {
	random := make([]byte, 40*aes.BlockSize)
	_, _ = rand.Read(random) // never fails
	return base64.StdEncoding.EncodeToString(random)
}
