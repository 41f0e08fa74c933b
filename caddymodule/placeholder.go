package caddymodule

import "strings"

// placeholder looks up {http.wechatpay.*}.
func (d *delivery) placeholder(key string) (any, bool) {
	name, ours := strings.CutPrefix(key, "http.wechatpay.")
	if !ours {
		return nil, false
	}
	switch name {
	case "id":
		return d.facts.id, true
	case "kind":
		return d.facts.kind, true
	case "mchid":
		return d.facts.merchant, true
	case "event_type":
		return d.facts.eventType, true
	case "out_trade_no":
		return d.facts.outTradeNo, true
	case "transaction_id":
		return d.facts.transactionID, true
	case "total":
		return d.facts.total, true
	case "currency":
		return d.facts.currency, true
	case "outcome":
		outcome, _ := d.decision()
		return outcome, true
	case "reason":
		_, reason := d.decision()
		return reason, true
	}
	return nil, false
}
