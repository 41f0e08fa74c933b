package verifier

import "strconv"

// AppendContent appends what every delivery of the same fact says alike, in a form
// that is equal only for equal content: who was paid, for which order, how much, in
// which currency, and with what result. What may differ from one delivery to the
// next, such as nonce_str, is not part of it, and neither is anything that nobody
// vouches for. n must have been filled in by [Verifier.Verify] without an error.
func (n *Notification) AppendContent(dst []byte) []byte {
	dst = n.appendID(dst)
	for _, text := range [...]string{
		n.content.appID, n.content.subMchID, n.OutTradeNo, n.TransactionID, n.content.outRefundNo, n.Currency,
	} {
		dst = appendPart(dst, text)
	}
	dst = strconv.AppendInt(append(dst, '\n'), n.Total, 10)
	for _, amount := range n.content.amounts {
		dst = strconv.AppendInt(append(dst, '\n'), amount, 10)
	}
	if n.Kind == Combined {
		dst = n.appendOrders(dst)
	}
	return dst
}

// appendOrders appends what counts of each order of a combined payment.
func (n *Notification) appendOrders(dst []byte) []byte {
	for _, order := range n.Orders {
		for _, text := range [...]string{order.MchID, order.OutTradeNo, order.TransactionID, order.Currency} {
			dst = appendPart(dst, text)
		}
		dst = strconv.AppendInt(append(dst, '\n'), order.Total, 10)
		dst = strconv.AppendInt(append(dst, '\n'), order.payerTotal, 10)
	}
	return dst
}

// appendPart appends one text. Its length comes first, so that no two lists of texts
// run together into the same.
func appendPart(dst []byte, text string) []byte {
	dst = strconv.AppendInt(append(dst, '\n'), int64(len(text)), 10)
	return append(append(dst, ':'), text...)
}
