package verifier

import (
	"fmt"
	"strings"
	"time"
)

// Notification is a verified notification. Its strings point into the body that
// it was read from.
type Notification struct {
	Kind       Kind
	APIVersion string // "v2"
	// Authenticity is what vouches for the content: a [SignType].
	Authenticity string
	// MchID is the merchant number as configured; for a service provider, its own.
	MchID string

	EventType    string
	ResourceType string
	// Time is when it happened, zero when the notification does not say.
	Time          time.Time
	OutTradeNo    string
	TransactionID string
	// Number and State make the fact unique within its merchant and resource type.
	Number, State string
	// Total is the order amount in the smallest unit of Currency (fen for CNY); 0
	// with an empty Currency when the notification names no amount.
	Total    int64
	Currency string
	// Attach is the app's own text from the order. Whoever forwards the notification
	// may replace it before AppendJSON.
	Attach string

	// Fields are all signed elements and sign.
	Fields Fields
	// Warnings say what is odd about the notification, in words without values.
	Warnings []string

	merchant *Merchant
	kind     *kindRules
	payment  *paymentFields // of payments and deductions
	scratch  []byte
}

// reset empties n but keeps its storage.
func (n *Notification) reset() {
	*n = Notification{Fields: n.Fields[:0], Warnings: n.Warnings[:0], payment: n.payment, scratch: n.scratch[:0]}
}

func (n *Notification) warn(text string) { n.Warnings = append(n.Warnings, text) }

// ID is the same for every delivery of the same fact, and for no other fact:
// <resource_type>:<mchid>:<number>:<state>.
func (n *Notification) ID() string { return string(n.appendID(nil)) }

func (n *Notification) appendID(dst []byte) []byte {
	dst = append(dst, n.ResourceType...)
	for _, part := range [...]string{n.MchID, n.Number, n.State} {
		dst = appendIDPart(append(dst, ':'), part)
	}
	return dst
}

// appendIDPart percent-encodes what would make an ID ambiguous, or unfit for a header
// or a JSON string as it is: the separator, the escape itself, blanks, control
// characters, quotes and backslashes.
func appendIDPart(dst []byte, part string) []byte {
	if isOrderNumber(part) { // as nearly all are
		return append(dst, part...)
	}
	for i := 0; i < len(part); i++ {
		if c := part[i]; c <= ' ' || c == 0x7F || strings.IndexByte(`:%"\`, c) >= 0 {
			dst = fmt.Appendf(dst, "%%%02X", c)
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}
