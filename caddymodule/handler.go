// Package caddymodule is the Caddy HTTP handler that takes WeChat Pay's
// notifications for an upstream: it verifies them with package verifier, forwards
// what is genuine as JSON, and turns the upstream's answer into WeChat Pay's ack.
package caddymodule

import (
	"encoding/json"
	"net/http"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

func init() {
	caddy.RegisterModule(new(Handler))
}

// Handler verifies WeChat Pay notifications (微信支付回调通知) before they reach
// the upstream. Forged and malformed ones are refused at the edge. Genuine ones are
// forwarded as JSON to the next handler, such as `reverse_proxy`
// or `php_fastcgi`, and the upstream's plain answer becomes exactly the ack that
// WeChat Pay accepts. Status 200 goes back only together with SUCCESS, and only
// after the upstream said yes.
//
// These placeholders are set once a delivery is decided. What the signature has
// not proven is `unknown` or empty:
//
// Placeholder | Description
// ------------|-------------
// `{http.wechatpay.outcome}` | `accepted`, `duplicate`, `declined`, `rejected` or `failed`
// `{http.wechatpay.reason}` | Why, from a closed set of words, such as `ok` or `bad_signature`
// `{http.wechatpay.kind}` | The kind of the notification, such as `payment`
// `{http.wechatpay.mchid}` | The merchant number
//
// These are set before the upstream is called:
//
// Placeholder | Description
// ------------|-------------
// `{http.wechatpay.id}` | The idempotency key, equal for every delivery of the same fact
// `{http.wechatpay.event_type}` | Such as `TRANSACTION.SUCCESS`
// `{http.wechatpay.out_trade_no}` | The merchant's order number
// `{http.wechatpay.transaction_id}` | WeChat Pay's order number
// `{http.wechatpay.total}` | The order amount in the smallest unit of its currency (fen for CNY)
// `{http.wechatpay.currency}` | The currency of the order, such as `CNY`
type Handler struct {
	// The merchants whose notifications are accepted. At least one is required.
	Merchants []Merchant `json:"merchants,omitempty"`

	// `enforce` refuses what does not verify. `shadow` verifies and logs, but
	// passes request and reply through untouched whatever the verdict, for a first
	// week in front of live money. Default: `enforce`.
	Mode string `json:"mode,omitempty"`

	// The form in which verified notifications are forwarded. `json`: in the vocabulary
	// of APIv3, whichever API they came by. `xml`: as they came, for apps that cannot
	// change; APIv2 alone. `cloudevents`: the JSON as data of a CloudEvents 1.0 event.
	// Default: `json`.
	Forward string `json:"forward,omitempty"`

	// What counts as the upstream's yes. `explicit`: status 2xx with an empty
	// body, the text `success` or `ok`, or a JSON or XML body whose `code` or
	// `return_code` is SUCCESS or OK. `status`: every 2xx. Default: `explicit`.
	Accept string `json:"accept,omitempty"`

	// Further values of `code` or `return_code` that `explicit` takes for a yes,
	// such as `0` for apps that answer `{"code":0}`.
	AcceptCodes []string `json:"accept_codes,omitempty"`

	// Notifications whose own time is longer ago are refused. Default: 48h.
	MaxAge caddy.Duration `json:"max_age,omitempty"`

	// Larger bodies are refused, in bytes. Default: 65536.
	MaxBodySize int64 `json:"max_body_size,omitempty"`

	// How long the upstream may take. The call goes on when WeChat Pay hangs up,
	// which it does after 5 seconds. Default: 30s.
	UpstreamTimeout caddy.Duration `json:"upstream_timeout,omitempty"`

	// Request headers that are forwarded besides User-Agent, X-Forwarded-*,
	// Forwarded, X-Request-Id, Traceparent, Tracestate and Baggage. Headers are
	// not signed: whoever replays a notification can set them at will.
	KeepHeaders []string `json:"keep_headers,omitempty"`

	// Secrets, current and previous, with which the forwarded request is signed after
	// Standard Webhooks, so that the upstream can check that it came through here.
	// Default: it is not signed.
	WebhookSecrets []string `json:"webhook_secrets,omitempty"`

	// Compares the amount with that of the order. Default: the upstream does.
	AmountGuard *AmountGuard `json:"amount_guard,omitempty"`

	// Where it is remembered which notifications the upstream has accepted: each
	// reaches it once, however often WeChat Pay delivers it. `{"store": "off"}` leaves
	// that to the upstream. Default: `{"store": "file"}`.
	DedupeRaw json.RawMessage `json:"dedupe,omitempty" caddy:"namespace=http.wechatpay.stores inline_key=store"`

	verifier *verifier.Verifier
	records  *records // nil with dedupe off
	judge    judge
	headers  headerFilter
	form     form
	secrets  webhookSecrets
	emit     emitter
	logger   *zap.Logger
	rejected *zap.Logger // sampled: strangers decide how often it is used
}

// The values of Mode, Forward and Accept.
const (
	modeEnforce    = "enforce"
	modeShadow     = "shadow"
	acceptExplicit = "explicit"
	acceptStatus   = "status"

	forwardJSON        = "json"
	forwardXML         = "xml"
	forwardCloudEvents = "cloudevents"
)

// CaddyModule returns the Caddy module information.
func (*Handler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "http.handlers.wechatpay_notify",
		New: func() caddy.Module { return new(Handler) },
	}
}

// ServeHTTP takes one delivery of a notification.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	if h.Mode == modeShadow {
		return h.shadow(w, r, next)
	}
	d := h.newDelivery(w, r)
	defer d.countInFlight()()
	document, err := d.verify(readBody(r, h.MaxBodySize))
	if err != nil {
		return d.finish(rejection(err))
	}
	defer underway.begin(h)()
	if v := d.begin(); v.reason != verifier.OK {
		return d.finish(v)
	}
	defer d.end()
	return d.finish(d.settle(d.ask(next, document)))
}

// Interface guards
var (
	_ caddy.Provisioner           = (*Handler)(nil)
	_ caddy.CleanerUpper          = (*Handler)(nil)
	_ caddyhttp.MiddlewareHandler = (*Handler)(nil)
)
