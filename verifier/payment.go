package verifier

import (
	"cmp"
	"strings"
)

// Payment is the result of a payment by JSAPI, mini-program, NATIVE, APP or MWEB
// order, of a direct merchant or a service provider.
const Payment Kind = "payment"

// Source of the fields: WeChat Pay APIv2, "支付结果通知".
var payment = kindRules{
	name:           Payment,
	resourceType:   "transaction",
	matches:        isPayment,
	decode:         decodePayment,
	owner:          ownFields,
	appendResource: appendPayment,
	freeText:       []string{"attach", "err_code_des", "promotion_detail"},
}

func isPayment(f Fields) bool {
	return f.Has("out_trade_no") || f.Has("transaction_id") || f.Has("total_fee")
}

// The trade states of APIv3 that follow from an APIv2 body.
const (
	stateSuccess  = "SUCCESS"
	statePayError = "PAYERROR"
)

// paymentFields are the fields of a payment that decide about it or have a place in
// its resource. Amounts are -1 where they are absent.
type paymentFields struct {
	returnCode, resultCode, errCode, errCodeDes string
	appID, subAppID, subMchID                   string
	openID, subOpenID                           string
	tradeType, tradeState, bankType, attach     string
	contractID, deviceInfo, promotionDetail     string
	feeType, cashFeeType                        string

	total, cash, coupon, settlement int64
	// couponSum adds up coupon_fee_$n; hasCoupons says whether there is any coupon.
	couponSum  int64
	hasCoupons bool
}

func decodePayment(n *Notification) *Error {
	if n.payment == nil {
		n.payment = new(paymentFields)
	}
	p := n.payment
	if err := p.read(n); err != nil {
		return err
	}
	n.Kind = p.kind()
	if err := p.checkResult(n); err != nil {
		return err
	}
	n.Number = cmp.Or(n.TransactionID, n.OutTradeNo)
	n.State = tradeState(p.tradeState, p.resultCode)
	n.EventType = "TRANSACTION.FAIL"
	if n.State == stateSuccess {
		n.EventType = "TRANSACTION.SUCCESS"
	}
	if p.total >= 0 {
		n.Total, n.Currency = p.total, cmp.Or(p.feeType, defaultCurrency)
	}
	n.addOrder(PaidOrder{Order: Order{n.MchID, n.OutTradeNo, n.Total, n.Currency}, Attach: p.attach})
	n.content = content{appID: p.appID, subMchID: p.subMchID, amounts: [4]int64{p.cash}}
	p.warnOfUnevenParts(n)
	return nil
}

// read goes through n's fields once and holds each that is there against its
// documented form.
func (p *paymentFields) read(n *Notification) *Error {
	*p = paymentFields{total: -1, cash: -1, coupon: -1, settlement: -1, couponSum: -1}
	for i := range n.Fields {
		name, value := n.Fields[i].Name, n.Fields[i].Value
		ok, reason := true, BadField
		switch name {
		case "return_code":
			p.returnCode = value
		case "result_code":
			p.resultCode = value
		case "err_code":
			p.errCode = value
		case "err_code_des":
			p.errCodeDes = value
		case "appid":
			p.appID, ok = value, isID(value)
		case "sub_appid":
			p.subAppID, ok = value, isID(value)
		case "sub_mch_id":
			p.subMchID, ok = value, isID(value)
		case "openid":
			p.openID = value
		case "sub_openid":
			p.subOpenID = value
		case "out_trade_no":
			n.OutTradeNo, ok = value, isOrderNumber(value)
		case "transaction_id":
			n.TransactionID, ok = value, isID(value)
		case "contract_id":
			p.contractID, ok = value, isID(value)
		case "trade_type":
			p.tradeType = value
		case "trade_state":
			p.tradeState, ok = value, isID(value)
		case "bank_type":
			p.bankType = value
		case "attach":
			p.attach = value
		case "device_info":
			p.deviceInfo = value
		case "promotion_detail":
			p.promotionDetail = value
		case "time_end":
			n.Time, ok = parseTime(value)
		case "fee_type":
			p.feeType, ok, reason = value, isCurrency(value), BadAmount
		case "cash_fee_type":
			p.cashFeeType, ok, reason = value, isCurrency(value), BadAmount
		case "total_fee":
			p.total, ok = parseAmount(value)
			ok, reason = ok && p.total > 0, BadAmount
		case "cash_fee":
			p.cash, ok = parseAmount(value)
			reason = BadAmount
		case "coupon_fee":
			p.coupon, ok = parseAmount(value)
			reason = BadAmount
		case "settlement_total_fee":
			p.settlement, ok = parseAmount(value)
			reason = BadAmount
		case "req_info", "event_ciphertext", "sub_order_list", "combine_out_trade_no",
			"change_type", "product_id", "plate_number", "event_code", "out_refund_no", "refund_id",
			"refund_count", "refund_fee":
			ok, reason = false, UnknownKind // they belong to other kinds
		default:
			ok, reason = p.readCoupon(name, value), BadAmount
		}
		if !ok {
			return &Error{Reason: reason, Detail: name}
		}
	}
	return nil
}

