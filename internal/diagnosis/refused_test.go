package diagnosis_test

import (
	"encoding/base64"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/diagnosis"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

func base64Of(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// maxAge refuses what is older, by the clock of today.
func maxAge(age time.Duration) func(*diagnosis.Input) {
	return func(in *diagnosis.Input) { in.MaxAge, in.Now = age, time.Now }
}

// scanned is what a buyer's code is signed as.
func scanned() wechatpaytest.Fields {
	return wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "mch_id": mchID, "nonce_str": "n", "time_stamp": "1414488825", "product_id": "P1"}
}

var refusedRows = []row{
	{"signed without transaction_id", given(payment().Without("transaction_id").Sign(key, verifier.MD5)), "field_missing", true, []string{"holds", "transaction_id"}},
	{"signed without transaction_id, and a newline at the key", given(payment().Without("transaction_id").Sign(key, verifier.MD5), keys(key+"\n")), "field_missing", true, []string{"transaction_id"}},
	{"a newline at the key, and signed without transaction_id", given(payment().Without("transaction_id").Sign(key, verifier.MD5), keys(key+"\n")), "key_line_break", true, []string{"newline"}},
	{"refund encrypted without refund_id", given(wechatpaytest.Refund().Without("refund_id").SealRefund(mchID, key)), "field_missing", true, []string{"encryption", "refund_id"}},
	{"signed without return_code", given(payment().Without("return_code").Sign(key, verifier.MD5)), "field_missing", true, []string{"return_code"}},
	{"signed with an amount in yuan", given(payment().With("total_fee", "0.01").Sign(key, verifier.MD5)), "field_bad_amount", true, []string{"holds", "total_fee", "fen"}},
	{"signed with a currency in small letters", given(payment().With("fee_type", "cny").Sign(key, verifier.MD5)), "field_bad_amount", true, []string{"fee_type"}},
	{"signed with a time that is none", given(payment().With("time_end", "yesterday").Sign(key, verifier.MD5)), "field_bad_form", true, []string{"time_end"}},
	{"signed with an order number that is none", given(payment().With("out_trade_no", "a b").Sign(key, verifier.MD5)), "field_bad_form", true, []string{"out_trade_no"}},
	{"signed with another result", given(payment().With("result_code", "success").Sign(key, verifier.MD5)), "field_bad_form", true, []string{"result_code"}},
	{"APIv3 event without an id", rewritten(`"id":`, `"no":`), "field_missing", true, []string{"id"}},
	{"APIv3 event with an amount as text", resource(`{"appid":"wx1","mchid":"` + mchID + `","out_trade_no":"A1","transaction_id":"4","trade_state":"SUCCESS","amount":{"total":"1"}}`), "field_bad_amount", true, []string{"amount"}},
	{"parameters of a code", given(scanned().Sign(key, verifier.MD5)), "kind_unknown", true, []string{"signature holds", "known kind"}},
	{"another message cut up", given(payment().With("trade_type", "A&notify_url=https://a").Sign(key, verifier.MD5)), "kind_resplit", true, []string{"cut up"}},
	{"sign_type that there is not", given(genuine(), signType("md5")), "refused_otherwise", false, []string{"sign_type", "md5"}},
	{"older than max_age", given(wechatpaytest.PaymentAt(mchID, time.Now().Add(-72*time.Hour)).Sign(key, verifier.MD5), maxAge(48*time.Hour)), "too_old", true, []string{"max_age", "72h"}},
}
