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
	APIVersion string // "v2" or "v3"
	// Authenticity is what vouches for the content: a [SignType]; "RSA" for APIv3; or
	// "encrypted-only" for APIv2 refunds, which nobody signs.
	Authenticity string
	// MchID is the merchant number as configured; for a service provider, its own.
	MchID string

	// NotificationID is APIv3's own id of this notification. It is not that of the fact.
	NotificationID string

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
	// Orders are what a payment is for: one order, or those of a combined payment.
	Orders []PaidOrder

	// Fields are the elements of an APIv2 body: all of them, with sign; of a refund, those
	// that were encrypted.
	Fields Fields
	// KeyFingerprints name the keys that vouch for it, or decrypted it: see [Fingerprint].
	KeyFingerprints []string
	// Warnings say what is odd about the notification, in words without values.
	Warnings []string

	merchant *Merchant
	kind     *kindRules
	key      string // the APIv2 key that made the signature
	scratch  []byte

	payment  *paymentFields // of APIv2 payments and deductions
	refund   *refundFields  // of APIv2 refunds
	combined *combinedFields
	envelope Fields  // around what was encrypted: of APIv2 refunds
	inner    Fields  // what was encrypted: of PayScore
	v3       *v3Body // of APIv3

	// content is what deliveries of the same fact agree on besides the fields above.
	content content
}

// content is what [Notification.AppendContent] knows besides the exported fields.
type content struct {
	appID, subMchID, outRefundNo string
	amounts                      [4]int64
}

// reset empties n but keeps its storage.
func (n *Notification) reset() {
	*n = Notification{Fields: n.Fields[:0], Orders: n.Orders[:0], Warnings: n.Warnings[:0], KeyFingerprints: n.KeyFingerprints[:0], payment: n.payment, scratch: n.scratch[:0]}
}

// used notes that a key has proven itself.
func (n *Notification) used(fingerprint string) {
	n.KeyFingerprints = append(n.KeyFingerprints, fingerprint)
}

func (n *Notification) warn(text string) { n.Warnings = append(n.Warnings, text) }

// ID is the same for every delivery of the same fact, and for no other fact:
// <resource_type>:<mchid>:<number>:<state>.
func (n *Notification) ID() string { return string(n.appendID(nil)) }

func (n *Notification) appendID(dst []byte) []byte {
	dst = appendIDPart(dst, n.ResourceType)
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
