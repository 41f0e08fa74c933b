package verifier

import "net/http"

// Outcome is what became of a delivered notification.
type Outcome string

// The closed set of outcomes.
const (
	Accepted  Outcome = "accepted"  // the upstream said yes
	Duplicate Outcome = "duplicate" // the upstream said yes earlier; it was not called again
	Declined  Outcome = "declined"  // the upstream said no
	Rejected  Outcome = "rejected"  // refused at the edge; the upstream was not called
	Failed    Outcome = "failed"    // no usable answer from the upstream
)

// Reason says why a delivery ended as it did. The set is closed: a Reason is at
// once metric label, log field, HTTP status and plain text, all of which come
// from the one table below.
//
// A Reason is an error, so errors.Is(err, verifier.BadSignature) works on
// everything that [Verifier.Verify] returns.
type Reason uint8

// The reasons, in the order in which a delivery can meet them.
const (
	OK Reason = iota

	Method
	Encoding
	TooLarge
	EmptyBody
	Malformed

	Unsigned
	UnknownMerchant
	WrongSignType
	BadSignature
	UnknownSerial
	ClockSkew
	Probe
	Undecryptable
	UnknownKind
	WrongAppID
	WrongSubMerchant

	MissingField
	BadAmount
	BadField
	Stale
	AmountMismatch
	UnknownOrder

	AcceptedEarlier
	Conflict
	InFlight
	StoreError

	UpstreamDeclined
	UpstreamUnreachable
	UpstreamStatus
	UpstreamUnreadable
	UpstreamTimeout
	NoUpstream
)

var reasons = [...]struct {
	label   string
	outcome Outcome
	status  int
	text    string
}{
	OK: {"ok", Accepted, http.StatusOK, "OK"},

	Method:    {"method", Rejected, http.StatusMethodNotAllowed, "only POST is allowed"},
	Encoding:  {"encoding", Rejected, http.StatusUnsupportedMediaType, "the body has a Content-Encoding"},
	TooLarge:  {"too_large", Rejected, http.StatusRequestEntityTooLarge, "the body is larger than max_body_size"},
	EmptyBody: {"empty_body", Rejected, http.StatusBadRequest, "the body is empty"},
	Malformed: {"malformed", Rejected, http.StatusBadRequest, "the body is not a well-formed notification"},

	Unsigned:         {"unsigned", Rejected, http.StatusUnauthorized, "the body carries no signature"},
	UnknownMerchant:  {"unknown_merchant", Rejected, http.StatusUnauthorized, "mch_id is not a configured merchant"},
	WrongSignType:    {"wrong_sign_type", Rejected, http.StatusUnauthorized, "the signature is of another type than allowed or declared"},
	BadSignature:     {"bad_signature", Rejected, http.StatusUnauthorized, "the signature does not match"},
	UnknownSerial:    {"unknown_serial", Rejected, http.StatusUnauthorized, "no key is configured for Wechatpay-Serial"},
	ClockSkew:        {"clock_skew", Rejected, http.StatusUnauthorized, "the signature is more than 5 minutes away from the time here"},
	Probe:            {"probe", Rejected, http.StatusUnauthorized, "WeChat Pay probes whether bad signatures are refused; they are"},
	Undecryptable:    {"undecryptable", Rejected, http.StatusUnauthorized, "no key decrypts it"},
	UnknownKind:      {"unknown_kind", Rejected, http.StatusUnauthorized, "the signature matches, but this kind of notification is not known"},
	WrongAppID:       {"wrong_appid", Rejected, http.StatusUnauthorized, "the signature matches, but appid is not one of the configured ones"},
	WrongSubMerchant: {"wrong_sub_merchant", Rejected, http.StatusUnauthorized, "the signature matches, but sub_mch_id is not one of the configured ones"},

	MissingField: {"missing_field", Rejected, http.StatusUnprocessableEntity, "a required field is missing"},
	BadAmount:    {"bad_amount", Rejected, http.StatusUnprocessableEntity, "an amount or a currency is not in the documented form"},
	BadField:     {"bad_field", Rejected, http.StatusUnprocessableEntity, "a field is not in the documented form"},
	Stale:        {"stale", Rejected, http.StatusForbidden, "the notification is older than max_age"},

	AmountMismatch: {"amount_mismatch", Rejected, http.StatusConflict, "the amount is not that of the order"},
	UnknownOrder:   {"unknown_order", Failed, http.StatusNotFound, "the order is not known yet"},

	AcceptedEarlier: {"duplicate", Duplicate, http.StatusOK, "the upstream accepted it earlier"},
	Conflict:        {"conflict", Rejected, http.StatusConflict, "the content differs from what was accepted earlier"},
	InFlight:        {"in_flight", Failed, http.StatusServiceUnavailable, "another delivery of it is being processed"},
	StoreError:      {"store_error", Failed, http.StatusServiceUnavailable, "the record of accepted notifications is out of reach"},

	UpstreamDeclined:    {"upstream_declined", Declined, http.StatusInternalServerError, "the upstream declined the notification"},
	UpstreamUnreachable: {"upstream_unreachable", Failed, http.StatusBadGateway, "the upstream could not be reached"},
	UpstreamStatus:      {"upstream_status", Failed, http.StatusBadGateway, "the upstream answered with a status other than 2xx"},
	UpstreamUnreadable:  {"upstream_unreadable", Failed, http.StatusBadGateway, "the upstream's answer says neither yes nor no"},
	UpstreamTimeout:     {"upstream_timeout", Failed, http.StatusGatewayTimeout, "the upstream did not answer within upstream_timeout"},
	NoUpstream:          {"no_upstream", Failed, http.StatusBadGateway, "no handler answered"},
}

// String returns the label used in metrics, logs and placeholders.
func (r Reason) String() string { return reasons[r].label }

// Error returns what happened in plain words.
func (r Reason) Error() string { return reasons[r].text }

// Outcome returns the outcome that the reason belongs to.
func (r Reason) Outcome() Outcome { return reasons[r].outcome }

// Status returns the HTTP status that WeChat Pay gets.
func (r Reason) Status() int { return reasons[r].status }

// AckMessage returns the text that WeChat Pay gets. All reasons that a forger
// could tell apart to learn something share one text.
func (r Reason) AckMessage() string {
	if r.Status() == http.StatusUnauthorized {
		return "notification refused"
	}
	return r.Error()
}

// Error is why a notification was refused.
type Error struct {
	Reason Reason
	// Detail narrows the reason down, for a log. It holds names, positions and
	// lengths, never values.
	Detail string
	// MchID and Kind are set once the signature has proven them.
	MchID string
	Kind  Kind
}

func (e *Error) Error() string {
	if e.Detail == "" {
		return e.Reason.Error()
	}
	return e.Reason.Error() + ": " + e.Detail
}

// Unwrap makes errors.Is work with a [Reason] as target.
func (e *Error) Unwrap() error { return e.Reason }
