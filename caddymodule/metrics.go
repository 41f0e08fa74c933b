package caddymodule

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// countExpiry tells the metrics when each platform certificate ends. Every configuration
// has a registry of its own, in which all of its handlers share one gauge.
func countExpiry(registry *prometheus.Registry, merchants []verifier.Merchant) error {
	gauge := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: "caddy",
		Subsystem: "wechatpay",
		Name:      "certificate_expiry_timestamp_seconds",
		Help:      "When a WeChat Pay platform certificate ends, in Unix seconds.",
	}, []string{"serial"})
	err := registry.Register(gauge)
	if already, ok := errors.AsType[prometheus.AlreadyRegisteredError](err); ok {
		gauge, err = already.ExistingCollector.(*prometheus.GaugeVec), nil
	}
	if err != nil {
		return err
	}
	for _, merchant := range merchants {
		for _, key := range merchant.PlatformKeys {
			if !key.NotAfter.IsZero() {
				gauge.WithLabelValues(key.Serial).Set(float64(key.NotAfter.Unix()))
			}
		}
	}
	return nil
}
