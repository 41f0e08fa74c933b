package caddymodule

import (
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// facts are what is reported about a delivery. They name merchants, orders and
// amounts; they never hold a key, a signature, or who paid: openid, attach and
// bank_type stay out of logs.
type facts struct {
	merchant, kind string // as labels: unknown until they are proven

	id, eventType, outTradeNo, transactionID, currency string

	total    int64
	paid     bool // money has come in
	warnings []string
}

const unknown = "unknown"

// factsOf copies what it takes, so that the body can be forgotten.
func factsOf(n *verifier.Notification) facts {
	return facts{
		merchant: n.MchID, kind: string(n.Kind),
		id: n.ID(), eventType: n.EventType,
		outTradeNo: strings.Clone(n.OutTradeNo), transactionID: strings.Clone(n.TransactionID),
		total: n.Total, paid: isPaid(n), currency: strings.Clone(n.Currency),
		warnings: append([]string(nil), n.Warnings...),
	}
}

// loggedID leaves out a licence plate, which says who it was.
func (f *facts) loggedID() string {
	if f.kind != string(verifier.Plate) {
		return f.id
	}
	parts := strings.Split(f.id, ":")
	if len(parts) > 2 { // after the resource type and the merchant, unless nothing is known
		parts[2] = "*"
	}
	return strings.Join(parts, ":")
}

// factsOfRefused are what is proven in spite of err.
func factsOfRefused(err *verifier.Error) facts {
	f := facts{merchant: unknown, kind: unknown}
	if err.MchID != "" {
		f.merchant = err.MchID
	}
	if err.Kind != "" {
		f.kind = string(err.Kind)
	}
	return f
}
