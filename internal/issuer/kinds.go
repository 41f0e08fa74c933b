package issuer

import (
	"errors"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// kinds are all that can be issued.
var kinds = []struct {
	name  string
	issue func(*Issuer, []Field) (Message, error)
}{
	{"payment", signed(wechatpaytest.Payment, verifier.MD5)},
	{"deduction", signed(wechatpaytest.Deduction, verifier.MD5)},
	{"refund", (*Issuer).refund},
	{"contract", signed(wechatpaytest.Contract, verifier.MD5)},
	{"combined", signed(wechatpaytest.Combined, verifier.MD5)},
	{"native", signed(wechatpaytest.Native, verifier.MD5)},
	{"plate", signed(wechatpaytest.Plate, verifier.HMACSHA256)}, // source: "车主服务", "车牌状态变更通知"
	{"risk", signed(wechatpaytest.Risk, verifier.HMACSHA256)},   // source: "风险交易通知"
	{"payscore", (*Issuer).payScore},
	{"v3-transaction", sealed(wechatpaytest.V3Transaction, transactionFollowers)},
	{"v3-refund", sealed(wechatpaytest.V3Refund, v3RefundFollowers)},
}

var errNoKey = errors.New("APIv2 is signed with the APIv2 key: give it with --key-file, --key-env or --key-stdin")

// signed issues a kind whose elements are all signed.
func signed(template func(mchID string) wechatpaytest.Fields, usual verifier.SignType) func(*Issuer, []Field) (Message, error) {
	return func(i *Issuer, fields []Field) (Message, error) {
		if i.Key == "" {
			return Message{}, errNoKey
		}
		elements := template(i.MchID)
		if err := set(elements, fields); err != nil {
			return Message{}, err
		}
		cashFollows(elements, fields)
		return i.sign(elements, fields, usual), nil
	}
}

// refundEnvelope are the elements around req_info. Source: WeChat Pay APIv2, "退款结果通知".
var refundEnvelope = []string{
	"return_code", "return_msg", "appid", "mch_id", "sub_appid", "sub_mch_id", "nonce_str", "req_info",
}

func (i *Issuer) refund(fields []Field) (Message, error) {
	if i.Key == "" {
		return Message{}, errors.New("a refund is encrypted with the APIv2 key: give it with --key-file, --key-env or --key-stdin")
	}
	around, within := split(fields, refundEnvelope)
	refund := wechatpaytest.Refund()
	if err := set(refund, follow(within, refundFollowers)); err != nil {
		return Message{}, err
	}
	if refund["refund_status"] != "SUCCESS" && !given(fields, "success_time") {
		delete(refund, "success_time") // which only a success has
	}
	envelope := refund.RefundEnvelope(i.MchID, i.Key)
	if err := set(envelope, around); err != nil {
		return Message{}, err
	}
	return xmlMessage(envelope.XML()), nil
}

// payScoreEnvelope are the elements around what is encrypted.
// Source: WeChat Pay APIv2, "微信支付分", "租借、酒店押金通知".
var payScoreEnvelope = []string{
	"return_code", "return_msg", "appid", "app_id", "mch_id", "nonce_str", "algorithm", "sign", "sign_type",
	"event_id", "event_type", "event_create_time", "event_algorithm", "event_nonce", "event_associated_data", "event_ciphertext",
}

func (i *Issuer) payScore(fields []Field) (Message, error) {
	switch err := i.checkAPIv3Key(); {
	case i.Key == "":
		return Message{}, errNoKey
	case err != nil:
		return Message{}, err
	case i.SignType == verifier.MD5:
		return Message{}, errors.New("PayScore is signed with HMAC-SHA256 only: leave the sign type to the kind, or set the field algorithm")
	}
	around, within := split(fields, payScoreEnvelope)
	order := wechatpaytest.PayScoreOrder()
	if err := set(order, within); err != nil {
		return Message{}, err
	}
	envelope := order.PayScore(i.MchID, i.APIv3Key)
	if err := set(envelope, around); err != nil {
		return Message{}, err
	}
	return i.sign(envelope, around, verifier.HMACSHA256), nil
}
