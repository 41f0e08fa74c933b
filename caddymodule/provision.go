package caddymodule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// Defaults of the configuration.
const (
	defaultMaxAge          = caddy.Duration(48 * time.Hour)
	defaultMaxBodySize     = 64 << 10
	defaultUpstreamTimeout = caddy.Duration(30 * time.Second)
)

// Provision fills in defaults, expands secrets and refuses what cannot be meant.
func (h *Handler) Provision(ctx caddy.Context) error {
	h.logger = ctx.Logger()
	h.rejected = h.logger.WithOptions(zap.WrapCore(sample))
	if err := h.provisionOptions(); err != nil {
		return err
	}
	repl := caddy.NewReplacer()
	merchants, err := h.expandMerchants(repl)
	if err != nil {
		return err
	}
	if err := metrics.register(ctx.GetMetricsRegistry(), merchants); err != nil {
		return err
	}
	if h.secrets, err = newWebhookSecrets(repl, h.WebhookSecrets); err != nil {
		return err
	}
	if hasLiteral(h.WebhookSecrets) {
		h.logger.Warn("a webhook_secret " + standsInConfig)
	}
	h.verifier, err = verifier.New(verifier.Config{
		Merchants: merchants,
		MaxAge:    time.Duration(h.MaxAge),
		Now:       time.Now,
	})
	if err != nil {
		return err
	}
	if h.AmountGuard != nil {
		if err := h.AmountGuard.provision(h.logger); err != nil {
			return err
		}
	}
	if h.emit, err = newEmitter(ctx, h.logger); err != nil {
		return err
	}
	return h.provisionDedupe(ctx)
}

// Cleanup gives up the records. Requests that are still on their way hold on to them
// by themselves.
func (h *Handler) Cleanup() error {
	if h.records != nil {
		h.records.giveBack()
	}
	return nil
}

// sample thins out floods: of each message, the first 100 in a second are logged
// and then every hundredth.
func sample(core zapcore.Core) zapcore.Core {
	return zapcore.NewSamplerWithOptions(core, time.Second, 100, 100)
}

func (h *Handler) provisionOptions() error {
	if err := oneOf("mode", &h.Mode, modeEnforce, modeShadow); err != nil {
		return err
	}
	if err := oneOf("forward", &h.Forward, forwardJSON, forwardXML, forwardCloudEvents); err != nil {
		return err
	}
	h.form = forms[h.Forward]
	if err := oneOf("accept", &h.Accept, acceptExplicit, acceptStatus); err != nil {
		return err
	}
	if h.Accept == acceptStatus && len(h.AcceptCodes) > 0 {
		return errors.New("accept status takes no codes: every 2xx is a yes")
	}
	h.judge = judge{byStatus: h.Accept == acceptStatus, codes: h.AcceptCodes}

	var err error
	if h.headers, err = newHeaderFilter(h.KeepHeaders); err != nil {
		return err
	}
	h.MaxAge = orDefault(h.MaxAge, defaultMaxAge)
	h.MaxBodySize = orDefault(h.MaxBodySize, defaultMaxBodySize)
	h.UpstreamTimeout = orDefault(h.UpstreamTimeout, defaultUpstreamTimeout)
	if h.MaxAge < 0 || h.MaxBodySize < 0 || h.UpstreamTimeout < 0 {
		return errors.New("max_age, max_body_size and upstream_timeout must be positive")
	}
	return nil
}

// oneOf checks the value of an option and sets its default, the first allowed one.
func oneOf(option string, value *string, allowed ...string) error {
	if *value == "" {
		*value = allowed[0]
	}
	if !slices.Contains(allowed, *value) {
		return fmt.Errorf("%s %q is not one of: %s", option, *value, strings.Join(allowed, ", "))
	}
	return nil
}

func orDefault[T comparable](value, fallback T) T {
	var unset T
	if value == unset {
		return fallback
	}
	return value
}

// MarshalLogObject keeps keys out of Caddy's trace log, even literal ones.
func (h *Handler) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("mode", h.Mode)
	enc.AddInt("merchants", len(h.Merchants))
	return nil
}
