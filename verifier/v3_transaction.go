package verifier

import "cmp"

// v3Amount has the amounts of all kinds. What is absent is nil.
type v3Amount struct {
	Total       *int64 `json:"total"`
	PayerTotal  *int64 `json:"payer_total"`
	Refund      *int64 `json:"refund"`
	PayerRefund *int64 `json:"payer_refund"`
	TotalAmount *int64 `json:"total_amount"` // of an order of a combined payment
	PayerAmount *int64 `json:"payer_amount"` // likewise
	Currency    string `json:"currency"`
}

// checked refuses amounts beyond what APIv2 allows, and currencies that are none.
func (a *v3Amount) check() *Error {
	for _, amount := range [...]*int64{a.Total, a.PayerTotal, a.Refund, a.PayerRefund, a.TotalAmount, a.PayerAmount} {
		if amount != nil && (*amount < 0 || *amount > maxAmount) {
			return &Error{Reason: BadAmount, Detail: "amount"}
		}
	}
	if a.Currency = cmp.Or(a.Currency, defaultCurrency); !isCurrency(a.Currency) {
		return &Error{Reason: BadAmount, Detail: "amount.currency"}
	}
	return nil
}

// orAbsent returns an amount as APIv2's fields have it.
func orAbsent(amount *int64) int64 {
	if amount == nil {
		return -1
	}
	return *amount
}

// v3Payment are the members of a transaction that decide about it.
type v3Payment struct {
	AppID         string   `json:"appid"`
	MchID         string   `json:"mchid"`
	SpAppID       string   `json:"sp_appid"`
	SpMchID       string   `json:"sp_mchid"`
	SubMchID      string   `json:"sub_mchid"`
	OutTradeNo    string   `json:"out_trade_no"`
	TransactionID string   `json:"transaction_id"`
	TradeType     string   `json:"trade_type"`
	TradeState    string   `json:"trade_state"`
	ContractID    string   `json:"contract_id"`
	Attach        string   `json:"attach"`
	Amount        v3Amount `json:"amount"`
}

// Source: WeChat Pay APIv3, "支付成功回调通知", and its partner edition.
var v3Transaction = kindRules{
	name:           Payment,
	resourceType:   "transaction",
	owner:          func(n *Notification) (string, string) { return n.content.appID, n.content.subMchID },
	decode:         decodeV3Transaction,
	appendResource: appendPlaintext,
}

func decodeV3Transaction(n *Notification) *Error {
	var p v3Payment
	if err := first(n.v3.read(&p), p.Amount.check()); err != nil {
		return err
	}
	if p.TradeType == "PAP" || p.ContractID != "" {
		n.Kind = Deduction
	}
	paid := p.TradeState == stateSuccess
	switch {
	case p.OutTradeNo == "" || p.TradeState == "" || p.MchID == "" && p.SpMchID == "":
		return &Error{Reason: MissingField, Detail: "mchid, out_trade_no or trade_state"}
	case cmp.Or(p.SpMchID, p.MchID) != n.MchID:
		return &Error{Reason: UnknownMerchant, Detail: "the transaction is of another merchant"}
	case paid && (p.TransactionID == "" || p.AppID == "" && p.SpAppID == "" || p.Amount.Total == nil):
		return &Error{Reason: MissingField, Detail: "transaction_id, appid or amount.total"}
	case paid && *p.Amount.Total == 0:
		return &Error{Reason: BadAmount, Detail: "amount.total"}
	case !isOrderNumber(p.OutTradeNo), p.TransactionID != "" && !isID(p.TransactionID), !isID(p.TradeState):
		return &Error{Reason: BadField, Detail: "out_trade_no, transaction_id or trade_state"}
	}
	n.OutTradeNo, n.TransactionID = p.OutTradeNo, p.TransactionID
	n.Number, n.State = cmp.Or(p.TransactionID, p.OutTradeNo), p.TradeState
	if p.Amount.Total != nil {
		n.Total, n.Currency = *p.Amount.Total, p.Amount.Currency
	}
	n.content = content{
		appID: cmp.Or(p.SpAppID, p.AppID), subMchID: p.SubMchID, amounts: [4]int64{orAbsent(p.Amount.PayerTotal)},
	}
	n.addOrder(PaidOrder{Order: Order{n.MchID, n.OutTradeNo, n.Total, n.Currency}, Attach: p.Attach})
	return nil
}

// v3CombinedPayment are the members of a combined payment that decide about it.
type v3CombinedPayment struct {
	AppID      string `json:"combine_appid"`
	MchID      string `json:"combine_mchid"`
	OutTradeNo string `json:"combine_out_trade_no"`
	SubOrders  []struct {
		MchID         string   `json:"mchid"`
		OutTradeNo    string   `json:"out_trade_no"`
		TransactionID string   `json:"transaction_id"`
		TradeState    string   `json:"trade_state"`
		Attach        string   `json:"attach"`
		Amount        v3Amount `json:"amount"`
	} `json:"sub_orders"`
}

// Source: WeChat Pay APIv3, "合单支付", "支付通知".
var v3Combined = kindRules{
	name:           Combined,
	resourceType:   "combine_transaction",
	owner:          func(n *Notification) (string, string) { return n.content.appID, notCarried },
	decode:         decodeV3Combined,
	appendResource: appendPlaintext,
}

func decodeV3Combined(n *Notification) *Error {
	var p v3CombinedPayment
	if err := n.v3.read(&p); err != nil {
		return err
	}
	switch {
	case p.MchID == "" || p.AppID == "" || p.OutTradeNo == "" || len(p.SubOrders) == 0:
		return &Error{Reason: MissingField, Detail: "combine_mchid, combine_appid, combine_out_trade_no or sub_orders"}
	case p.MchID != n.MchID:
		return &Error{Reason: UnknownMerchant, Detail: "the transaction is of another merchant"}
	case !isOrderNumber(p.OutTradeNo):
		return &Error{Reason: BadField, Detail: "combine_out_trade_no"}
	}
	n.OutTradeNo, n.Number, n.content.appID = p.OutTradeNo, p.OutTradeNo, p.AppID
	n.State = stateSuccess
	for _, order := range p.SubOrders {
		if err := order.Amount.check(); err != nil {
			return err
		}
		paid := order.TradeState == stateSuccess
		switch {
		case order.MchID == "" || order.OutTradeNo == "" || order.TradeState == "":
			return &Error{Reason: MissingField, Detail: "sub_orders: mchid, out_trade_no or trade_state"}
		case paid && (order.TransactionID == "" || order.Amount.TotalAmount == nil):
			return &Error{Reason: MissingField, Detail: "sub_orders: transaction_id or amount.total_amount"}
		case paid && *order.Amount.TotalAmount == 0:
			return &Error{Reason: BadAmount, Detail: "sub_orders: amount.total_amount"}
		case !isOrderNumber(order.OutTradeNo), !isID(order.MchID), order.TransactionID != "" && !isID(order.TransactionID):
			return &Error{Reason: BadField, Detail: "sub_orders: mchid, out_trade_no or transaction_id"}
		}
		if !paid {
			n.State = statePayError
		}
		n.addOrder(PaidOrder{
			Order:         Order{order.MchID, order.OutTradeNo, max(0, orAbsent(order.Amount.TotalAmount)), order.Amount.Currency},
			TransactionID: order.TransactionID, Attach: order.Attach, payerTotal: orAbsent(order.Amount.PayerAmount),
		})
	}
	n.sumOrders()
	return nil
}
