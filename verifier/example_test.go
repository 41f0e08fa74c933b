package verifier_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// exampleKey stands for the key that you would read from a file or the environment.
const exampleKey = "Kd8sPq2vXw7LmN4tYb6Rc9Zf3Hj5Gu1A"

func Example() {
	v, err := verifier.New(verifier.Config{
		Merchants: []verifier.Merchant{{MchID: "1900000109", Keys: []string{exampleKey}}},
		MaxAge:    48 * time.Hour,
		Now:       func() time.Time { return time.Date(2018, 8, 22, 13, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	const body = `<xml><appid><![CDATA[wx2421b1c4370ec43b]]></appid>
<cash_fee><![CDATA[100]]></cash_fee>
<mch_id><![CDATA[1900000109]]></mch_id>
<out_trade_no><![CDATA[ORDER-1001]]></out_trade_no>
<result_code><![CDATA[SUCCESS]]></result_code>
<return_code><![CDATA[SUCCESS]]></return_code>
<sign><![CDATA[F232BFFC4751271821EDEE90DA7DDD33]]></sign>
<time_end><![CDATA[20180822205606]]></time_end>
<total_fee>100</total_fee>
<transaction_id><![CDATA[4200000171201808221550954201]]></transaction_id>
</xml>`
	var n verifier.Notification
	if err := v.Verify(body, nil, &n); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(n.Kind, n.State, n.OutTradeNo, n.Total, n.Currency)
	var document bytes.Buffer
	_ = json.Indent(&document, n.AppendJSON(nil), "", "  ")
	fmt.Println(document.String())
	// Output:
	// payment SUCCESS ORDER-1001 100 CNY
	// {
	//   "id": "transaction:1900000109:4200000171201808221550954201:SUCCESS",
	//   "event_type": "TRANSACTION.SUCCESS",
	//   "create_time": "2018-08-22T20:56:06+08:00",
	//   "resource_type": "transaction",
	//   "api_version": "v2",
	//   "authenticity": "MD5",
	//   "resource": {
	//     "appid": "wx2421b1c4370ec43b",
	//     "mchid": "1900000109",
	//     "out_trade_no": "ORDER-1001",
	//     "transaction_id": "4200000171201808221550954201",
	//     "trade_state": "SUCCESS",
	//     "success_time": "2018-08-22T20:56:06+08:00",
	//     "amount": {
	//       "total": 100,
	//       "payer_total": 100,
	//       "currency": "CNY",
	//       "payer_currency": "CNY"
	//     }
	//   },
	//   "fields": {
	//     "appid": "wx2421b1c4370ec43b",
	//     "cash_fee": "100",
	//     "mch_id": "1900000109",
	//     "out_trade_no": "ORDER-1001",
	//     "result_code": "SUCCESS",
	//     "return_code": "SUCCESS",
	//     "time_end": "20180822205606",
	//     "total_fee": "100",
	//     "transaction_id": "4200000171201808221550954201"
	//   }
	// }
}

func ExampleVerifier_Verify() {
	v, err := verifier.New(verifier.Config{
		Merchants: []verifier.Merchant{{MchID: "1900000109", Keys: []string{exampleKey}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	genuine := wechatpaytest.Payment("1900000109")
	forged := genuine.Signed(exampleKey, verifier.MD5).With("total_fee", "1000000")
	for _, body := range []string{
		genuine.Sign(exampleKey, verifier.MD5),
		forged.XML(),
		genuine.XML(),
		genuine.Without("total_fee").Sign(exampleKey, verifier.HMACSHA256),
	} {
		var n verifier.Notification // one may be used again and again
		err := v.Verify(body, nil, &n)

		refusal := new(verifier.Error)
		if errors.As(err, &refusal) {
			reason := refusal.Reason
			fmt.Printf("%d %s, because %v\n", reason.Status(), reason.String(), err)
			continue
		}
		fmt.Printf("%d %s of %d fen\n", verifier.OK.Status(), n.EventType, n.Total)
	}
	// Output:
	// 200 TRANSACTION.SUCCESS of 1 fen
	// 401 bad_signature, because the signature does not match: no key of merchant 1900000109 made it
	// 401 unsigned, because the body carries no signature
	// 422 missing_field, because a required field is missing: total_fee
}

// Reasons are errors, so that errors.Is tells them apart.
func ExampleReason() {
	_, err := verifier.ParseXML(`<!DOCTYPE xml><xml></xml>`)
	fmt.Println(errors.Is(err, verifier.Malformed), errors.Is(err, verifier.BadSignature))
	// Output: true false
}

// An ack is in the format of the notification. SUCCESS ends the repeats, so send it
// after your own work is done, and send FAIL with another status than 200.
func ExampleAckFormat() {
	for _, body := range []string{"<xml>...</xml>", `{"id": "..."}`} {
		format := verifier.AckFormatFor(body)
		fmt.Println(format.ContentType())
		fmt.Println(format.Success())
		fmt.Println(format.Fail("订单不存在"))
	}
	// Output:
	// text/xml; charset=utf-8
	// <xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>
	// <xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[订单不存在]]></return_msg></xml>
	// application/json
	// {"code":"SUCCESS","message":"OK"}
	// {"code":"FAIL","message":"订单不存在"}
}
