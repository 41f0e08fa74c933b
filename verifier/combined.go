package verifier

import (
	"cmp"
	"encoding/json"
	"strconv"
	"time"
)

// Combined is the result of a combined payment (合单支付): several orders, of several
// merchants, paid at once.
const Combined Kind = "combined"

// Source of the fields: WeChat Pay APIv2, "合单支付", "合单支付通知".
var combined = kindRules{
	name:           Combined,
	resourceType:   "combine_transaction",
	matches:        func(f Fields) bool { return f.Has("combine_out_trade_no") || f.Has("sub_order_list") },
	owner:          func(n *Notification) (string, string) { return n.Fields.Get("combine_appid"), notCarried },
	decode:         decodeCombined,
	appendResource: appendCombined,
	freeText:       []string{"err_code_des", "sub_order_list"},
}

// combinedFields are the orders of a combined payment.
type combinedFields struct{ orders []subOrder }

// subOrder is one order of a combined payment.
type subOrder struct {
	mchID, outTradeNo, transactionID string
	attach, currency, cashCurrency   string
	total, cash                      int64 // cash is -1 where it is absent
	paid                             time.Time
}

func decodeCombined(n *Notification) *Error {
	failed := n.Fields.Get("result_code") == "FAIL"
	if err := first(
		n.require("return_code", "result_code", "combine_mch_id", "combine_out_trade_no"),
		n.checkForms(isSuccess, "return_code"),
		n.checkForms(isOrderNumber, "combine_out_trade_no"),
		n.checkForms(isID, "combine_appid"),
	); err != nil {
		return err
	}
	switch {
	case n.Fields.Get("combine_mch_id") != n.MchID:
		return &Error{Reason: BadField, Detail: "combine_mch_id"}
	case n.Fields.Get("result_code") != "SUCCESS" && !failed:
		return &Error{Reason: BadField, Detail: "result_code"}
	}
	if !failed {
		if err := n.require("combine_appid", "sub_order_list"); err != nil {
			return err
		}
	}
	n.combined = new(combinedFields)
	if err := n.combined.read(n.Fields.Get("sub_order_list"), failed); err != nil {
		return err
	}
	n.EventType, n.State = "TRANSACTION.SUCCESS", stateSuccess
	if failed {
		n.EventType, n.State = "TRANSACTION.FAIL", statePayError
	}
	n.OutTradeNo = n.Fields.Get("combine_out_trade_no")
	n.Number = n.OutTradeNo
	n.content.appID = n.Fields.Get("combine_appid")
	for _, order := range n.combined.orders {
		n.addOrder(PaidOrder{
			Order:         Order{order.mchID, order.outTradeNo, order.total, order.currency},
			TransactionID: order.transactionID, Attach: order.attach, payerTotal: order.cash,
		})
		if order.paid.After(n.Time) {
			n.Time = order.paid
		}
	}
	n.sumOrders()
	return nil
}

// read reads the JSON text of sub_order_list. A failed payment need not have one.
func (c *combinedFields) read(text string, failed bool) *Error {
	if text == "" && failed {
		return nil
	}
	var list struct {
		Orders []map[string]json.RawMessage `json:"order_list"`
	}
	if !json.Valid([]byte(text)) {
		return &Error{Reason: BadField, Detail: "sub_order_list"}
	}
	exact, err := exactly(json.RawMessage(text))
	if err == nil {
		err = json.Unmarshal(exact, &list)
	}
	if err != nil || len(list.Orders) == 0 && !failed {
		return &Error{Reason: BadField, Detail: "sub_order_list"}
	}
	for _, members := range list.Orders {
		var order subOrder
		if err := order.read(members, failed); err != nil {
			err.Detail = "sub_order_list: " + err.Detail
			return err
		}
		c.orders = append(c.orders, order)
	}
	return nil
}

