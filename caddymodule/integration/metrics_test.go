package integration

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/caddyserver/caddy/v2/modules/metrics"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// exposing puts Caddy's metrics endpoint beside a site.
func exposing(site string) string {
	return "handle /metrics {\n\tmetrics\n}\nhandle {\n" + site + "}\n"
}

// samples are what the metrics endpoint shows of this plugin, by series.
type samples map[string]float64

func scrape(t *testing.T, e *edge) (samples, string) {
	t.Helper()
	text := fetch(t, e, "/metrics")
	found := samples{}
	for line := range strings.Lines(text) {
		series, value, _ := strings.Cut(strings.TrimSpace(line), "} ")
		if !strings.Contains(series, "{") {
			series, value, _ = strings.Cut(strings.TrimSpace(line), " ")
		} else {
			series += "}"
		}
		number, err := strconv.ParseFloat(value, 64)
		if err == nil && strings.HasPrefix(series, "caddy_wechatpay_") {
			found[series] = number
		}
	}
	return found, text
}

// fetch opens a connection of its own: a reload closes those of before.
func fetch(t *testing.T, e *edge, target string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+e.listen+target, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(response.Status, string(text), err)
	}
	return string(text)
}

// since returns what has grown, and by how much: the values outlive a test.
func (s samples) since(before samples) samples {
	grown := samples{}
	for series, value := range s {
		if value != before[series] {
			grown[series] = value - before[series]
		}
	}
	return grown
}

// without leaves out what depends on how fast the machine is.
func (s samples) withoutDurations() samples {
	maps.DeleteFunc(s, func(series string, _ float64) bool {
		return strings.Contains(series, "_seconds_bucket") || strings.Contains(series, "_seconds_sum")
	})
	return s
}

func notifications(merchant, kind, outcome, reason string) string {
	return `caddy_wechatpay_notifications_total{kind="` + kind + `",merchant="` + merchant + `",outcome="` + outcome + `",reason="` + reason + `"}`
}

func keyUses(key string) string {
	digest := sha256.Sum256([]byte(key))
	return `caddy_wechatpay_key_uses_total{key="` + hex.EncodeToString(digest[:4]) + `",merchant="` + mchID + `"}`
}

func storeCalls(op string) string { return `caddy_wechatpay_store_seconds_count{op="` + op + `"}` }

