package verifier_test

import (
	"os"
	"path/filepath"
	"testing"
)

const v3GoldenDir = "testdata/v3/golden"

// goldenV3 are notifications of APIv3 whose JSON is pinned, byte for byte, each under the
// name of its file.
var goldenV3 = map[string]v3Event{
	"payment":                  asPayment(v3Transaction()),
	"payment-service-provider": asPayment(v3PartnerTransaction()),
	"payment-failed":           asFailure(v3FailedTransaction()),
	"payment-coupons": asPayment(v3Transaction().with("amount.total", 100).with("amount.payer_total", 58).with("promotion_detail", []members{
		{"coupon_id": "2000000000507143213", "name": "立减券", "scope": "GLOBAL", "type": "NOCASH", "amount": 42, "stock_id": "931386",
			"wechatpay_contribute": 0, "merchant_contribute": 42, "other_contribute": 0, "currency": "CNY"},
	})),
	"payment-as-written": v3Payment("{\n  \"mchid\": \"" + mchID + "\", \"appid\": \"wx2421b1c4370ec43b\",\r\n\t\"out_trade_no\": \"SH\\u0031\", \"attach\": \"\", \"transaction_id\": \"42\"," +
		" \"trade_state\": \"SUCCESS\", \"amount\": {\"total\": 1, \"rate\": 6.50}, \"promotion_detail\": [ ]\n}\n"),
	"deduction":               asPayment(v3Deduction()),
	"deduction-failed":        asFailure(v3FailedDeduction()),
	"combined":                asPayment(v3CombinedResource()),
	"combined-failed":         asFailure(v3FailedCombined()),
	"refund":                  v3Refund(v3RefundResource()),
	"refund-abnormal":         v3RefundOf("ABNORMAL"),
	"refund-closed":           v3RefundOf("CLOSED"),
	"refund-service-provider": v3Refund(v3PartnerRefund()),
	"profit-sharing":          {eventType: "TRANSACTION.SUCCESS", originalType: "profitsharing", plaintext: v3ProfitSharing().json()},
	"other":                   {eventType: "PAYSCORE.USER_PAID", originalType: "payscore", plaintext: `{"out_order_no":"1234323JKHDFE1243252","state":"DONE","total_amount":30000}`},
	"question":                {eventType: "PARKING_FEE.QUERY_TRANS_INFO", originalType: "parking", plaintext: `{"plate_number":"粤B888888"}`},
}

func TestV3Golden(t *testing.T) {
	v := newV3Verifier(t)
	for name, e := range goldenV3 {
		t.Run(name, func(t *testing.T) {
			n := acceptV3(t, v, e)
			got := string(n.AppendJSON(nil)) + "\n"
			path := filepath.Join(v3GoldenDir, name+".json")
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
		})
	}
}

// A document that no test makes any more must not stay behind as if it were pinned.
func TestV3GoldenFilesAreAllUsed(t *testing.T) {
	files, err := os.ReadDir(v3GoldenDir)
	if err != nil || len(files) != len(goldenV3) {
		t.Errorf("%d files for %d notifications (%v)", len(files), len(goldenV3), err)
	}
}
