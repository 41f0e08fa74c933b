package wechatpaytest

import (
	"bytes"
	"crypto/aes"
	"crypto/md5" // #nosec G501 -- part of WeChat Pay's scheme
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"
)

// Refund returns the elements of a refund of 1 fen as they are before encryption, fresh
// in everything that has to be unique, and done now.
func Refund() Fields { return RefundAt(time.Now()) }

// RefundAt returns what [Refund] does, done at a given time.
func RefundAt(done time.Time) Fields {
	day := done.In(beijing).Format("20060102")
	return Fields{
		"out_refund_no":         "R" + day + digits(10),
		"out_trade_no":          "T" + day + digits(10),
		"refund_account":        "REFUND_SOURCE_RECHARGE_FUNDS",
		"refund_fee":            "1",
		"refund_id":             "503" + digits(8) + day + digits(10),
		"refund_recv_accout":    "支付用户零钱",
		"refund_request_source": "API",
		"refund_status":         "SUCCESS",
		"settlement_refund_fee": "1",
		"settlement_total_fee":  "1",
		"success_time":          done.In(beijing).Format(time.DateTime),
		"total_fee":             "1",
		"transaction_id":        "4200" + digits(6) + day + digits(10),
	}
}

// SealRefund encrypts f and returns the body around it. WeChat Pay does not sign it.
// Source: WeChat Pay APIv2, "退款结果通知".
func (f Fields) SealRefund(mchID, key string) string {
	return f.RefundEnvelope(mchID, key).XML()
}

// RefundEnvelope encrypts f and returns the elements around it.
func (f Fields) RefundEnvelope(mchID, key string) Fields {
	return Fields{
		"return_code": "SUCCESS", "return_msg": "OK", "appid": appID, "mch_id": mchID, "nonce_str": nonce(),
		"req_info": EncryptReqInfo("<root>"+strings.TrimSuffix(strings.TrimPrefix(f.XML(), "<xml>"), "</xml>")+"</root>", key),
	}
}

// EncryptReqInfo encrypts any text as WeChat Pay does that of a refund.
func EncryptReqInfo(plaintext, key string) string {
	digest := md5.Sum([]byte(key)) // #nosec G401
	block, err := aes.NewCipher([]byte(hex.EncodeToString(digest[:])))
	if err != nil {
		panic(err) // the key of the cipher has 32 characters
	}
	size := aes.BlockSize - len(plaintext)%aes.BlockSize
	data := append([]byte(plaintext), bytes.Repeat([]byte{byte(size)}, size)...)
	for at := 0; at < len(data); at += aes.BlockSize {
		block.Encrypt(data[at:], data[at:])
	}
	return base64.StdEncoding.EncodeToString(data)
}
