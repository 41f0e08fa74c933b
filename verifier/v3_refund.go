package verifier

import "cmp"

// Source: WeChat Pay APIv3, "退款结果回调通知", and its partner edition.
var v3Refund = kindRules{
	name:           Refund,
	resourceType:   "refund",
	owner:          func(n *Notification) (string, string) { return notCarried, n.v3.subMchID },
	decode:         decodeV3Refund,
	appendResource: appendPlaintext,
}

func decodeV3Refund(n *Notification) *Error {
	var r struct {
		MchID         string   `json:"mchid"`
		SpMchID       string   `json:"sp_mchid"`
		SubMchID      string   `json:"sub_mchid"`
		OutTradeNo    string   `json:"out_trade_no"`
		TransactionID string   `json:"transaction_id"`
		OutRefundNo   string   `json:"out_refund_no"`
		RefundID      string   `json:"refund_id"`
		RefundStatus  string   `json:"refund_status"`
		Amount        v3Amount `json:"amount"`
	}
	if err := first(n.v3.read(&r), r.Amount.check()); err != nil {
		return err
	}
	switch a := r.Amount; {
	case r.MchID == "" && r.SpMchID == "" || r.OutTradeNo == "" || r.RefundID == "" || r.OutRefundNo == "" || r.RefundStatus == "":
		return &Error{Reason: MissingField, Detail: "mchid, out_trade_no, refund_id, out_refund_no or refund_status"}
	case cmp.Or(r.SpMchID, r.MchID) != n.MchID:
		return &Error{Reason: UnknownMerchant, Detail: "the refund is of another merchant"}
	case a.Total == nil || a.Refund == nil:
		return &Error{Reason: MissingField, Detail: "amount.total or amount.refund"}
	case *a.Total == 0 || *a.Refund == 0:
		return &Error{Reason: BadAmount, Detail: "amount.total or amount.refund is 0"}
	case !isOrderNumber(r.OutTradeNo), !isOrderNumber(r.OutRefundNo), !isID(r.RefundID), !isID(r.RefundStatus), r.TransactionID != "" && !isID(r.TransactionID):
		return &Error{Reason: BadField, Detail: "out_trade_no, out_refund_no, refund_id, refund_status or transaction_id"}
	}
	if *r.Amount.Refund > *r.Amount.Total { // signed, so it goes through all the same
		n.warn("amount.refund exceeds amount.total")
	}
	n.OutTradeNo, n.TransactionID = r.OutTradeNo, r.TransactionID
	n.Number, n.State = r.RefundID, r.RefundStatus
	n.Total, n.Currency = *r.Amount.Total, r.Amount.Currency
	n.v3.subMchID = r.SubMchID // which nobody vouches for in APIv2: it is no part of the content
	n.content = content{
		outRefundNo: r.OutRefundNo,
		amounts:     [4]int64{*r.Amount.Refund, orAbsent(r.Amount.PayerTotal), orAbsent(r.Amount.PayerRefund)},
	}
	return nil
}
