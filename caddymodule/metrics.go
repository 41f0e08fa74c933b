package caddymodule

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// metrics are what Caddy's metrics endpoint shows of all handlers. There is one of them
// in a process, for its values to survive a reload: every configuration has a registry of
// its own, and registers the same collectors.
var metrics = newCollectors()

type collectors struct {
	notifications *prometheus.CounterVec
	warnings      *prometheus.CounterVec
	keyUses       *prometheus.CounterVec
	verify        prometheus.Histogram
	upstream      prometheus.Histogram
	store         *prometheus.HistogramVec
	inFlight      prometheus.Gauge
}

// Labels are few: merchants come from the configuration, the rest from closed sets. What
// is not proven is unknown, so that no stranger can add to them.
func newCollectors() *collectors {
	return &collectors{
		notifications: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "notifications_total",
			Help: "Deliveries of notifications, by what became of them and why.",
		}, []string{"merchant", "kind", "outcome", "reason"}),
		warnings: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "warnings_total",
			Help: "Deliveries of genuine notifications that were odd, such as by parts that do not add up.",
		}, []string{"merchant", "kind"}),
		keyUses: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "key_uses_total",
			Help: "Verified deliveries by the key that made the signature or decrypted; the key is named by the first 8 hexadecimal digits of its SHA-256.",
		}, []string{"merchant", "key"}),
		verify: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "verify_seconds",
			Help:    "How long it took to verify a body and to convert it.",
			Buckets: prometheus.ExponentialBuckets(10e-6, 4, 9), // 10 µs to 0.66 s
		}),
		upstream: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "upstream_seconds",
			Help:    "How long the upstream took to answer. WeChat Pay waits for 5 seconds.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}),
		store: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "store_seconds",
			Help:    "How long the store of dedupe took.",
			Buckets: prometheus.ExponentialBuckets(50e-6, 4, 9), // 50 µs to 3.3 s
		}, []string{"op"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "in_flight",
			Help: "Deliveries that are being processed.",
		}),
	}
}

const namespace, subsystem = "caddy", "wechatpay"

// The values of the label op.
const (
	opBegin   = "begin"
	opAccept  = "accept"
	opRelease = "release"
)

// register shows the collectors to a configuration, whose first handler does so for all.
func (c *collectors) register(registry *prometheus.Registry, merchants []verifier.Merchant) error {
	for _, collector := range []prometheus.Collector{c.notifications, c.warnings, c.keyUses, c.verify, c.upstream, c.store, c.inFlight} {
		err := registry.Register(collector)
		if _, already := errors.AsType[prometheus.AlreadyRegisteredError](err); err != nil && !already {
			return err
		}
	}
	for _, op := range []string{opBegin, opAccept, opRelease} {
		c.store.WithLabelValues(op)
	}
	for i := range merchants {
		for _, fingerprint := range merchants[i].Fingerprints() {
			c.keyUses.WithLabelValues(merchants[i].MchID, fingerprint) // one that is never used shows as 0
		}
	}
	return countExpiry(registry, merchants)
}

// count adds a decided delivery.
func (d *delivery) count(v verdict) {
	metrics.notifications.WithLabelValues(d.facts.merchant, d.facts.kind, string(v.reason.Outcome()), v.reason.String()).Inc()
	if len(d.facts.warnings) > 0 {
		metrics.warnings.WithLabelValues(d.facts.merchant, d.facts.kind).Inc()
	}
}

// countInFlight counts the delivery until it is over. The caller calls over.
func (d *delivery) countInFlight() (over func()) {
	metrics.inFlight.Inc()
	return metrics.inFlight.Dec
}

// countKeys adds the keys that vouch for n.
func (c *collectors) countKeys(n *verifier.Notification) {
	for _, fingerprint := range n.KeyFingerprints {
		c.keyUses.WithLabelValues(n.MchID, fingerprint).Inc()
	}
}

// countExpiry tells the metrics when each platform certificate ends. Unlike what is
// counted, that is over with the configuration, so each has a gauge of its own.
func countExpiry(registry *prometheus.Registry, merchants []verifier.Merchant) error {
	gauge := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: namespace, Subsystem: subsystem, Name: "certificate_expiry_timestamp_seconds",
		Help: "When a WeChat Pay platform certificate ends, in Unix seconds.",
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

// storeCall takes the time of a call of the store. The caller calls end.
func (d *delivery) storeCall(op string) (end func()) {
	began := time.Now()
	return func() {
		took := time.Since(began)
		d.storeTime.Add(int64(took))
		metrics.store.WithLabelValues(op).Observe(took.Seconds())
	}
}
