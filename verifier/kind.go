package verifier

// Kind is what a notification is about. The set is closed; it serves as a metric
// label.
type Kind string

// kindRules is everything that sets one kind apart from the others.
type kindRules struct {
	name         Kind
	resourceType string
	// matches tells the kind by its fields, whose signature holds already: what
	// nobody signed has no say in it.
	matches func(Fields) bool
	// owner returns the appid and the sub_mch_id that the merchant may have lists of.
	owner func(*Notification) (appID, subMchID string)
	// decode checks that required fields are there and in the documented form,
	// and fills in the notification.
	decode func(*Notification) *Error
	// appendResource appends the members of the JSON resource.
	appendResource func([]byte, *Notification) []byte
	// answer is what WeChat Pay expects back.
	answer Answer
	// freeText are the fields that may hold any text, see isResplit.
	freeText []string
}

// Answer is what WeChat Pay expects the answer to a notification to be.
type Answer uint8

// The answers. Kinds that expect data are questions rather than facts: each delivery
// is to be answered anew.
const (
	Ack        Answer = iota // an ack, see [AckFormat]
	NativeData               // a prepay_id, see [NativeReply]
	JSONData                 // the upstream's own JSON
)

// Answer returns what WeChat Pay expects back.
func (n *Notification) Answer() Answer { return n.kind.answer }

// notCarried stands for a field that the kind does not have. No field has this value.
const notCarried = "\x00"

// kinds are those of APIv2 that are told apart by their fields.
var kinds = []*kindRules{&payment, &combined, &contract, &native, &plate, &risk, &payScore}

// kindOf returns the kind of an APIv2 notification, or nil. What could be of two kinds is
// of none; a payment, the commonest by far, looks for the marks of others by itself.
func kindOf(n *Notification) (kind *kindRules) {
	switch {
	case n.refund != nil:
		return &refund
	case payment.matches(n.Fields):
		return &payment
	}
	for _, candidate := range kinds {
		if !candidate.matches(n.Fields) {
			continue
		}
		if kind != nil {
			return nil
		}
		kind = candidate
	}
	return kind
}

// ownFields are the owner of a kind that always carries appid and sub_mch_id, where there
// is a sub-merchant.
func ownFields(n *Notification) (appID, subMchID string) {
	return n.Fields.Get("appid"), n.Fields.Get("sub_mch_id")
}

// require refuses a notification that lacks one of the named fields.
func (n *Notification) require(names ...string) *Error {
	for _, name := range names {
		if !n.Fields.Has(name) {
			return &Error{Reason: MissingField, Detail: name}
		}
	}
	return nil
}

// checkForms holds fields that are there against their documented form.
func (n *Notification) checkForms(isForm func(string) bool, names ...string) *Error {
	for _, name := range names {
		if value := n.Fields.Get(name); value != "" && !isForm(value) {
			return &Error{Reason: BadField, Detail: name}
		}
	}
	return nil
}

func isSuccess(text string) bool { return text == "SUCCESS" }

// first returns the first error there is.
func first(errors ...*Error) *Error {
	for _, err := range errors {
		if err != nil {
			return err
		}
	}
	return nil
}
