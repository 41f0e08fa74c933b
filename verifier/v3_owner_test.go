package verifier_test

import (
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// The lists of appids and sub-merchants bind wherever the kind carries such a member.
func TestV3Owners(t *testing.T) {
	const appID, subMchID = "wx2421b1c4370ec43b", "1900000120"
	share := v3Event{eventType: "TRANSACTION.SUCCESS", originalType: "profitsharing", plaintext: v3ProfitSharing().json()}
	other := v3Event{eventType: "PAYSCORE.USER_PAID", originalType: "payscore", plaintext: `{"appid":"wx1","sub_mchid":"1"}`}
	tests := []struct {
		name            string
		appID, subMchID string // the lists; empty: none
		event           v3Event
		want            verifier.Reason
	}{
		{"the appid", appID, "", asPayment(v3Transaction()), verifier.OK},
		{"another appid", "wx1", "", asPayment(v3Transaction()), verifier.WrongAppID},
		{"appid in another case", "WX2421B1C4370EC43B", "", asPayment(v3Transaction()), verifier.WrongAppID},
		{"no appid on a failed payment", appID, "", asPayment(v3FailedTransaction().with("appid", absent)), verifier.WrongAppID},
		{"the appid of the service provider", appID, "", asPayment(v3PartnerTransaction()), verifier.OK},
		{"another appid of the service provider", appID, "", asPayment(v3PartnerTransaction().with("sp_appid", "wx1")), verifier.WrongAppID},
		{"the appid of the sub-merchant is not it", "wxd930ea5d5a258f4f", "", asPayment(v3PartnerTransaction()), verifier.WrongAppID},
		{"the sub-merchant", "", subMchID, asPayment(v3PartnerTransaction()), verifier.OK},
		{"another sub-merchant", "", "1", asPayment(v3PartnerTransaction()), verifier.WrongSubMerchant},
		{"no sub-merchant", "", subMchID, asPayment(v3Transaction()), verifier.WrongSubMerchant},
		{"both", appID, subMchID, asPayment(v3PartnerTransaction()), verifier.OK},
		{"the appid of a combined payment", appID, "", asPayment(v3CombinedResource()), verifier.OK},
		{"another appid of a combined payment", "wx1", "", asPayment(v3CombinedResource()), verifier.WrongAppID},
		{"a combined payment has no sub-merchant", "", "1", asPayment(v3CombinedResource()), verifier.OK},
		{"a refund has no appid", "wx1", "", v3Refund(v3RefundResource()), verifier.OK},
		{"the sub-merchant of a refund", "", subMchID, v3Refund(v3PartnerRefund()), verifier.OK},
		{"another sub-merchant of a refund", "", "1", v3Refund(v3PartnerRefund()), verifier.WrongSubMerchant},
		{"no sub-merchant of a refund", "", subMchID, v3Refund(v3RefundResource()), verifier.WrongSubMerchant},
		{"a share has neither", "wx1", "1", share, verifier.OK},
		{"of other events nothing is known", "wx2", "2", other, verifier.OK},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := newV3Verifier(t, withMerchant(func(m *verifier.Merchant) {
				if test.appID != "" {
					m.AppIDs = []string{"wx0", test.appID}
				}
				if test.subMchID != "" {
					m.SubMchIDs = []string{test.subMchID, "1900000999"}
				}
			}))
			_, err := judgeV3(t, v, test.event)
			wantReason(t, err, test.want)
		})
	}
}
