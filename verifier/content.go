package verifier

import "strconv"

// AppendContent appends what every delivery of the same fact says alike, in a form
// that is equal only for equal content: who was paid, for which order, how much, in
// which currency, and with what result. What may differ from one delivery to the
// next, such as nonce_str, is not part of it. n must have been filled in by
// [Verifier.Verify] without an error.
func (n *Notification) AppendContent(dst []byte) []byte {
	dst = n.appendID(dst)
	return n.kind.appendContent(dst, n)
}

func appendPaymentContent(dst []byte, n *Notification) []byte {
	p := n.payment
	for _, text := range [...]string{p.appID, p.subMchID, n.OutTradeNo, n.TransactionID, n.Currency} {
		dst = appendPart(dst, text)
	}
	dst = strconv.AppendInt(append(dst, '\n'), p.total, 10)
	return strconv.AppendInt(append(dst, '\n'), p.cash, 10)
}

// appendPart appends one text. Its length comes first, so that no two lists of texts
// run together into the same.
func appendPart(dst []byte, text string) []byte {
	dst = strconv.AppendInt(append(dst, '\n'), int64(len(text)), 10)
	return append(append(dst, ':'), text...)
}
