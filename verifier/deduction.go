package verifier

// Deduction is the result of a papay deduction (委托代扣), success or failure. It is
// read and written as a payment, which it is but for its trade_state and contract_id.
// Source: WeChat Pay APIv2, "委托代扣", "扣款结果通知".
const Deduction Kind = "deduction"

// kind tells a deduction from an order that the buyer paid.
func (p *paymentFields) kind() Kind {
	if p.tradeType == "PAP" || p.contractID != "" {
		return Deduction
	}
	return Payment
}
