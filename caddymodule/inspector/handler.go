// Package inspector is the Caddy HTTP handler that shows the last deliveries of WeChat
// Pay's notifications on a page of its own: what came, what was refused and why.
package inspector

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

func init() {
	caddy.RegisterModule(new(Handler))
}

// Handler shows the last deliveries of WeChat Pay notifications (微信支付回调通知) on a page,
// as they come in, of all `wechatpay_notify` handlers of this Caddy: what became of each,
// at which step and why, how long it took, and what was forwarded. Values that are not
// known to be harmless are masked before anything is kept. What is kept is in memory, and
// only while there is an inspector.
//
// It answers GET and HEAD; everything else goes to the next handler. By default it
// answers only browsers on the machine itself. The page works under any path.
type Handler struct {
	// Addresses and ranges, in CIDR notation, from which the page may be opened. The
	// client's address is taken as Caddy knows it, so `trusted_proxies` counts. Default:
	// the machine itself alone, with no proxy in between, and under the name localhost or
	// a loopback address.
	Allow []string `json:"allow,omitempty"`

	// How many deliveries are kept, at most 5000. Those that were refused before it was
	// clear what they tell, which anybody may have sent, are counted apart; a quarter as
	// many of them are kept. The largest number of several inspectors holds for all.
	// Default: 300.
	Keep int `json:"keep,omitempty"`

	allowed []netip.Prefix
	refused *zap.Logger // sampled: strangers decide how often it is used
}

const (
	defaultKeep = 300
	mostKept    = 5000
)

// CaddyModule returns the Caddy module information.
func (*Handler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "http.handlers.wechatpay_inspector",
		New: func() caddy.Module { return new(Handler) },
	}
}

// Provision opens the journal.
func (h *Handler) Provision(ctx caddy.Context) error {
	if h.Keep == 0 {
		h.Keep = defaultKeep
	}
	if h.Keep < 1 || h.Keep > mostKept {
		return fmt.Errorf("keep %d is not a number of deliveries from 1 to %d", h.Keep, mostKept)
	}
	for _, expression := range h.Allow {
		prefix, err := parseRange(expression)
		if err != nil {
			return err
		}
		h.allowed = append(h.allowed, prefix)
	}
	h.refused = ctx.Logger().WithOptions(zap.WrapCore(sample))
	deliveries.enter(h, h.Keep)
	return nil
}

// sample thins out floods.
func sample(core zapcore.Core) zapcore.Core {
	return zapcore.NewSamplerWithOptions(core, time.Minute, 10, 1000)
}

// Cleanup lets the journal go. It is called after a failed Provision, too.
func (h *Handler) Cleanup() error {
	deliveries.leave(h)
	return nil
}

// ServeHTTP serves the page, and the deliveries that it asks for at its own address.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return next.ServeHTTP(w, r) // it may be a notification
	}
	if err := h.admit(r); err != nil {
		h.refused.Warn("the inspector was not shown", zap.Error(err))
		return caddyhttp.Error(http.StatusForbidden, err)
	}
	query := r.URL.Query()
	if !query.Has("after") {
		return send(w, "text/html; charset=utf-8", page.html)
	}
	if !isOwnRequest(r) {
		return caddyhttp.Error(http.StatusForbidden, errors.New("another site asked for the inspector's deliveries"))
	}
	seq, err := strconv.ParseUint(query.Get("after"), 10, 53) // what JavaScript can count to
	if err != nil {
		return caddyhttp.Error(http.StatusBadRequest, errors.New("after is not the number of a delivery"))
	}
	body, err := json.Marshal(deliveries.since(seq))
	if err != nil {
		return err
	}
	return send(w, "application/json", body)
}

// send answers with headers that keep everybody else from making use of the answer.
func send(w http.ResponseWriter, contentType string, body []byte) error {
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("Content-Security-Policy", page.policy)
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	_, err := w.Write(body)
	return err
}

// Interface guards
var (
	_ caddy.Provisioner           = (*Handler)(nil)
	_ caddy.CleanerUpper          = (*Handler)(nil)
	_ caddyhttp.MiddlewareHandler = (*Handler)(nil)
)
