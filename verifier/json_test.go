package verifier_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

var update = flag.Bool("update", false, "rewrite testdata/golden; read the difference before you commit it")

const goldenDir = "testdata/golden"

// goldenNotifications are what the upstream's JSON is pinned for, byte for byte,
// each under the name of its file.
var goldenNotifications = map[string]struct {
	fields   wechatpaytest.Fields
	signType verifier.SignType
}{
	"payment": {payment().With("trade_type", "MWEB").With("bank_type", "CFT").With("attach", "pay"), verifier.MD5},

	"payment-hmac": {with(payment(), "sign_type", "HMAC-SHA256", "device_info", "WEB-1", "return_msg", "OK"), verifier.HMACSHA256},

	"payment-minimal": {wechatpaytest.Fields{
		"appid": "wx2421b1c4370ec43b", "mch_id": mchID, "out_trade_no": "SH201808222055598628",
		"transaction_id": "4200000171201808221550954201", "total_fee": "1", "return_code": "SUCCESS", "result_code": "SUCCESS",
	}, verifier.MD5},

	"payment-service-provider": {with(payment(), "sub_mch_id", "1900000120", "sub_appid", "wxd930ea5d5a258f4f",
		"sub_openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "sub_is_subscribe", "Y"), verifier.MD5},

	"payment-service-provider-minimal": {with(payment().Without("openid"), "sub_mch_id", "1900000120"), verifier.MD5},

	"payment-failed": {failedPayment(), verifier.MD5},

	"payment-failed-minimal": {wechatpaytest.Fields{
		"mch_id": mchID, "out_trade_no": "SH201808222055598628", "return_code": "SUCCESS", "result_code": "FAIL",
	}, verifier.MD5},

	"deduction": {with(payment(), "trade_type", "PAP", "trade_state", "SUCCESS", "contract_id", "Wx15463511252015071056489715"), verifier.MD5},

	"deduction-failed": {with(payment().Without("cash_fee", "time_end"), "trade_type", "PAP", "trade_state", "PAY_FAIL", "result_code", "FAIL",
		"contract_id", "Wx15463511252015071056489715", "err_code", "NOTENOUGH", "err_code_des", "余额不足", "total_fee", "3000"), verifier.HMACSHA256},

	// Indexes have gaps, a type is missing, the tenth comes after the second, and
	// coupon_count, which nobody should trust, is wrong.
	"coupons": {with(payment(), "total_fee", "100", "cash_fee", "58", "coupon_fee", "42", "coupon_count", "99",
		"coupon_id_0", "2000000000507143213", "coupon_type_0", "CASH", "coupon_fee_0", "10",
		"coupon_id_2", "2000000000507143214", "coupon_type_2", "NO_CASH", "coupon_fee_2", "20",
		"coupon_id_3", "2000000000507143215",
		"coupon_id_10", "2000000000507143216", "coupon_fee_10", "12",
		"coupon_type_11", "CASH"), verifier.MD5},

	"coupons-no-index": {with(payment(), "coupon_id", "10000", "coupon_type", "CASH", "coupon_count", "1"), verifier.MD5},

	"promotion-detail": {with(payment(), "version", "1.0", "total_fee", "100", "cash_fee", "90", "coupon_fee", "10", "coupon_id_0", "2000000000507143213",
		"promotion_detail", `{"promotion_detail":[{"promotion_id":"109519","name":"单品惠-6","scope":"SINGLE","type":"DISCOUNT","amount":5}]}`), verifier.MD5},

	"promotion-detail-not-json": {with(payment(), "promotion_detail", `[{"cut off`, "coupon_id_0", "2000000000507143213", "coupon_fee_0", "0"), verifier.MD5},

	"currency": {with(payment(), "total_fee", "100", "fee_type", "USD", "cash_fee", "650", "cash_fee_type", "CNY", "rate_value", "650000000"), verifier.MD5},

	"currency-payer-only": {with(payment().Without("fee_type"), "cash_fee_type", "HKD"), verifier.MD5},

	"attach": {with(payment(), "attach", "a\"b\\c'd</script>&amp;\n\t\r\u0085\u2028😀订单]]>\u007f{\"k\":[1]}"), verifier.MD5},

	"unknown-fields": {with(payment(), "brand_new", "0", "Zebra", " ", "user_repaid", "N"), verifier.MD5},
}

func TestGolden(t *testing.T) {
	v := newVerifier(t)
	for name, notification := range goldenNotifications {
		t.Run(name, func(t *testing.T) {
			body := notification.fields.Sign(key, notification.signType)
			n, err := judge(t, v, body)
			wantReason(t, err, verifier.OK)
			got := string(n.AppendJSON(nil)) + "\n"
			path := filepath.Join(goldenDir, name+".json")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			wantForwarded(t, &n, body)
			wantNoEmptyMember(t, []byte(got))
		})
	}
}

// A document that no test makes any more must not stay behind as if it were pinned.
// Those whose names begin with v3 belong to the tests of APIv3.
func TestGoldenFilesAreAllUsed(t *testing.T) {
	files, err := os.ReadDir(goldenDir)
	if err != nil || len(files) < len(goldenNotifications) {
		t.Errorf("%d files for %d notifications (%v)", len(files), len(goldenNotifications), err)
	}
	bodies := goldenBodies(t)
	for _, file := range files {
		name := strings.TrimSuffix(file.Name(), filepath.Ext(file.Name()))
		_, made := goldenNotifications[name]
		if !made && !slices.Contains(bodies, name) && !strings.HasPrefix(name, "v3") {
			t.Errorf("%s belongs to no notification", file.Name())
		}
	}
}

// wantNoEmptyMember demands that what is absent is absent: no member is null, empty
// text, an empty object or an empty list.
func wantNoEmptyMember(t *testing.T, text []byte) {
	t.Helper()
	var document any
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch value := value.(type) {
		case nil:
			t.Errorf("%s is null", path)
		case string:
			if value == "" {
				t.Errorf("%s is empty", path)
			}
		case []any:
			if len(value) == 0 {
				t.Errorf("%s is empty", path)
			}
			for _, element := range value {
				walk(path+"[]", element)
			}
		case map[string]any:
			if len(value) == 0 {
				t.Errorf("%s is empty", path)
			}
			for name, member := range value {
				walk(path+"."+name, member)
			}
		}
	}
	walk("", document)
}
