package contrib_test

import (
	"maps"
	"math"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What users will have: Prometheus scrapes Caddy, knows the alerts, and answers the
// dashboard.
func TestPrometheus(t *testing.T) {
	prometheus, promtool := program(t, "prometheus"), program(t, "promtool")
	e := startEdge(t)
	m := startPrometheus(t, prometheus, e.admin())
	eventually(t, "Prometheus does not reach Caddy", func() bool {
		up := m.mustQuery(`up{job="caddy"} == 1 and on (job, instance) caddy_wechatpay_in_flight`)
		return len(up) == 1
	})
	want := e.postMix()
	wantCounters(t, m, want)

	t.Run("the names are those that there are", func(t *testing.T) { checkNames(t, e.metrics()) })
	t.Run("promtool has nothing to say against them", func(t *testing.T) { checkMetrics(t, promtool, e.metrics()) })
	t.Run("every panel shows something", func(t *testing.T) { checkPanels(t, m) })
	t.Run("every rule is evaluated", func(t *testing.T) { checkRules(t, m) })
	t.Run("those alerts fire that must", func(t *testing.T) { checkAlerts(t, m) })
	t.Run("a reload takes nothing back", func(t *testing.T) {
		e.reload("upstream_timeout 20s")
		e.post("/notify", sign(payment()), nil)
		want[ofMerchant("payment", "accepted", "ok")]++
		wantCounters(t, m, want)
		for _, name := range []string{"notifications_total", "warnings_total", "key_uses_total", "upstream_seconds_count", "verify_seconds_count", "store_seconds_count"} {
			if gone := m.mustQuery("resets(caddy_wechatpay_" + name + "[1h]) > 0"); len(gone) > 0 {
				t.Errorf("%s begins anew: %v", name, gone)
			}
		}
	})
}

// wantCounters waits until Prometheus has seen all deliveries, and no others.
func wantCounters(t *testing.T, m *monitor, want map[series]float64) {
	t.Helper()
	var got map[series]float64
	eventually(t, "Prometheus does not count", func() bool {
		got = map[series]float64{}
		total := 0.0
		for _, s := range m.mustQuery("caddy_wechatpay_notifications_total") {
			got[series{s.Metric["merchant"], s.Metric["kind"], s.Metric["outcome"], s.Metric["reason"]}] = s.value()
			total += s.value()
		}
		return total >= sum(want)
	})
	if !maps.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func sum(counts map[series]float64) (total float64) {
	for _, count := range counts {
		total += count
	}
	return total
}

var (
	ownName  = regexp.MustCompile(`\bcaddy_wechatpay_[a-z_]+`)
	typeLine = regexp.MustCompile(`(?m)^# TYPE (caddy_wechatpay_[a-z_]+) (\w+)$`)
)

// checkNames holds what rules and dashboard ask for against what there is. A misspelt name
// is no error to Prometheus; it merely gives nothing, for ever.
func checkNames(t *testing.T, metrics string) {
	known, shown := map[string]bool{}, map[string]bool{}
	types := typeLine.FindAllStringSubmatch(metrics, -1)
	for _, found := range types {
		known[found[1]] = true
		if found[2] == "histogram" {
			known[found[1]+"_bucket"], known[found[1]+"_sum"], known[found[1]+"_count"] = true, true, true
		}
	}
	for _, file := range []string{alertsFile, dashboardFile} {
		for _, name := range ownName.FindAllString(read(t, file), -1) {
			if !known[name] {
				t.Errorf("%s asks for %s, which does not exist", file, name)
			}
			if file == dashboardFile {
				shown[strings.TrimSuffix(name, "_bucket")] = true
			}
		}
	}
	if len(types) < 8 {
		t.Errorf("there are only %d metrics", len(types))
	}
	for _, found := range types {
		if !shown[found[1]] {
			t.Errorf("the dashboard does not show %s", found[1])
		}
	}
}

// checkMetrics has promtool look at this plugin's metrics. Those of Caddy are not ours.
func checkMetrics(t *testing.T, promtool, metrics string) {
	var own strings.Builder
	for line := range strings.Lines(metrics) {
		if strings.Contains(line, "caddy_wechatpay_") {
			own.WriteString(line)
		}
	}
	check := exec.CommandContext(t.Context(), promtool, "check", "metrics")
	check.Stdin = strings.NewReader(own.String())
	if output, err := check.CombinedOutput(); err != nil || len(output) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, output)
	}
}

// checkPanels asks what Grafana would ask, once it has filled in its variables.
func checkPanels(t *testing.T, m *monitor) {
	fill := strings.NewReplacer("$__rate_interval", "5m", "$__interval", "5m", "$__range", "1h", "$merchant", ".*", "$job", ".*")
	_, asking := readDashboard(t)
	for _, p := range asking {
		for _, target := range p.Targets {
			result, err := m.query(fill.Replace(target.Expr))
			if err != nil {
				t.Errorf("%q: %v", p.Title, err)
			}
			if !slices.ContainsFunc(result, func(s sample) bool { return !math.IsNaN(s.value()) }) {
				t.Errorf("%q shows nothing: %s", p.Title, target.Expr)
			}
		}
	}
}

// checkRules waits until what is recorded has come to be, rule by rule, and asks for every
// expression once more by hand.
func checkRules(t *testing.T, m *monitor) {
	rules := m.rules()
	if alerts := len(alertRules(t)); len(rules) <= alerts {
		t.Errorf("Prometheus has %d rules, %d of them alerts", len(rules), alerts)
	}
	for _, r := range rules {
		if r.Type == "recording" {
			eventually(t, r.Name+" gives nothing", func() bool { return len(m.mustQuery(r.Name)) > 0 })
		}
		m.mustQuery(r.Query)
	}
	eventually(t, "not every rule has been evaluated", func() bool {
		rules = m.rules()
		return !slices.ContainsFunc(rules, func(r evaluated) bool { return r.Health == "unknown" })
	})
	for _, r := range rules {
		if r.Health != "ok" {
			t.Errorf("%s is %s: %s", r.Name, r.Health, r.LastError)
		}
	}
}

// checkAlerts: what happened once, for the first time, and what has 20 days left. All else
// takes longer than this test, or is the noise of strangers.
func checkAlerts(t *testing.T, m *monitor) {
	want := []string{"WeChatPayAmountMismatch page", "WeChatPayCertificateEnds ticket", "WeChatPayConflict page", "WeChatPaySignedButRefused ticket"}
	var got []string
	eventually(t, "there are too few alerts", func() bool {
		got = nil
		for _, r := range m.rules() {
			for _, alert := range r.Alerts {
				if alert.State == "firing" {
					got = append(got, r.Name+" "+alert.Labels["severity"])
					wantRendered(t, r.Name, alert.Annotations)
				}
			}
		}
		return len(got) >= len(want)
	})
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// wantRendered wants every annotation to be a text for people.
func wantRendered(t *testing.T, name string, annotations map[string]string) {
	t.Helper()
	for key, text := range annotations {
		if strings.ContainsAny(text, "{}<>") || strings.Contains(text, "error") || strings.Contains(text, "  ") {
			t.Errorf("%s of %s reads: %s", key, name, text)
		}
	}
}
