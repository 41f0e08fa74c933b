package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// The end of each platform certificate is a metric, also where several handlers have the
// same one, and after a reload only those that are still configured.
func TestCertificateExpiryIsAMetric(t *testing.T) {
	t.Setenv("APIV3_KEY", "0f1e2d3c4b5a69788796a5b4c3d2e1f0")
	soon, later := wechatpaytest.NewCertificate(time.Now().AddDate(0, 0, 10)), wechatpaytest.NewCertificate(time.Now().AddDate(4, 0, 0))
	site := func(platforms ...*wechatpaytest.Platform) string {
		handler := "wechatpay_notify {\n\tdedupe off\n\tmerchant " + mchID + " {\n\t\tapiv3_key {env.APIV3_KEY}\n\t\tplatform_certificate"
		for _, platform := range platforms {
			file := filepath.Join(t.TempDir(), "platform.pem")
			if err := os.WriteFile(file, platform.PEM, 0o600); err != nil {
				t.Fatal(err)
			}
			handler += " " + file
		}
		handler += "\n\t}\n}\n"
		return "handle /a {\n" + handler + "respond 204\n}\nhandle /b {\n" + handler + "respond 204\n}\n"
	}
	e := start(t, site(soon, later))
	wantExpiries(t, soon, later)
	e.reload(site(later))
	wantExpiries(t, later)
}

func wantExpiries(t *testing.T, platforms ...*wechatpaytest.Platform) {
	t.Helper()
	ctx := caddy.ActiveContext()
	families, err := ctx.GetMetricsRegistry().Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, family := range families {
		if family.GetName() != "caddy_wechatpay_certificate_expiry_timestamp_seconds" {
			continue
		}
		for _, metric := range family.GetMetric() {
			got[fmt.Sprint(metric.GetLabel()[0].GetName(), " ", metric.GetLabel()[0].GetValue(), " ", metric.GetGauge().GetValue() > float64(time.Now().Unix()))] = true
		}
	}
	if len(got) != len(platforms) {
		t.Errorf("got %v, want %d", got, len(platforms))
	}
	for _, platform := range platforms {
		if !got["serial "+platform.Serial+" true"] {
			t.Errorf("got %v, want serial %s in the future", got, platform.Serial)
		}
	}
}
