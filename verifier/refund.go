package verifier

import "cmp"

// Refund is the result of a refund. APIv2 does not sign it: only that it was encrypted
// with a key of the merchant's speaks for it, block by block, so that whoever has one
// such message could move its blocks about. What comes of that is refused where it can
// be told.
const Refund Kind = "refund"

// encryptedOnly is the authenticity of an APIv2 refund.
const encryptedOnly = "encrypted-only"

// Source of the fields: WeChat Pay APIv2, "退款结果通知".
var refund = kindRules{
	name:           Refund,
	resourceType:   "refund",
	owner:          func(n *Notification) (string, string) { return n.envelope.Get("appid"), n.envelope.Get("sub_mch_id") },
	decode:         decodeRefund,
	appendResource: appendRefund,
}

// refundFields are the amounts of a refund, -1 where they are absent.
type refundFields struct{ total, refund, payerTotal, payerRefund int64 }

func decodeRefund(n *Notification) *Error {
	if err := first(
		n.checkEnvelope(),
		n.require("refund_id", "out_refund_no", "out_trade_no", "transaction_id", "total_fee", "refund_fee", "refund_status"),
		n.checkForms(isID, "refund_id", "transaction_id"),
		n.checkForms(isOrderNumber, "out_trade_no", "out_refund_no"),
		n.checkAmountForm("fee_type"),
	); err != nil {
		return err
	}
	state, ok := refundStates[n.Fields.Get("refund_status")]
	if !ok {
		return &Error{Reason: BadField, Detail: "refund_status"}
	}
	if err := n.refund.read(n.Fields); err != nil {
		return err
	}
	if text := n.Fields.Get("success_time"); text != "" {
		if n.Time, ok = parseSpacedTime(text); !ok {
			return &Error{Reason: BadField, Detail: "success_time"}
		}
	}
	n.OutTradeNo, n.TransactionID = n.Fields.Get("out_trade_no"), n.Fields.Get("transaction_id")
	n.Number, n.State, n.EventType = n.Fields.Get("refund_id"), state, "REFUND."+state
	n.Total, n.Currency = n.refund.total, cmp.Or(n.Fields.Get("fee_type"), defaultCurrency)
	n.content = content{
		outRefundNo: n.Fields.Get("out_refund_no"),
		amounts:     [4]int64{n.refund.refund, n.refund.payerTotal, n.refund.payerRefund},
	}
	return nil
}

// checkAmountForm holds a currency that is there against its form.
func (n *Notification) checkAmountForm(name string) *Error {
	if value := n.Fields.Get(name); value != "" && !isCurrency(value) {
		return &Error{Reason: BadAmount, Detail: name}
	}
	return nil
}

// checkEnvelope looks at what stands around req_info. Nobody vouches for it, so it can
// only make a refund less credible.
func (n *Notification) checkEnvelope() *Error {
	if code := n.envelope.Get("return_code"); code != "" && code != "SUCCESS" {
		return &Error{Reason: BadField, Detail: "return_code"}
	}
	if subMchID := n.envelope.Get("sub_mch_id"); subMchID != "" && !isID(subMchID) {
		return &Error{Reason: BadField, Detail: "sub_mch_id"}
	}
	return nil
}

// refundStates are APIv3's words for the refund_status of APIv2.
var refundStates = map[string]string{"SUCCESS": "SUCCESS", "CHANGE": "ABNORMAL", "REFUNDCLOSE": "CLOSED"}

// read reads the amounts. More cannot come back than was paid.
func (r *refundFields) read(fields Fields) *Error {
	for _, amount := range [...]struct {
		name   string
		value  *int64
		atMost *int64
	}{
		{"total_fee", &r.total, nil},
		{"settlement_total_fee", &r.payerTotal, nil},
		{"refund_fee", &r.refund, &r.total},
		{"settlement_refund_fee", &r.payerRefund, &r.refund},
	} {
		*amount.value = -1
		text := fields.Get(amount.name)
		if text == "" {
			continue
		}
		var ok bool
		*amount.value, ok = parseAmount(text)
		if !ok || amount.atMost != nil && *amount.value > *amount.atMost {
			return &Error{Reason: BadAmount, Detail: amount.name}
		}
	}
	if r.total == 0 || r.refund == 0 {
		return &Error{Reason: BadAmount, Detail: "total_fee or refund_fee is 0"}
	}
	return nil
}

// appendRefund appends a refund as APIv3 calls it.
// Source: WeChat Pay APIv3, "退款结果回调通知", and its partner edition.
func appendRefund(dst []byte, n *Notification) []byte {
	if subMchID := n.envelope.Get("sub_mch_id"); subMchID != "" {
		dst = appendText(dst, "sp_mchid", n.MchID)
		dst = appendText(dst, "sub_mchid", subMchID)
	} else {
		dst = appendText(dst, "mchid", n.MchID)
	}
	dst = appendText(dst, "out_trade_no", n.OutTradeNo)
	dst = appendText(dst, "transaction_id", n.TransactionID)
	dst = appendText(dst, "out_refund_no", n.Fields.Get("out_refund_no"))
	dst = appendText(dst, "refund_id", n.Number)
	dst = appendText(dst, "refund_status", n.State)
	if n.State == stateSuccess {
		dst = appendTime(dst, "success_time", n.Time)
	}
	dst = appendText(dst, "user_received_account", n.Fields.Get("refund_recv_accout")) // so spelt
	dst = append(appendName(dst, "amount"), '{')
	dst = appendAmount(dst, "total", n.refund.total)
	dst = appendAmount(dst, "refund", n.refund.refund)
	dst = appendAmount(dst, "payer_total", n.refund.payerTotal)
	dst = appendAmount(dst, "payer_refund", n.refund.payerRefund)
	dst = appendText(dst, "currency", n.Currency)
	return append(dst, '}')
}

// openRefund decrypts req_info. Whichever of the merchant's keys makes sense of it is
// the right one.
func (n *Notification) openRefund(fields Fields) *Error {
	for _, key := range n.merchant.Keys {
		plaintext, ok := decryptReqInfo(fields.Get("req_info"), key)
		if !ok {
			continue
		}
		inner, err := parseXML(plaintext, nil, "root", "xml")
		if err != nil || len(inner) == 0 {
			continue
		}
		n.Authenticity, n.key = encryptedOnly, key
		n.used(n.merchant.fingerprints[key])
		n.MchID, n.envelope, n.Fields, n.refund = n.merchant.MchID, fields, inner, new(refundFields)
		return nil
	}
	return &Error{Reason: Undecryptable, Detail: "no key of merchant " + n.merchant.MchID + " turns req_info into flat XML"}
}
