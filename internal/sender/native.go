package sender

import (
	"fmt"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// judgeNative judges the answer to a scan in native mode 1: it is to hold an order, and to
// be signed. Source: WeChat Pay APIv2, "扫码支付", "模式一回调".
func judgeNative(i *issuer.Issuer, fields verifier.Fields) Ack {
	k := judgeCode(fields, "return_code", "return_msg")
	if !k.Acked {
		return k
	}
	if i == nil || i.Key == "" {
		k.warn("whether the answer is signed right, only the APIv2 key can tell")
	} else if !isSigned(fields, i.Key) {
		return Ack{Reason: "the answer to a scan is to be signed with the APIv2 key, and this is not"}
	}
	switch result := fields.Get("result_code"); {
	case result == "FAIL":
		return Ack{Reason: fmt.Sprintf("there is no order: %q", shorten(fields.Get("err_code_des")))}
	case result != "SUCCESS":
		return Ack{Reason: fmt.Sprintf("result_code is %q, not SUCCESS", shorten(result))}
	case !fields.Has("prepay_id"):
		return Ack{Reason: "there is no prepay_id, with which a scan is answered"}
	}
	return k
}

// isSigned computes the signature that the answer should have, and tells nobody.
func isSigned(fields verifier.Fields, key string) bool {
	elements := wechatpaytest.Fields{}
	for _, field := range fields {
		elements[field.Name] = field.Value
	}
	signType := verifier.MD5
	if len(fields.Get("sign")) == 64 {
		signType = verifier.HMACSHA256
	}
	return wechatpaytest.Signature(elements, key, signType) == fields.Get("sign")
}
