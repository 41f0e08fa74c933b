package verifier

// Deduction is the result of a papay deduction (委托代扣), success or failure. But
// for its trade_state and contract_id it is a payment.
const Deduction Kind = "deduction"

// Source of the fields: WeChat Pay APIv2, "委托代扣", "扣款结果通知".
var deduction = kindRules{
	name:         Deduction,
	resourceType: payment.resourceType,
	matches: func(f Fields) bool {
		return isPayment(f) && (f.Get("trade_type") == "PAP" || f.Has("contract_id"))
	},
	decode:         decodePayment,
	appendResource: appendPayment,
}
