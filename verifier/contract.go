package verifier

// Contract is a papay contract (委托代扣) that was signed or terminated.
const Contract Kind = "contract"

// Source of the fields: WeChat Pay APIv2, "委托代扣", "签约、解约结果通知".
var contract = kindRules{
	name:           Contract,
	resourceType:   "contract",
	matches:        func(f Fields) bool { return f.Has("change_type") },
	owner:          contractOwner,
	decode:         decodeContract,
	appendResource: appendElements,
}

// contractOwner: some contract notifications have no appid.
func contractOwner(n *Notification) (appID, subMchID string) {
	appID, subMchID = ownFields(n)
	if appID == "" {
		appID = notCarried
	}
	return appID, subMchID
}

func decodeContract(n *Notification) (err *Error) {
	if err := first(
		n.require("contract_id", "contract_code", "plan_id", "openid", "operate_time"),
		n.checkForms(isSuccess, "return_code", "result_code"), // which not all have
		n.checkForms(isID, "contract_id", "appid", "sub_mch_id"),
	); err != nil {
		return err
	}
	switch n.Fields.Get("change_type") {
	case "ADD":
		n.EventType = "PAPAY.SIGN"
	case "DELETE":
		n.EventType = "PAPAY.TERMINATE"
	default:
		return &Error{Reason: BadField, Detail: "change_type"}
	}
	if n.Time, err = n.timeOf("operate_time"); err != nil {
		return err
	}
	n.Number = n.Fields.Get("contract_id")
	n.State = n.Fields.Get("change_type") + ":" + n.Fields.Get("operate_time")
	n.content = content{appID: n.Fields.Get("appid"), subMchID: n.Fields.Get("sub_mch_id")}
	return nil
}
