package integration

import (
	"cmp"
	"testing"
)

// wantReport checks the three places that tell how a delivery ended: the handler's
// own log line, the access log, and the placeholders, which the site has to put
// there (see reporting). merchant and kind are empty where nothing is proven.
func wantReport(t *testing.T, e *edge, outcome, reason, merchant, kind string) {
	t.Helper()
	merchant, kind = cmp.Or(merchant, "unknown"), cmp.Or(kind, "unknown")
	wantFields(t, e.logs.one(t, ownLogger), map[string]any{
		"outcome": outcome, "reason": reason, "merchant": merchant, "kind": kind,
	})
	wantFields(t, e.logs.one(t, accessLogger), map[string]any{
		"wechatpay_outcome": outcome, "wechatpay_reason": reason,
		"wechatpay_merchant": merchant, "wechatpay_kind": kind,
		"outcome": outcome, "reason": reason, "mchid": merchant, "kind": kind,
	})
	own, access := e.logs.one(t, ownLogger), e.logs.one(t, accessLogger)
	for _, name := range []string{"id", "event_type", "out_trade_no", "transaction_id", "total", "currency"} {
		if own[name] != access["wechatpay_"+name] {
			t.Errorf("%s is %v in our own line, and %v in the access log", name, own[name], access["wechatpay_"+name])
		}
	}
}

func wantFields(t *testing.T, line logLine, want map[string]any) {
	t.Helper()
	for name, value := range want {
		if line[name] != value {
			t.Errorf("%v: field %s is %v, want %v", line["logger"], name, line[name], value)
		}
	}
}
