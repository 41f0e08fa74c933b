package verifier

// Risk is a bank's notice of risky transactions (风险交易通知).
const Risk Kind = "risk"

// Source of the fields: WeChat Pay APIv2 for institutions, "风险交易通知".
var risk = kindRules{
	name:           Risk,
	resourceType:   "risk",
	matches:        func(f Fields) bool { return f.Has("event_code") && f.Has("risk_level") },
	owner:          func(n *Notification) (string, string) { return notCarried, n.Fields.Get("sub_mch_id") },
	decode:         decodeRisk,
	appendResource: appendElements,
}

func decodeRisk(n *Notification) *Error {
	if err := first(
		n.require("return_code", "nonce_str"),
		n.checkForms(isSuccess, "return_code", "result_code"),
		n.checkForms(isID, "nonce_str", "event_code", "risk_level", "sub_mch_id"),
	); err != nil {
		return err
	}
	n.EventType = "RISK.NOTICE"
	n.Number, n.State = n.Fields.Get("event_code"), n.Fields.Get("nonce_str")
	n.content = content{subMchID: n.Fields.Get("sub_mch_id")}
	return nil
}
