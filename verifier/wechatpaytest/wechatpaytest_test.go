package wechatpaytest_test

import (
	"encoding/xml"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// Published signatures. Package verifier holds more of them against this package,
// in its own tests.
func TestSignature(t *testing.T) {
	const exampleKey = "192006250b4c09247ec02edce69f6a2d"
	tests := []struct {
		name     string
		fields   wechatpaytest.Fields
		key      string
		signType verifier.SignType
		want     string
	}{
		{"the documentation's example", wechatpaytest.Fields{"appid": "wxd930ea5d5a258f4f", "mch_id": "10000100", "device_info": "1000",
			"body": "test", "nonce_str": "ibuaiVcKdpRxkhJA"}, exampleKey, verifier.MD5, "9A0A8659F005D6984697E2CA0A9CF3B7"},
		{"HMAC-SHA256", wechatpaytest.Fields{"test1": "test1", "test2": "test2"}, exampleKey, verifier.HMACSHA256,
			"EDAC6D70D2FDF5A2382F8204FC96A1918017E46ACC5297F565ED1A7610ACF659"},
		{"MD5 where no type is given", wechatpaytest.Fields{"test1": "test1", "test2": "test2"}, exampleKey, verifier.AnySignType,
			"1E3A8D73B5A4AEE787C0F68B5DAB8520"},
		{"empty values and sign are left out", wechatpaytest.Fields{"name": "yansongda", "age": "29", "foo": "", "sign": "x"}, "yansongda",
			verifier.MD5, "3213848AED2C380749FD1D559555881D"},
		{"sign_type is signed", wechatpaytest.Fields{"appid": "wx2421b1c4370ec43b", "mch_id": "10000100", "plan_id": "12535",
			"contract_code": "100000", "request_serial": "1000", "contract_display_account": "微信代扣", "notify_url": "https://weixin.qq.com",
			"version": "1.0", "timestamp": "1414488825", "return_app": "Y", "sign_type": "MD5"}, exampleKey, verifier.MD5,
			"588134C9FA5B9D4E89E44FA303F6CB6F"},
	}
	for _, test := range tests {
		if got := wechatpaytest.Signature(test.fields, test.key, test.signType); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

// Two payments are two orders, so that no test hangs on what another one did.
func TestPaymentIsFresh(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		payment := wechatpaytest.Payment("1900000109")
		for _, name := range []string{"out_trade_no", "transaction_id", "nonce_str"} {
			if seen[payment[name]] {
				t.Fatalf("%s %s comes twice", name, payment[name])
			}
			seen[payment[name]] = true
		}
	}
}

func TestPaymentVerifies(t *testing.T) {
	v, err := verifier.New(verifier.Config{
		Merchants: []verifier.Merchant{{MchID: "1900000109", Keys: []string{key}}},
		MaxAge:    time.Minute,
		Now:       time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, signType := range []verifier.SignType{verifier.MD5, verifier.HMACSHA256} {
		var n verifier.Notification
		if err := v.Verify(wechatpaytest.Payment("1900000109").Sign(key, signType), nil, &n); err != nil {
			t.Fatalf("%s: %v", signType, err)
		}
		if n.Kind != verifier.Payment || n.State != "SUCCESS" || n.Total != 1 || len(n.Warnings) > 0 {
			t.Errorf("%s: got %s %s of %d with %q", signType, n.Kind, n.State, n.Total, n.Warnings)
		}
	}
}

// Times are those of Beijing, wherever the test runs.
func TestPaymentAt(t *testing.T) {
	paid := time.Date(2018, 8, 22, 17, 56, 6, 0, time.UTC)
	if got := wechatpaytest.PaymentAt("1900000109", paid)["time_end"]; got != "20180823015606" {
		t.Errorf("got %s", got)
	}
}

// Cases that share a starting point do not change it.
func TestMethodsReturnCopies(t *testing.T) {
	fields := wechatpaytest.Payment("1900000109")
	before := maps.Clone(fields)
	fields.With("attach", "x")
	fields.Without("attach", "no such field")
	fields.Signed(key, verifier.MD5)
	fields.Sign(key, verifier.MD5)
	if !maps.Equal(fields, before) {
		t.Errorf("got %v, want %v", fields, before)
	}
}

// A sign that is there already has no say in the new one.
func TestSignedReplacesSign(t *testing.T) {
	fields := wechatpaytest.Payment("1900000109")
	if got, want := fields.With("sign", "x").Signed(key, verifier.MD5), fields.Signed(key, verifier.MD5); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// XML has the shape that WeChat Pay sends, and loses nothing.
func TestXML(t *testing.T) {
	fields := wechatpaytest.Fields{"attach": "a]]>b<c>&d\n\"'外", "total_fee": "1", "coupon_fee": "<", "empty": "", "return": "1\r\n2"}
	body := fields.XML()
	if !strings.Contains(body, "<total_fee>1</total_fee>\n") || !strings.Contains(body, "<empty><![CDATA[]]></empty>\n") {
		t.Errorf("got %s", body)
	}
	var read struct {
		Elements []struct {
			XMLName xml.Name
			Text    string `xml:",chardata"`
		} `xml:",any"`
	}
	if err := xml.Unmarshal([]byte(body), &read); err != nil {
		t.Fatal(err)
	}
	got, names := wechatpaytest.Fields{}, []string{}
	for _, element := range read.Elements {
		got[element.XMLName.Local] = element.Text
		names = append(names, element.XMLName.Local)
	}
	if !maps.Equal(got, fields) || !slices.IsSorted(names) {
		t.Errorf("got %q, want %q", got, fields)
	}
}
