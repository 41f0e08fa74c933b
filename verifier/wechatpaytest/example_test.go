package wechatpaytest_test

import (
	"fmt"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

const key = "Kd8sPq2vXw7LmN4tYb6Rc9Zf3Hj5Gu1A"

// An upstream is tested with notifications of one's own, genuine and forged.
func ExamplePayment() {
	v, err := verifier.New(verifier.Config{
		Merchants: []verifier.Merchant{{MchID: "1900000109", Keys: []string{key}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	order := wechatpaytest.Payment("1900000109").With("out_trade_no", "ORDER-1001").With("total_fee", "100")

	var n verifier.Notification
	fmt.Println(v.Verify(order.Sign(key, verifier.HMACSHA256), nil, &n), n.OutTradeNo, n.Total)
	fmt.Println(v.Verify(order.Signed(key, verifier.MD5).With("total_fee", "1").XML(), nil, &n))
	// Output:
	// <nil> ORDER-1001 100
	// the signature does not match: no key of merchant 1900000109 made it
}

func ExampleFields_Sign() {
	fields := wechatpaytest.Fields{"mch_id": "1900000109", "out_trade_no": "ORDER-1001", "total_fee": "100"}
	fmt.Println(fields.Sign(key, verifier.MD5))
	// Output:
	// <xml><mch_id><![CDATA[1900000109]]></mch_id>
	// <out_trade_no><![CDATA[ORDER-1001]]></out_trade_no>
	// <sign><![CDATA[9F5D58AE06707D54CD7AE28E46194304]]></sign>
	// <total_fee>100</total_fee>
	// </xml>
}
