package verifier

// PayScore is a PayScore notification in XML (微信支付分, rental and hotels): a signed
// envelope around XML that is encrypted with the APIv3 key.
const PayScore Kind = "payscore"

// Source of the fields: WeChat Pay APIv2, "微信支付分", "租借、酒店押金通知".
var payScore = kindRules{
	name:           PayScore,
	resourceType:   "payscore",
	matches:        func(f Fields) bool { return f.Has("event_ciphertext") },
	owner:          payScoreOwner,
	decode:         decodePayScore,
	appendResource: func(dst []byte, n *Notification) []byte { return appendFields(dst, n.inner) },
}

// payScoreOwner: the documents spell appid in two ways.
func payScoreOwner(n *Notification) (appID, subMchID string) {
	if appID = n.Fields.Get("appid"); appID == "" {
		appID = n.Fields.Get("app_id")
	}
	return appID, notCarried
}

func decodePayScore(n *Notification) *Error {
	if err := first(
		n.require("event_id", "event_type", "event_nonce"),
		n.checkForms(isSuccess, "return_code", "result_code"),
		n.checkForms(isEventType, "event_type"),
		n.checkForms(isID, "appid", "app_id"),
	); err != nil {
		return err
	}
	if n.Authenticity != string(HMACSHA256) {
		return &Error{Reason: WrongSignType, Detail: "PayScore is signed with HMAC-SHA256 only"}
	}
	if text := n.Fields.Get("event_create_time"); text != "" {
		created, ok := parseAnyTime(text)
		if !ok {
			return &Error{Reason: BadField, Detail: "event_create_time"}
		}
		n.Time = created
	}
	if err := n.openPayScore(); err != nil {
		return err
	}
	n.EventType = n.Fields.Get("event_type")
	n.Number, n.State = n.Fields.Get("event_id"), n.EventType
	n.OutTradeNo = n.inner.Get("out_order_no")
	return nil
}

func (n *Notification) openPayScore() *Error {
	secret := sealed{
		algorithm: n.Fields.Get("event_algorithm"), ciphertext: n.Fields.Get("event_ciphertext"),
		nonce: n.Fields.Get("event_nonce"), associatedData: n.Fields.Get("event_associated_data"),
	}
	plaintext, key, err := secret.open(n.merchant)
	if err != nil {
		return err
	}
	n.used(n.merchant.fingerprints[key])
	inner, malformed := parseXML(plaintext, nil, "xml", "root")
	if malformed != nil {
		return &Error{Reason: Undecryptable, Detail: "event_ciphertext: " + malformed.Detail}
	}
	n.inner = inner
	return nil
}

// isEventType reports whether text has the form of an event type, such as CHECK.SUCCESS.
func isEventType(text string) bool {
	for i := 0; i < len(text); i++ {
		if c := text[i]; !isNameByte(c) && c != '.' && c != '-' {
			return false
		}
	}
	return 1 <= len(text) && len(text) <= 64
}