// After a known mix of traffic the metrics say exactly that, in both modes.
func TestMetricsOfAKnownMix(t *testing.T) {
	t.Setenv("PREVIOUS_KEY", previousKey)
	e := start(t, exposing(gate("dedupe memory")+proxy))
	before, _ := scrape(t, e)

	paid := payment()
	e.post(paid)                                                           // accepted
	e.post(paid)                                                           // a duplicate
	e.post(sign(wechatpaytest.Deduction(mchID)))                           // accepted
	e.post(sign(wechatpaytest.Payment(mchID).With("cash_fee", "2")))       // accepted, and odd
	e.post(wechatpaytest.Payment(mchID).Sign(someKey, verifier.MD5))       // forged
	e.post(wechatpaytest.Payment("1900009999").Sign(apiKey, verifier.MD5)) // of another merchant
	e.post("<xml>")                                                        // malformed
	e.post(sign(wechatpaytest.Payment(mchID).With("total_fee", "0")))      // signed, and wrong
	e.post("", withMethod(http.MethodGet))                                 // a browser
	e.upstream.answers(says(200, "FAIL"))
	e.post(payment()) // declined
	e.upstream.answers(says(500, ""))
	e.post(payment()) // failed

	after, _ := scrape(t, e)
	want := samples{
		notifications(mchID, "payment", "accepted", "ok"):                         2,
		notifications(mchID, "deduction", "accepted", "ok"):                       1,
		notifications(mchID, "payment", "duplicate", "duplicate"):                 1,
		notifications(mchID, "payment", "declined", "upstream_declined"):          1,
		notifications(mchID, "payment", "failed", "upstream_status"):              1,
		notifications(mchID, "payment", "rejected", "bad_amount"):                 1,
		notifications("unknown", "unknown", "rejected", "bad_signature"):          1,
		notifications("unknown", "unknown", "rejected", "unknown_merchant"):       1,
		notifications("unknown", "unknown", "rejected", "malformed"):              1,
		notifications("unknown", "unknown", "rejected", "method"):                 1,
		`caddy_wechatpay_warnings_total{kind="payment",merchant="` + mchID + `"}`: 1,
		`caddy_wechatpay_verify_seconds_count`:                                    10, // all but the GET
		`caddy_wechatpay_upstream_seconds_count`:                                  5,
		storeCalls("begin"):                                                       6, storeCalls("accept"): 3, storeCalls("release"): 2,
		keyUses(apiKey): 6,
	}
	if got := after.since(before).withoutDurations(); !maps.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// What nothing proves adds no series, however many merchants a stranger makes up.
func TestStrangersAddNoSeries(t *testing.T) {
	e := start(t, exposing(gate()+proxy))
	forged := func(i int) string {
		return wechatpaytest.Payment(strconv.Itoa(1_000_000_000+i)).With("trade_type", "X"+strconv.Itoa(i)).Sign(someKey, verifier.MD5)
	}
	e.post(forged(0))
	before, _ := scrape(t, e)
	for i := range 50 {
		e.post(forged(i))
	}
	after, _ := scrape(t, e)
	if len(after) != len(before) {
		t.Errorf("%d series became %d", len(before), len(after))
	}
}

// The labels are those of closed sets, and the configured merchant.
func TestLabelsAreClosed(t *testing.T) {
	e := start(t, exposing(gate("dedupe memory")+proxy))
	for _, body := range []string{payment(), payment() + "x", sign(wechatpaytest.Payment(mchID).With("appid", "-")), "{}"} {
		e.post(body)
	}
	outcomes := map[string]bool{}
	for reason := range verifier.NoUpstream + 1 {
		outcomes[string(reason.Outcome())+" "+reason.String()] = true
	}
	series := regexp.MustCompile(`^caddy_wechatpay_notifications_total\{kind="([a-z_]+)",merchant="(\d{8,10}|unknown)",outcome="([a-z]+)",reason="([a-z0-9_]+)"\}$`)
	found, _ := scrape(t, e)
	for name := range found {
		if !strings.HasPrefix(name, "caddy_wechatpay_notifications_total") {
			continue
		}
		labels := series.FindStringSubmatch(name)
		if labels == nil || !outcomes[labels[3]+" "+labels[4]] {
			t.Errorf("%s has labels that are in no closed set", name)
		}
	}
}

// Counters go on where they were: a rate must not see a reset at each reload. Each
// configuration shows them, however many of its handlers share them.
func TestMetricsSurviveReload(t *testing.T) {
	two := exposing("handle /notify {\n" + gate("dedupe memory") + proxy + "}\nhandle /other {\n" + gate("dedupe memory") + proxy + "}\n")
	e := start(t, two)
	e.post(payment())
	before, _ := scrape(t, e)
	e.reload(two + "# changed\n")
	after, _ := scrape(t, e)
	series := notifications(mchID, "payment", "accepted", "ok")
	if before[series] < 1 || after[series] != before[series] {
		t.Errorf("%s went from %v to %v", series, before[series], after[series])
	}
	e.post(payment(), withTarget("/other"))
	if again, _ := scrape(t, e); again[series] != before[series]+1 {
		t.Errorf("after one more it is %v, want %v", again[series], before[series]+1)
	}
}

// Every configured key has a series from the start: one that stays at 0 can go.
func TestKeyUses(t *testing.T) {
	const unusedKey = "c0ffee00c0ffee00c0ffee00c0ffee01"
	t.Setenv("PREVIOUS_KEY", previousKey)
	t.Setenv("UNUSED_KEY", unusedKey)
	site := strings.Replace(gate(), "{env.WECHATPAY_APIV2_KEY}", "{env.WECHATPAY_APIV2_KEY} {env.PREVIOUS_KEY} {env.UNUSED_KEY}", 1)
	e := start(t, exposing(site+proxy))
	before, _ := scrape(t, e)
	if uses, there := before[keyUses(unusedKey)]; !there || uses != 0 {
		t.Errorf("a key that was never used has %v uses (there: %v), want 0", uses, there)
	}
	e.post(payment())
	e.post(wechatpaytest.Payment(mchID).Sign(previousKey, verifier.HMACSHA256))
	e.post(wechatpaytest.Payment(mchID).Sign(someKey, verifier.MD5))
	e.post(wechatpaytest.PaymentAt(mchID, time.Now().AddDate(0, 0, -30)).Sign(previousKey, verifier.MD5)) // captured long ago
	after, text := scrape(t, e)
	grown := after.since(before)
	if grown[keyUses(apiKey)] != 1 || grown[keyUses(previousKey)] != 1 || grown[keyUses(unusedKey)] != 0 {
		t.Errorf("got %v", grown)
	}
	wantNoSecret(t, "the metrics", text, map[string]string{"a key": apiKey, "the previous key": previousKey, "the unused key": unusedKey})
}

// in_flight counts who is inside, and comes back to what it was.
func TestInFlight(t *testing.T) {
	e := start(t, exposing(gate()+proxy))
	inside := func() float64 {
		found, _ := scrape(t, e)
		return found["caddy_wechatpay_in_flight"]
	}
	idle := inside()
	entered, leave := make(chan struct{}), make(chan struct{})
	e.upstream.answers(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-leave
		w.WriteHeader(http.StatusNoContent)
	})
	answered := posted(t, e, payment())
	<-entered
	if got := inside(); got != idle+1 {
		t.Errorf("%v in flight, want %v", got, idle+1)
	}
	close(leave)
	<-answered
	eventually(t, "it does not go down again", func() bool { return inside() == idle })
}

// A first week in shadow mode shows what enforce mode would have done.
func TestMetricsInShadowMode(t *testing.T) {
	e := start(t, exposing(gate("mode shadow")+proxy))
	before, _ := scrape(t, e)
	e.post(payment())
	e.post(wechatpaytest.Payment(mchID).Sign(someKey, verifier.MD5))
	after, _ := scrape(t, e)
	grown := after.since(before)
	if grown[notifications(mchID, "payment", "accepted", "ok")] != 1 || grown[notifications("unknown", "unknown", "rejected", "bad_signature")] != 1 {
		t.Errorf("got %v", grown)
	}
	if grown["caddy_wechatpay_upstream_seconds_count"] != 1 {
		t.Errorf("the upstream's time is counted %v times", grown["caddy_wechatpay_upstream_seconds_count"])
	}
}
