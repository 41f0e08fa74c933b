package verifier

// Plate is a change of a licence plate's state in parking payments (车牌状态变更).
const Plate Kind = "plate"

// Source of the fields: WeChat Pay APIv2, "车主服务", "车牌状态变更通知".
var plate = kindRules{
	name:           Plate,
	resourceType:   "vehicle",
	matches:        func(f Fields) bool { return f.Has("plate_number") },
	owner:          ownFields,
	decode:         decodePlate,
	appendResource: appendElements,
}

func decodePlate(n *Notification) (err *Error) {
	if err := first(
		n.require("vehicle_event_type", "vehicle_event_createtime"),
		n.checkForms(isSuccess, "return_code", "result_code"), // which the documents do not know
		n.checkForms(isID, "vehicle_event_type", "appid", "sub_mch_id"),
	); err != nil {
		return err
	}
	if n.Time, err = n.timeOf("vehicle_event_createtime"); err != nil {
		return err
	}
	n.EventType = "VEHICLE.USER_STATE_CHANGE"
	n.Number = n.Fields.Get("plate_number")
	n.State = n.Fields.Get("vehicle_event_type") + ":" + n.Fields.Get("vehicle_event_createtime")
	n.content = content{appID: n.Fields.Get("appid"), subMchID: n.Fields.Get("sub_mch_id")}
	return nil
}