func (o *subOrder) read(members map[string]json.RawMessage, failed bool) *Error {
	o.mchID, o.outTradeNo = jsonScalar(members["mch_id"]), jsonScalar(members["out_trade_no"])
	o.transactionID, o.attach = jsonScalar(members["transaction_id"]), jsonScalar(members["attach"])
	o.currency = cmp.Or(jsonScalar(members["fee_type"]), defaultCurrency)
	o.cashCurrency = cmp.Or(jsonScalar(members["cash_fee_type"]), defaultCurrency)
	switch {
	case o.mchID == "" || o.outTradeNo == "" || o.transactionID == "" && !failed:
		return &Error{Reason: MissingField, Detail: "mch_id, out_trade_no or transaction_id"}
	case !isID(o.mchID) || !isOrderNumber(o.outTradeNo) || o.transactionID != "" && !isID(o.transactionID):
		return &Error{Reason: BadField, Detail: "mch_id, out_trade_no or transaction_id"}
	case !isCurrency(o.currency) || !isCurrency(o.cashCurrency):
		return &Error{Reason: BadAmount, Detail: "fee_type"}
	}
	if err := o.readAmounts(members, failed); err != nil {
		return err
	}
	if text := jsonScalar(members["time_end"]); text != "" {
		var ok bool
		if o.paid, ok = parseTime(text); !ok {
			return &Error{Reason: BadField, Detail: "time_end"}
		}
	}
	return nil
}

func (o *subOrder) readAmounts(members map[string]json.RawMessage, failed bool) *Error {
	o.cash = -1
	var ok bool
	if text := jsonScalar(members["total_fee"]); text != "" || !failed {
		if text == "" {
			return &Error{Reason: MissingField, Detail: "total_fee"}
		}
		if o.total, ok = parseAmount(text); !ok || o.total == 0 {
			return &Error{Reason: BadAmount, Detail: "total_fee"}
		}
	}
	if text := jsonScalar(members["cash_fee"]); text != "" {
		if o.cash, ok = parseAmount(text); !ok {
			return &Error{Reason: BadAmount, Detail: "cash_fee"}
		}
	}
	return nil
}

// jsonScalar returns a text or a number as text; numbers occur both with quotes and
// without.
func jsonScalar(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}

// appendCombined appends a combined payment as APIv3 calls it.
// Source: WeChat Pay APIv3, "合单支付", "支付通知".
func appendCombined(dst []byte, n *Notification) []byte {
	f := n.Fields
	dst = appendText(dst, "combine_appid", f.Get("combine_appid"))
	dst = appendText(dst, "combine_mchid", n.MchID)
	dst = appendText(dst, "combine_out_trade_no", n.OutTradeNo)
	if openID := f.Get("combine_openid"); openID != "" {
		dst = append(appendName(dst, "combine_payer_info"), '{')
		dst = append(appendText(dst, "openid", openID), '}')
	}
	if device := f.Get("device_info"); device != "" {
		dst = append(appendName(dst, "scene_info"), '{')
		dst = append(appendText(dst, "device_id", device), '}')
	}
	if n.State != stateSuccess {
		dst = appendText(dst, "trade_state_desc", joinNonEmpty(f.Get("err_code"), ": ", f.Get("err_code_des")))
	}
	if len(n.combined.orders) == 0 {
		return dst
	}
	dst = append(appendName(dst, "sub_orders"), '[')
	for i, order := range n.combined.orders {
		dst = append(appendComma(dst), '{')
		dst = append(order.append(dst, n, n.Orders[i].Attach), '}')
	}
	return append(dst, ']')
}

func (o *subOrder) append(dst []byte, n *Notification, attach string) []byte {
	dst = appendText(dst, "mchid", o.mchID)
	dst = appendText(dst, "out_trade_no", o.outTradeNo)
	dst = appendText(dst, "transaction_id", o.transactionID)
	dst = appendText(dst, "trade_type", n.Fields.Get("trade_type"))
	dst = appendText(dst, "trade_state", n.State)
	dst = appendText(dst, "bank_type", n.Fields.Get("bank_type"))
	dst = appendText(dst, "attach", attach)
	if n.State == stateSuccess {
		dst = appendTime(dst, "success_time", o.paid)
	}
	if o.total == 0 && o.cash < 0 {
		return dst
	}
	dst = append(appendName(dst, "amount"), '{')
	if o.total > 0 {
		dst = strconv.AppendInt(appendName(dst, "total_amount"), o.total, 10)
		dst = appendText(dst, "currency", o.currency)
	}
	if o.cash >= 0 {
		dst = appendAmount(dst, "payer_amount", o.cash)
		dst = appendText(dst, "payer_currency", o.cashCurrency)
	}
	return append(dst, '}')
}
