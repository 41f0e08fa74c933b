package integration

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// On one URL, each merchant is served by what it is configured for, and by nobody else's
// keys.
func TestMerchantsOfEitherVersion(t *testing.T) {
	t.Setenv("WECHATPAY_APIV3_KEY", apiV3Key)
	file := filepath.Join(t.TempDir(), "stranger.pem")
	if err := os.WriteFile(file, byStranger().PEM, 0o600); err != nil {
		t.Fatal(err)
	}
	const onlyV2, onlyV3 = "1900000201", "1900000301"
	site := withMerchantOptions(gate("merchant "+onlyV2+" {\n\t\tkey {env.WECHATPAY_APIV2_KEY}\n\t}",
		"merchant "+onlyV3+" {\n\t\tapiv3_key {env.WECHATPAY_APIV3_KEY}\n\t\tpublic_key "+byStranger().Serial+" "+file+"\n\t}"), v3Options(t)) + proxy
	e := start(t, reporting+site)
	v2 := func(merchant string) note {
		return note{body: wechatpaytest.Payment(merchant).Sign(apiKey, verifier.MD5)}
	}
	refund := func(merchant string) note { return note{body: wechatpaytest.Refund().SealRefund(merchant, apiKey)} }
	v3 := func(merchant string, platform *wechatpaytest.Platform) note {
		return signedBy(platform, wechatpaytest.V3Transaction(merchant).Body(apiV3Key))
	}
	okV3 := verdict{"ok", 200, successJSON}
	noMerchant := func(ack string) verdict { return verdict{"unknown_merchant", 401, ack} }
	for _, row := range []struct {
		rule     string
		note     note
		want     verdict
		merchant string
	}{
		{"both, by APIv2", v2(mchID), yes, mchID},
		{"both, a refund by APIv2", refund(mchID), yes, mchID},
		{"both, by APIv3", v3(mchID, byPublicKey()), okV3, mchID},
		{"both, by a certificate", v3(mchID, byCertificate()), okV3, mchID},
		{"APIv2 alone, by APIv2", v2(onlyV2), yes, onlyV2},
		{"APIv2 alone, a refund", refund(onlyV2), yes, onlyV2},
		{"APIv2 alone, by APIv3 of another's key", v3(onlyV2, byPublicKey()), noMerchant(failJSON(refused)), mchID},
		{"APIv3 alone, by APIv3", v3(onlyV3, byStranger()), okV3, onlyV3},
		{"APIv3 alone, by another's key", v3(onlyV3, byPublicKey()), noMerchant(failJSON(refused)), mchID},
		{"both, by another's key", v3(mchID, byStranger()), noMerchant(failJSON(refused)), onlyV3},
		{"APIv3 alone, by APIv2", v2(onlyV3), noMerchant(failXML(refused)), "unknown"},
		{"APIv3 alone, a refund by APIv2", refund(onlyV3), noMerchant(failXML(refused)), "unknown"},
	} {
		t.Run(row.rule, func(t *testing.T) {
			e.t = t
			calls := 0
			if row.want.status == 200 {
				calls = 1
			}
			wantNote(t, e, row.note, row.want, calls)
			wantFields(t, e.logs.one(t, accessLogger), map[string]any{"mchid": row.merchant, "reason": row.want.reason})
		})
	}
}
