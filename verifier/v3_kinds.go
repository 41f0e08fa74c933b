package verifier

// The kinds of APIv3 that have no counterpart in APIv2.
const (
	ProfitSharing Kind = "profitsharing"
	// Other is every other event of APIv3, whose set grows. It is passed on as it is.
	Other Kind = "other"
)

// interpretV3 finds out what an authentic body says.
func interpretV3(_ string, n *Notification) *Error {
	b := n.v3
	if b.ID == "" || b.EventType == "" || b.CreateTime == "" || b.Resource.OriginalType == "" {
		return &Error{Reason: MissingField, Detail: "id, create_time, event_type or resource.original_type"}
	}
	if !isEventType(b.EventType) {
		return &Error{Reason: BadField, Detail: "event_type"}
	}
	var ok bool
	if n.Time, ok = parseRFC3339(b.CreateTime); !ok {
		return &Error{Reason: BadField, Detail: "create_time"}
	}
	n.NotificationID, n.EventType = b.ID, b.EventType

	kind := v3KindOf(b)
	n.Kind, n.ResourceType, n.kind = kind.name, kind.resourceType, kind
	if err := kind.decode(n); err != nil {
		return err
	}
	return n.merchant.owns(n, kind)
}

// v3KindOf tells the kinds apart by original_type first: profit sharing has the
// event_type of a payment.
func v3KindOf(b *v3Body) *kindRules {
	isTransaction := b.EventType == "TRANSACTION.SUCCESS" || b.EventType == "TRANSACTION.FAIL"
	switch b.Resource.OriginalType {
	case "transaction":
		if isTransaction && b.has("combine_out_trade_no") {
			return &v3Combined
		}
		if isTransaction {
			return &v3Transaction
		}
	case "refund":
		if _, known := refundEvents[b.EventType]; known {
			return &v3Refund
		}
	case "profitsharing":
		return &v3ProfitSharing
	}
	if _, wanted := dataEvents[b.EventType]; wanted {
		return &v3Question
	}
	return &v3Other
}

func (b *v3Body) has(member string) bool {
	for _, m := range membersOf(b.plaintext) {
		if m.name == member {
			return true
		}
	}
	return false
}

var refundEvents = map[string]struct{}{"REFUND.SUCCESS": {}, "REFUND.ABNORMAL": {}, "REFUND.CLOSED": {}}

// dataEvents are those to which WeChat Pay wants data for an answer.
// Source: WeChat Pay APIv3, the pages of these events.
var dataEvents = map[string]struct{}{
	"ENTRUST.TERMINATE_RETENTION":      {},
	"CROSS_BORDER_PAY.GET_MCH_INFO":    {},
	"CROSS_BORDER_PAY.PUSH_ORDER_INFO": {},
	"PARKING_FEE.QUERY_TRANS_INFO":     {},
}

var v3ProfitSharing = kindRules{
	name:           ProfitSharing,
	resourceType:   "profitsharing",
	owner:          noOwner,
	decode:         decodeProfitSharing,
	appendResource: appendPlaintext,
}

// Source: WeChat Pay APIv3, "分账动账通知".
func decodeProfitSharing(n *Notification) *Error {
	var resource struct {
		OrderID string `json:"order_id"`
	}
	if err := n.v3.read(&resource); err != nil {
		return err
	}
	n.Number, n.State = resource.OrderID, n.EventType
	if n.Number == "" {
		n.Number = n.NotificationID
	}
	return nil
}

var v3Other = kindRules{
	name:           Other,
	owner:          noOwner,
	decode:         decodeOther,
	appendResource: appendPlaintext,
}

var v3Question = kindRules{
	name:           Other,
	owner:          noOwner,
	decode:         decodeOther,
	appendResource: appendPlaintext,
	answer:         JSONData,
}

func decodeOther(n *Notification) *Error {
	n.ResourceType = n.v3.Resource.OriginalType
	n.Number, n.State = n.NotificationID, n.EventType
	return nil
}

// noOwner is the owner of kinds that have neither appid nor sub_mchid.
func noOwner(*Notification) (appID, subMchID string) { return notCarried, notCarried }
