package verifier

import (
	"cmp"
	"encoding/json"
	"slices"
)

// PaidOrder is one of the orders that a payment is for. A combined payment has several.
type PaidOrder struct {
	Order
	// TransactionID is WeChat Pay's own number.
	TransactionID string
	// Attach is the app's own text from the order.
	Attach string

	replaced   bool
	payerTotal int64 // of a part of a combined payment, -1 where it is absent
}

// ReplaceAttach gives the upstream another attach than WeChat Pay sent, or none, in the
// resource. Fields stay as they were signed.
func (o *PaidOrder) ReplaceAttach(text string) { o.Attach, o.replaced = text, true }

func (n *Notification) addOrder(order PaidOrder) { n.Orders = append(n.Orders, order) }

// noCurrency is ISO 4217's code where no currency is involved.
const noCurrency = "XXX"

// sumOrders takes the sum of the orders for the amount of the whole, if they have one
// currency.
func (n *Notification) sumOrders() {
	for _, order := range n.Orders {
		if order.Total == 0 { // of a failed payment
			continue
		}
		n.Total += order.Total
		n.Currency = cmp.Or(n.Currency, order.Currency)
		if order.Currency != n.Currency {
			n.Currency = noCurrency
		}
	}
	if n.Currency == noCurrency {
		n.Total = 0
	}
}

// withAttach returns the plaintext of APIv3 with the attach that each order has now.
func (n *Notification) withAttach() string {
	if !slices.ContainsFunc(n.Orders, func(o PaidOrder) bool { return o.replaced }) {
		return n.v3.plaintext
	}
	change := n.Orders[0].attachMember
	if n.Kind == Combined {
		change = n.subOrdersMember
	}
	return string(rewrite(n.v3.plaintext, change))
}

// subOrdersMember replaces the member with the orders of a combined payment.
func (n *Notification) subOrdersMember(m jsonMember) json.RawMessage {
	var orders []json.RawMessage
	if m.name != "sub_orders" || json.Unmarshal(m.raw, &orders) != nil || len(orders) != len(n.Orders) {
		return m.raw
	}
	for i := range orders {
		orders[i] = rewrite(string(orders[i]), n.Orders[i].attachMember)
	}
	dst := []byte{'['}
	for _, order := range orders {
		dst = append(appendComma(dst), order...)
	}
	return append(dst, ']')
}

// attachMember replaces the member of that name.
func (o *PaidOrder) attachMember(m jsonMember) json.RawMessage {
	switch {
	case m.name != "attach" || !o.replaced:
		return m.raw
	case o.Attach == "":
		return nil
	}
	return appendString(nil, o.Attach)
}