// readCoupon takes note of a coupon_..._$n and reports whether its amount, if it is
// one, is in the documented form.
func (p *paymentFields) readCoupon(name, value string) bool {
	if !strings.HasPrefix(name, "coupon_") {
		return true
	}
	p.hasCoupons = true
	if !strings.HasPrefix(name, "coupon_fee_") {
		return true
	}
	amount, ok := parseAmount(value)
	p.couponSum = max(p.couponSum, 0) + amount
	return ok
}

// checkResult refuses a body that does not say what became of the payment, or
// lacks what its result demands. result_code FAIL is a result: a failed payment,
// of which the upstream must learn.
func (p *paymentFields) checkResult(n *Notification) *Error {
	missing := ""
	switch {
	case p.returnCode == "":
		missing = "return_code"
	case p.resultCode == "":
		missing = "result_code"
	case p.returnCode != "SUCCESS":
		return &Error{Reason: BadField, Detail: "return_code"}
	case p.resultCode != "SUCCESS" && p.resultCode != "FAIL":
		return &Error{Reason: BadField, Detail: "result_code"}
	case n.OutTradeNo == "":
		missing = "out_trade_no"
	case p.resultCode == "FAIL": // the rest is of a payment that took place
	case n.TransactionID == "":
		missing = "transaction_id"
	case p.appID == "":
		missing = "appid"
	case p.total < 0:
		missing = "total_fee"
	}
	if missing != "" {
		return &Error{Reason: MissingField, Detail: missing}
	}
	return nil
}

// tradeState is the APIv3 trade_state. Papay alone sends one in APIv2; nothing
// makes a failed payment a success.
func tradeState(v2, resultCode string) string {
	switch failed := resultCode == "FAIL"; {
	case v2 == "PAY_FAIL", failed && (v2 == "" || v2 == stateSuccess):
		return statePayError
	case v2 == "":
		return stateSuccess
	}
	return v2
}

// warnOfUnevenParts looks at sums. A signature vouches for the amounts, so the
// notification goes through all the same.
func (p *paymentFields) warnOfUnevenParts(n *Notification) {
	sameCurrency := n.Currency == cmp.Or(p.cashFeeType, defaultCurrency)
	if p.total > 0 && p.cash >= 0 && sameCurrency && p.cash+max(p.coupon, 0) != p.total {
		n.warn("cash_fee and coupon_fee do not add up to total_fee")
	}
	if p.total > 0 && p.settlement > p.total {
		n.warn("settlement_total_fee exceeds total_fee")
	}
	if p.coupon >= 0 && p.couponSum >= 0 && p.coupon != p.couponSum {
		n.warn("the single coupons do not add up to coupon_fee")
	}
}
