package verifier

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Config is what a verdict depends on besides the notification itself.
type Config struct {
	Merchants []Merchant
	// MaxAge refuses notifications whose own time is longer ago. 0 does not look.
	MaxAge time.Duration
	// Now is the clock. MaxAge needs it, and so does the five minutes' window of APIv3,
	// which is not looked at without it.
	Now func() time.Time
	// AllowPublicKeys accepts keys that are public knowledge. It is for offline
	// tools that look at published samples, never for a server.
	AllowPublicKeys bool
}

// Verifier judges notifications. It is safe for concurrent use.
type Verifier struct {
	merchants map[string]*Merchant
	// signers are the keys of WeChat Pay's, by their serial. Several merchants may have
	// the same one.
	signers map[string][]signer
	maxAge  time.Duration
	now     func() time.Time
}

// New returns a Verifier, or an error that names the merchant and what is wrong
// with it. It never accepts a merchant whose key could be guessed or is missing.
func New(config Config) (*Verifier, error) {
	v := &Verifier{
		merchants: make(map[string]*Merchant, len(config.Merchants)),
		signers:   make(map[string][]signer),
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
		merchant.noteFingerprints()
		v.merchants[merchant.MchID] = &merchant
		for _, key := range merchant.PlatformKeys {
			serial := plainSerial(key.Serial)
			v.signers[serial] = append(v.signers[serial], signer{&merchant, key.Key, key.Fingerprint()})
		}
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
	authenticate, interpret := v.authenticateV2, interpretV2
	if AckFormatFor(body) == JSONAck {
		authenticate, interpret = v.authenticateV3, interpretV3
	}
	if err := authenticate(body, header, n); err != nil {
		err.MchID = n.MchID
		n.reset()
		return err
	}
	err := interpret(body, n)
	if err == nil {
		err = v.checkAge(n)
	}
	if err != nil {
		err.MchID, err.Kind = n.MchID, n.Kind
		n.reset()
		return err
	}
	return nil
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
