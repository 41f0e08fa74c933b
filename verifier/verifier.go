package verifier

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Config is what a verdict depends on besides the notification itself.
type Config struct {
	Merchants []Merchant
	// MaxAge refuses notifications whose own time is longer ago. 0 does not look.
	MaxAge time.Duration
	// Now is the clock; MaxAge needs it.
	Now func() time.Time
	// AllowPublicKeys accepts keys that are public knowledge. It is for offline
	// tools that look at published samples, never for a server.
	AllowPublicKeys bool
}

// Verifier judges notifications. It is safe for concurrent use.
type Verifier struct {
	merchants map[string]*Merchant
	maxAge    time.Duration
	now       func() time.Time
}

// New returns a Verifier, or an error that names the merchant and what is wrong
// with it. It never accepts a merchant whose key could be guessed or is missing.
func New(config Config) (*Verifier, error) {
	v := &Verifier{
		merchants: make(map[string]*Merchant, len(config.Merchants)),
		maxAge:    config.MaxAge,
		now:       config.Now,
	}
	if len(config.Merchants) == 0 {
		return nil, errors.New("no merchant is configured")
	}
	if config.MaxAge < 0 || config.MaxAge > 0 && config.Now == nil {
		return nil, errors.New("MaxAge must not be negative, and needs a clock")
	}
	for _, merchant := range config.Merchants {
		if err := merchant.check(config.AllowPublicKeys); err != nil {
			return nil, err
		}
		if v.merchants[merchant.MchID] != nil {
			return nil, fmt.Errorf("merchant %s is configured twice", merchant.MchID)
		}
		v.merchants[merchant.MchID] = &merchant
	}
	return v, nil
}

// Verify reads and judges the notification in body and fills in n, whose storage
// it reuses. header is needed for APIv3 alone. On any error, which is always an
// [*Error], n is left empty.
//
// See the package documentation for what a nil error proves and what it does not.
func (v *Verifier) Verify(body string, header http.Header, n *Notification) error {
	n.reset()
	if skipBlanks(body) == "" {
		return &Error{Reason: EmptyBody}
	}
	if AckFormatFor(body) == JSONAck {
		return refuseJSON(body, header)
	}
	if err := v.authenticate(body, n); err != nil {
		return err
	}
	if err := v.interpret(body, n); err != nil {
		err.MchID, err.Kind = n.MchID, n.Kind
		n.reset()
		return err
	}
	return nil
}

// authenticate proves who wrote the body. It fills in n only with what is proven.
func (v *Verifier) authenticate(body string, n *Notification) error {
	fields, err := parseXML(body, "xml", n.Fields)
	if err != nil {
		return err
	}
	n.Fields = fields[:0] // no more than the storage, for the next body
	if !fields.Has("sign") {
		return &Error{Reason: Unsigned}
	}
	merchant := v.merchants[fields.Get("mch_id")]
	if merchant == nil {
		return &Error{Reason: UnknownMerchant}
	}
	signType, err := merchant.authenticate(fields, &n.scratch)
	if err != nil {
		return err
	}
	n.APIVersion, n.Authenticity = "v2", string(signType)
	n.MchID, n.merchant, n.Fields = merchant.MchID, merchant, fields
	return nil
}

// interpret finds out what the authentic fields say.
func (v *Verifier) interpret(body string, n *Notification) *Error {
	if strings.Contains(body, "&") && isResplit(n.Fields) {
		return &Error{Reason: UnknownKind, Detail: "a value holds other fields: another message was cut up into this one"}
	}
	kind := kindOf(n.Fields)
	if kind == nil {
		return &Error{Reason: UnknownKind}
	}
	n.Kind, n.ResourceType, n.kind = kind.name, kind.resourceType, kind
	if err := n.merchant.owns(n.Fields); err != nil {
		return err
	}
	if err := kind.decode(n); err != nil {
		if err.Reason == UnknownKind {
			n.Kind = "" // it only looked like one
		}
		return err
	}
	return v.checkAge(n)
}

// clockTolerance is how far WeChat Pay's clock may be ahead without a warning.
const clockTolerance = 5 * time.Minute

func (v *Verifier) checkAge(n *Notification) *Error {
	if v.maxAge == 0 || n.Time.IsZero() {
		return nil
	}
	switch age := v.now().Sub(n.Time); {
	case age > v.maxAge:
		return &Error{Reason: Stale, Detail: "it is " + age.Round(time.Second).String() + " old"}
	case age < -clockTolerance:
		n.warn("the time of the notification is in the future")
	}
	return nil
}
