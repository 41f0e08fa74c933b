package caddymodule

import (
	"strings"
	"sync"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// facts are what is reported about a delivery. They name merchants, orders and
// amounts; they never hold a key, a signature, or who paid: openid, attach and
// bank_type stay out of logs.
type facts struct {
	merchant, kind string // as labels: unknown until they are proven

	id, eventType, outTradeNo, transactionID, currency string

	total    int64
	warnings []string
}

const unknown = "unknown"

// factsOf copies what it takes, so that the body can be forgotten.
func factsOf(n *verifier.Notification) facts {
	return facts{
		merchant: n.MchID, kind: string(n.Kind),
		id: n.ID(), eventType: n.EventType,
		outTradeNo: strings.Clone(n.OutTradeNo), transactionID: strings.Clone(n.TransactionID),
		total: n.Total, currency: strings.Clone(n.Currency),
		warnings: append([]string(nil), n.Warnings...),
	}
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

// workspace is the memory that verifying takes and the rest of a delivery does not.
// While the upstream is busy, a delivery holds little more than the document.
type workspace struct {
	notification verifier.Notification
	document     []byte
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// verify returns what the upstream gets for body, and what is to be reported.
func (h *Handler) verify(body string, d *delivery) (document string, err error) {
	ws := workspaces.Get().(*workspace)
	defer workspaces.Put(ws)
	if err := h.verifier.Verify(body, d.request.Header, &ws.notification); err != nil {
		return "", err
	}
	d.facts = factsOf(&ws.notification)
	ws.document = ws.notification.AppendJSON(ws.document[:0])
	return string(ws.document), nil
}

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
