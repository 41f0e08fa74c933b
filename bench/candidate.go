// Package bench measures the verifier against the Go libraries that shops use today. It is a module of its own, so
// that none of them enters the product's go.mod.
package bench

import (
	"bytes"
	"errors"
	"fmt"
)

// Candidate is one way from the raw body to a verified value.
type Candidate struct {
	Name string
	// Route names the calls that are measured.
	Route string
	// Peer marks the libraries that the verifier is compared with.
	Peer bool
	// Prepare does what a shop does once at start. The function it returns is the one that is timed; its error says
	// that the body is not genuine. The body must not change while that function is in use.
	Prepare func(body []byte) (verify func() error)
}

// errRefused is what a candidate without errors of its own returns for a wrong signature.
var errRefused = errors.New("signature refused")

// Check makes sure that a candidate verifies at all: the time of one that takes any body says nothing.
func (c Candidate) Check(genuine, forged []byte) error {
	verify := c.Prepare(bytes.Clone(genuine))
	for range 2 { // the second call finds out whether the first left something behind
		if err := verify(); err != nil {
			return fmt.Errorf("%s refuses the genuine body: %w", c.Name, err)
		}
	}
	if err := c.Prepare(bytes.Clone(forged))(); err == nil {
		return fmt.Errorf("%s takes a body with another total_fee", c.Name)
	}
	return nil
}
