package diagnosis

import (
	"slices"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// explainV2 finds out why an XML body is refused.
func (q *inquiry) explainV2(d delivery, refusal *verifier.Error) account {
	if refusal.Reason == verifier.EmptyBody || refusal.Reason == verifier.Malformed {
		return account{suspected: unreadable(d.body, refusal)}
	}
	m := q.readMessage(d.body)
	if other := mchIDIn(m.mchID()); refusal.Reason == verifier.UnknownMerchant && other != "" && other != q.mchID && d.mchID == "" {
		return q.explainOther(d, m, other)
	}
	switch refusal.Reason {
	case verifier.Unsigned:
		return q.explainUnsigned(m)
	case verifier.Undecryptable:
		if m.fields.Has("event_ciphertext") {
			return q.explainPayScore(m)
		}
		return q.explainRefund(m)
	case verifier.UnknownMerchant, verifier.WrongSignType, verifier.BadSignature:
		if m.fields.Has("req_info") {
			return q.explainRefund(m)
		}
		return q.explainSignature(m, refusal)
	default:
		return account{proven: q.refusedAs(m, refusal)}
	}
}

// explainOther explains a body that names another merchant than the one that was given.
func (q *inquiry) explainOther(d delivery, m *message, other string) account {
	d.mchID = other
	a := q.explain(d)
	if a.proven == nil && a.suspected != nil && m.fields.Get("mch_id") != "" {
		// The number itself may be what was changed.
		s := q.newSearch(m)
		own := replaced(m.fields, slices.IndexFunc(m.fields, func(f verifier.Field) bool { return f.Name == "mch_id" }), q.mchID)
		if mistakes, holds := s.made(verifier.StringToSign(own), s.likely, rightDigests, s.readings); holds {
			return account{proven: append(mistakes, found{valueChanged, "mch_id"})}
		}
	}
	return a.under(q.mismatch(other))
}

// mismatch says that a body names another merchant.
func (q *inquiry) mismatch(other string) found {
	if verifier.CheckMchID(q.in.MchID) != nil {
		return found{merchantMalformed, other}
	}
	return found{merchantOther, "the body says mch_id " + other + ", the merchant given is " + q.in.MchID}
}

// explainSignature explains a signature that does not hold, or not in this way.
func (q *inquiry) explainSignature(m *message, refusal *verifier.Error) account {
	mistakes, holds := q.newSearch(m).run()
	if holds {
		if wrong := q.wrongType(m, refusal); wrong != 0 {
			mistakes = slices.Concat([]found{{cause: wrong}}, mistakes)
		}
		isExplained := slices.ContainsFunc(mistakes, func(f found) bool { return strings.HasSuffix(f.where, "mch_id") })
		switch {
		case isExplained || refusal.Reason != verifier.UnknownMerchant:
		case m.mchID() == "":
			mistakes = append(mistakes, found{cause: merchantMissing})
		case m.mchID() != q.in.MchID:
			mistakes = append(mistakes, q.mismatch(m.mchID()))
		}
		return account{proven: mistakes}
	}
	return account{suspected: q.suspect(m, refusal)}
}

// wrongType says why a signature is refused that holds, where it is for its digest; else 0.
func (q *inquiry) wrongType(m *message, refusal *verifier.Error) cause {
	if refusal.Reason != verifier.WrongSignType {
		return 0
	}
	isHMAC := len(m.sign) == 64
	for _, name := range [...]string{"sign_type", "algorithm"} {
		if declared := m.fields.Get(name); declared != "" && (declared == string(verifier.HMACSHA256)) != isHMAC {
			return signTypeDisagrees
		}
	}
	switch {
	case q.in.SignType == verifier.MD5 && isHMAC:
		return hmacNotAllowed
	case q.in.SignType == verifier.HMACSHA256 && !isHMAC:
		return md5NotAllowed
	}
	return payScoreMD5
}

// explainUnsigned explains a body without a sign.
func (q *inquiry) explainUnsigned(m *message) account {
	if m.sign != "" { // under another name
		if mistakes, holds := q.newSearch(m).run(); holds {
			return account{proven: mistakes}
		}
		return account{suspected: []found{{signMisspelt, m.signName}, {cause: keyWrong}}}
	}
	onlyCodes := len(lacking(m.fields, func(f verifier.Field) bool { return strings.HasPrefix(f.Name, "return_") })) == 0
	switch {
	case m.fields.Get("return_code") == "FAIL":
		return account{suspected: []found{{cause: bodyFail}}}
	case onlyCodes && len(m.fields) > 0:
		return account{suspected: []found{{cause: bodyAck}}}
	case m.isOwnRequest():
		return account{suspected: []found{{cause: bodyRequest}, {cause: signMissing}}}
	case m.fields.Has("refund_status") || m.fields.Has("refund_id"):
		return account{suspected: []found{{cause: refundDecrypted}}}
	case m.signThere:
		return account{suspected: []found{{cause: signEmpty}}}
	case m.fields.Has("nonce_str") && !m.fields.Has("out_trade_no") && !m.fields.Has("result_code"):
		return account{suspected: []found{{cause: reqInfoLost}, {cause: signMissing}}}
	}
	return account{suspected: []found{{cause: signMissing}}}
}

// isOwnRequest reports whether it is what the merchant sends to WeChat Pay.
func (m *message) isOwnRequest() bool {
	return m.fields.Has("notify_url") || m.fields.Has("spbill_create_ip") || m.fields.Has("auth_code")
}

// isReply reports whether it is WeChat Pay's reply to such a request.
func (m *message) isReply() bool {
	return m.fields.Has("prepay_id") || m.fields.Has("code_url") || m.fields.Has("mweb_url") || m.fields.Has("refund_count") ||
		m.fields.Has("trade_state_desc") || m.fields.Has("cash_refund_fee") && !m.fields.Has("req_info")
}
