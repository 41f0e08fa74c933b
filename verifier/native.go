package verifier

// Native is a scan of a native mode 1 code (扫码支付模式一). WeChat Pay waits for the
// prepay_id of the order that the merchant places then.
const Native Kind = "native"

// Source of the fields: WeChat Pay APIv2, "扫码支付", "模式一回调". The link in the code is
// signed with the same key; it has no openid.
var native = kindRules{
	name:         Native,
	resourceType: "native_scan",
	matches: func(f Fields) bool {
		return f.Has("product_id") && !f.Has("result_code") && !f.Has("out_trade_no") && !f.Has("time_stamp")
	},
	owner:          func(n *Notification) (string, string) { return n.Fields.Get("appid"), notCarried },
	decode:         decodeNative,
	appendResource: appendElements,
	answer:         NativeData,
}

func decodeNative(n *Notification) *Error {
	if err := first(
		n.require("appid", "openid", "nonce_str", "product_id"),
		n.checkForms(isID, "appid", "nonce_str"),
	); err != nil {
		return err
	}
	if n.Fields.Has("trade_scene") { // of a page that opens parking payments
		return &Error{Reason: UnknownKind}
	}
	n.EventType = "NATIVE.SCAN"
	n.Number, n.State = n.Fields.Get("product_id"), n.Fields.Get("nonce_str")
	n.content = content{appID: n.Fields.Get("appid")}
	return nil
}

// NativeReply makes the answer to a native mode 1 scan.
type NativeReply struct {
	appID, mchID, key string
	signType          SignType
}

// NativeReply returns what makes the answer, signed as the notification was. n must be
// of kind [Native].
func (n *Notification) NativeReply() NativeReply {
	return NativeReply{
		appID: n.content.appID, mchID: n.MchID, key: n.key, signType: SignType(n.Authenticity),
	}
}

// Order answers with the order that was placed. nonceStr is to be random.
func (r NativeReply) Order(nonceStr, prepayID string) string {
	return r.sign(Fields{
		{"appid", r.appID}, {"mch_id", r.mchID}, {"nonce_str", nonceStr}, {"prepay_id", prepayID},
		{"result_code", "SUCCESS"}, {"return_code", "SUCCESS"}, {"return_msg", "OK"},
	})
}

// Refusal answers that there will be no order. The buyer is shown the message, which is
// cleaned as in an ack.
func (r NativeReply) Refusal(nonceStr, message string) string {
	return r.sign(Fields{
		{"appid", r.appID}, {"err_code_des", cleanMessage(message, maxXMLMessage)}, {"mch_id", r.mchID},
		{"nonce_str", nonceStr}, {"result_code", "FAIL"}, {"return_code", "SUCCESS"}, {"return_msg", "OK"},
	})
}

// sign renders sorted fields with their signature.
func (r NativeReply) sign(fields Fields) string {
	signed := fields
	if r.signType == HMACSHA256 {
		signed = append(fields, Field{"sign_type", string(HMACSHA256)})
	}
	text := append(appendStringToSign(nil, signed), "&key="+r.key...)
	sign := appendSignature(nil, text, r.key, r.signType)
	return string(appendXML(nil, append(signed, Field{"sign", string(sign)})))
}
