package caddymodule

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// AmountGuard compares the amount that was paid with that of the order, before the
// upstream is called. A signature proves only that WeChat Pay took this amount for this
// order number. Exactly one of its fields is set. It looks at successful payments alone.
type AmountGuard struct {
	// Where to ask for the order, with placeholders such as
	// `{http.wechatpay.out_trade_no}`. The answer to the GET is
	// `200 {"total": <fen>, "currency": "CNY"}`, currency being CNY when it is absent, or
	// 404 for an order that is not known yet.
	Lookup string `json:"lookup,omitempty"`

	// The secrets, current and previous, of the MAC at the end of the order's attach.
	Attach []string `json:"attach,omitempty"`

	orders  *orderLookup
	secrets []string
}

const (
	guardLookup = "lookup"
	guardAttach = "attach"
)

func (h *Handler) unmarshalAmountGuard(d *caddyfile.Dispenser) error {
	if !d.NextArg() {
		return d.ArgErr()
	}
	h.AmountGuard = new(AmountGuard)
	switch how, args := d.Val(), d.RemainingArgs(); {
	case how == guardLookup && len(args) == 1:
		h.AmountGuard.Lookup = args[0]
	case how == guardAttach && (len(args) == 1 || len(args) == 2):
		h.AmountGuard.Attach = args
	case how == guardLookup, how == guardAttach:
		return d.ArgErr()
	default:
		return d.Errf("amount_guard %q is neither %s nor %s", how, guardLookup, guardAttach)
	}
	return nil
}

func (g *AmountGuard) provision(logger *zap.Logger) (err error) {
	repl := caddy.NewReplacer()
	switch {
	case g.Lookup != "" && len(g.Attach) > 0, g.Lookup == "" && len(g.Attach) == 0:
		return errors.New("amount_guard needs either a lookup URL or attach secrets")
	case g.Lookup != "":
		g.orders, err = newOrderLookup(repl, g.Lookup)
		return err
	}
	if g.secrets, err = expandAll(repl, "amount_guard attach", g.Attach); err != nil {
		return err
	}
	if slices.ContainsFunc(g.secrets, func(secret string) bool { return strings.TrimSpace(secret) == "" }) {
		return errors.New("amount_guard attach: a secret is blank; make one with: openssl rand -hex 32")
	}
	if hasLiteral(g.Attach) {
		logger.Warn("a secret of amount_guard attach " + standsInConfig)
	}
	return nil
}

// checkAttach compares the amount with the MAC in attach, which the upstream does not
// get to see.
func (g *AmountGuard) checkAttach(n *verifier.Notification) error {
	if g == nil || len(g.secrets) == 0 || !isPaid(n) {
		return nil
	}
	for i := range n.Orders {
		order := &n.Orders[i]
		text, ok := verifier.OpenAttach(g.secrets, order.Attach, order.Order)
		if !ok {
			return &verifier.Error{
				Reason: verifier.AmountMismatch, Detail: "attach does not end in a MAC over this order and amount",
				MchID: n.MchID, Kind: n.Kind,
			}
		}
		order.ReplaceAttach(text)
	}
	return nil
}

// lookUp compares the amount with what the shop says about the order. The verdict is
// OK where there is nothing to compare.
func (g *AmountGuard) lookUp(ctx context.Context, d *delivery) verdict {
	if g == nil || g.orders == nil || !d.facts.paid {
		return verdict{}
	}
	began := time.Now()
	defer func() { d.lookupTime = time.Since(began) }()
	return g.orders.compare(ctx, d)
}

// name tells how the amount is compared, if it is.
func (g *AmountGuard) name(paid bool) string {
	switch {
	case g == nil || !paid:
		return ""
	case g.orders != nil:
		return guardLookup
	}
	return guardAttach
}

// isPaid reports whether money has come in for an order. Other notifications have no
// amount that could be wrong; profit sharing only shares the name of the event.
func isPaid(n *verifier.Notification) bool {
	return len(n.Orders) > 0 && n.EventType == "TRANSACTION.SUCCESS"
}
