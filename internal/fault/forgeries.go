package fault

import (
	"context"
	"net/http"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// Those of WeChat Pay's page "签名算法", which anybody can read.
const (
	sampleKey    = "192006250b4c09247ec02edce69f6a2d"
	someMerchant = "10000100"
)

// unauthorized is one status for all of them, so that nothing can be learned from it.
var unauthorized = []int{verifier.BadSignature.Status()}

var forgeries = []Fault{
	spoilt("forged-amount", "the amount is changed after signing", apiV2Key, forgeAmount),
	spoilt("forged-order", "the order number is changed after signing", apiV2Key,
		func(_ *stage, f elements) elements { return f.With("out_trade_no", madeUp()) }),
	spoilt("forged-currency", "fee_type is emptied after signing, so that another currency becomes CNY", apiV2Key, forgeCurrency),
	spoilt("forged-merchant", "mch_id is changed after signing", apiV2Key,
		func(_ *stage, f elements) elements { return f.With("mch_id", someMerchant) }),
	spoilt("unknown-merchant", "signed with the right key, but for another merchant", apiV2Key,
		func(s *stage, f elements) elements { return s.signAnew(f.With("mch_id", someMerchant)) }),
	spoilt("added-element", "an element is added after signing", apiV2Key,
		func(_ *stage, f elements) elements { return f.With("settlement_total_fee", f["total_fee"]) }),
	spoilt("removed-element", "an element is taken away after signing", apiV2Key,
		func(_ *stage, f elements) elements { return f.Without("cash_fee") }),
	spoilt("wrong-key", "signed with a key that nobody has", nothing,
		func(_ *stage, f elements) elements { return f.Signed(someKey(), signTypeOf(f)) }),
	spoilt("blank-key", "signed with an empty key, for apps that have forgotten to set one", nothing,
		func(_ *stage, f elements) elements { return f.Signed("", signTypeOf(f)) }),
	spoilt("sample-key", "signed with the key of WeChat Pay's own example", nothing,
		func(_ *stage, f elements) elements { return f.Signed(sampleKey, signTypeOf(f)) }),
	spoilt("unsigned", "there is no sign", nothing,
		func(_ *stage, f elements) elements { return f.Without("sign") }),
	spoilt("empty-sign", "sign is empty", nothing,
		func(_ *stage, f elements) elements { return f.With("sign", "") }),
	spoilt("lower-case-sign", "the right sign in lower case, which WeChat Pay never sends", apiV2Key,
		func(_ *stage, f elements) elements { return f.With("sign", strings.ToLower(f["sign"])) }),
	spoilt("cut-sign", "the first half of the right HMAC-SHA256 sign, which is as long as one of MD5", apiV2Key, cutSign),
	spoilt("sign-elsewhere", "the right sign in an element of another name", apiV2Key,
		func(_ *stage, f elements) elements { return f.Without("sign").With("signature", f["sign"]) }),
	spoilt("lying-sign-type", "sign_type says HMAC-SHA256, but the sign is one of MD5", apiV2Key, lyingSignType),
	spoilt("downgrade", "signed right by MD5, although the merchant takes HMAC-SHA256 alone", hmacPinned, downgrade),
	spoilt("cut-up-code", "a code that the key signs for buyers is cut up into a payment", apiV2Key, cutUpCode),
	forgery("unsigned-fail", "return_code FAIL without a sign, as WeChat Pay tells of its own failures", nothing, sends(unsignedFail)),
	forgery("spoofed-headers", "a forged amount, with headers that say it comes from this machine", nothing, sends(spoofHeaders)),
	forgery("spoofed-host", "a forged amount for the host localhost", nothing, spoofHost),
	forgery("query-string", "a forged amount, with a query that knows better", nothing, sends(addQuery)),
}

// forgery is what no edge may tell from another.
func forgery(name, description string, needs needs, play playFunc) Fault {
	return Fault{name, Forgery, description, unauthorized, needs, play}
}

// spoilt is a payment that was signed right before it was spoilt.
func spoilt(name, description string, needs needs, spoil func(*stage, elements) elements) Fault {
	return forgery(name, description, needs, sends(func(s *stage) (request, error) {
		f, err := s.payment()
		if err != nil {
			return request{}, err
		}
		return post(xmlMessage(spoil(s, f).XML())), nil
	}))
}

// elements are those of an XML body, with their sign.
type elements = wechatpaytest.Fields

// forgeAmount makes ten times as much of an amount.
func forgeAmount(_ *stage, f elements) elements {
	return f.With("total_fee", f["total_fee"]+"0").With("cash_fee", f["cash_fee"]+"0")
}

func forgeCurrency(s *stage, f elements) elements {
	return s.signAnew(f.With("fee_type", "VND")).With("fee_type", "")
}

func cutSign(s *stage, f elements) elements {
	f = f.Without("sign_type").Signed(s.issuer.Key, verifier.HMACSHA256)
	return f.With("sign", f["sign"][:len(f["sign"])/2])
}

func lyingSignType(s *stage, f elements) elements {
	return f.With("sign_type", string(verifier.HMACSHA256)).Signed(s.issuer.Key, verifier.MD5)
}

func downgrade(s *stage, f elements) elements {
	return f.Without("sign_type").Signed(s.issuer.Key, verifier.MD5)
}

func unsignedFail(*stage) (request, error) {
	return post(xmlMessage(elements{"return_code": "FAIL", "return_msg": "SYSTEMERROR"}.XML())), nil
}

// cutUpCode makes a payment of a code of native mode 1, whose product_id may be a text of
// the buyer's choice: what is signed does not protect the borders between elements.
// Source: WeChat Pay APIv2, "扫码支付", "模式一".
func cutUpCode(s *stage, f elements) elements {
	order := madeUp()
	code := elements{
		"appid": f["appid"], "mch_id": f["mch_id"], "nonce_str": "x", "time_stamp": "1414488825",
		"product_id": "1&out_trade_no=" + order + "&result_code=SUCCESS&return_code=SUCCESS&total_fee=1&transaction_id=1&z=",
	}
	return elements{
		"appid": f["appid"], "mch_id": f["mch_id"], "nonce_str": "x&product_id=1",
		"out_trade_no": order, "result_code": "SUCCESS", "return_code": "SUCCESS", "total_fee": "1", "transaction_id": "1",
		"z": "&time_stamp=1414488825", "sign": code.Signed(s.issuer.Key, signTypeOf(f))["sign"],
	}
}

// forged is a request with a forged amount.
func (s *stage) forged() (request, error) {
	f, err := s.payment()
	if err != nil {
		return request{}, err
	}
	return post(xmlMessage(forgeAmount(s, f).XML())), nil
}

func spoofHeaders(s *stage) (request, error) {
	r, err := s.forged()
	r.header = http.Header{
		"Forwarded": {"for=127.0.0.1;host=localhost;proto=https"}, "X-Forwarded-For": {"127.0.0.1"}, "X-Forwarded-Host": {"localhost"},
		"X-Forwarded-Proto": {"https"}, "X-Real-Ip": {"127.0.0.1"}, "Client-Ip": {"127.0.0.1"}, "X-Original-Url": {"/"},
	}
	return r, err
}

func addQuery(s *stage) (request, error) {
	r, err := s.forged()
	r.query = "debug=1&skip_verify=true&sign_type=NONE&return_code=SUCCESS&result_code=SUCCESS"
	return r, err
}

// spoofHost may end up at another site of the edge, which is as good as refused.
func spoofHost(ctx context.Context, s *stage) Result {
	r, err := s.forged()
	if err != nil {
		return unmade(err)
	}
	r.host = "localhost"
	answer, err := s.exchange(ctx, r)
	if err != nil {
		return failed(err)
	}
	if codeOf(answer.Body) == "" && !sender.JudgeAck(nil, r.message, answer).Acked {
		return resultOf(answer, Refused, "status %d without an ack: nobody takes notifications for this host", answer.Status)
	}
	return s.judge(r.message, answer)
}
