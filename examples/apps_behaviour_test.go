package examples

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestApps drives each example through the edge. The steps build on one another,
// as the days of one shop do.
func TestApps(t *testing.T) {
	for _, app := range apps {
		t.Run(app.name, func(t *testing.T) {
			data := t.TempDir()
			shop := &shop{app: app, data: data}
			upstream := app.start(t, data)
			address, lookup := strings.CutPrefix(upstream, "reverse_proxy ")
			guard := "amount_guard lookup http://" + address + "/orders/{http.wechatpay.out_trade_no}"
			options := []string{defaults, dedupeOff, attachGuard}
			if lookup {
				options = append(options, guard)
			}
			shop.edge = startEdge(t, upstream, options...)
			shop.url = shop.edge.sites[defaults] + "/notify"
			t.Run("genuine", shop.genuine)
			t.Run("forged", shop.forged)
			t.Run("duplicate", shop.duplicate)
			t.Run("duplicate without the edge's record", shop.duplicateUnfiltered)
			t.Run("refuses", shop.refuses)
			t.Run("failed payment", shop.failedPayment)
			t.Run("crashes", shop.crashes)
			t.Run("slow", shop.slow)
			t.Run("attach", shop.attach)
			if lookup { // php/legacy speaks FastCGI alone
				t.Run("lookup", func(t *testing.T) { shop.lookup(t, shop.edge.sites[guard]) })
				t.Run("orders", func(t *testing.T) { shop.ordersEndpoint(t, "http://"+address) })
			}
			if strings.HasSuffix(app.name, "/plain") { // once for each language
				t.Run("seals as Go does", app.sealsAsGoDoes)
			}
		})
	}
}

// Options of the edge.
const (
	defaults    = ""
	dedupeOff   = "dedupe off"
	attachGuard = "amount_guard attach {env.WECHATPAY_ATTACH_SECRET}"
)

type shop struct {
	app  app
	data string
	edge *edge
	url  string // of the site with the defaults
}

func (s *shop) genuine(t *testing.T) {
	expect(t, deliver(t, s.url, sign(payment("ORDER-1001", "100"))), success)
	s.expectShipped(t, "ORDER-1001", 1)
}

func (s *shop) forged(t *testing.T) {
	body := sign(payment("ORDER-1003", "1"))
	for name, forgery := range map[string]string{
		"another order":    strings.Replace(body, "ORDER-1003", "ORDER-1002", 1),
		"another amount":   strings.Replace(body, "<total_fee>1<", "<total_fee>2<", 1),
		"no signature":     payment("ORDER-1003", "1").XML(),
		"another key":      payment("ORDER-1003", "1").Sign(strings.ToLower(key), "MD5"),
		"unknown merchant": sign(payment("ORDER-1003", "1").With("mch_id", "1900000110")),
	} {
		got := deliver(t, s.url, forgery)
		if got.status != http.StatusUnauthorized || got.code != "FAIL" {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	s.expectShipped(t, "ORDER-1002", 0)
	s.expectShipped(t, "ORDER-1003", 0)
}

func (s *shop) refuses(t *testing.T) {
	for order, reason := range map[string]string{
		"ORDER-1003": "amount differs",
		"ORDER-1009": "order is closed",
		"ORDER-9999": "unknown order",
	} {
		total := "100"
		got := deliver(t, s.url, sign(payment(order, total)))
		if got.status != http.StatusInternalServerError || got.code != "FAIL" || !strings.Contains(got.message, reason) {
			t.Errorf("%s: got %+v, want a FAIL with %q", order, got, reason)
		}
		s.expectShipped(t, order, 0)
	}
}

func (s *shop) failedPayment(t *testing.T) {
	failed := payment("ORDER-1003", "1").With("result_code", "FAIL").With("err_code", "NOTENOUGH").Without("transaction_id")
	expect(t, deliver(t, s.url, sign(failed)), success)
	s.expectShipped(t, "ORDER-1003", 0)
}

// crashes makes the orders unreadable, and then readable again.
func (s *shop) crashes(t *testing.T) {
	orders, aside := filepath.Join(s.data, "orders.json"), filepath.Join(s.data, "aside.json")
	must(t, os.Rename(orders, aside))
	must(t, os.Mkdir(orders, 0o700))
	body := sign(payment("ORDER-1003", "1"))
	if got := deliver(t, s.url, body); got.status != http.StatusBadGateway || got.code != "FAIL" {
		t.Errorf("while the app crashes: got %+v", got)
	}
	must(t, os.Remove(orders))
	must(t, os.Rename(aside, orders))
	expect(t, deliver(t, s.url, body), success)
	s.expectShipped(t, "ORDER-1003", 1)
}

// slow holds the app's lock beyond the edge's patience. WeChat Pay gets its FAIL on
// time, and its repeats find the order shipped once.
func (s *shop) slow(t *testing.T) {
	s.place(t, "ORDER-2001")
	file, err := os.OpenFile(filepath.Join(s.data, "orders.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	must(t, err)
	defer file.Close()
	unlock := s.app.lock(t, file)

	body := sign(payment("ORDER-2001", "100"))
	began := time.Now()
	if got := deliver(t, s.url, body); got.status != http.StatusGatewayTimeout || got.code != "FAIL" {
		t.Errorf("while the app is slow: got %+v", got)
	}
	if waited := time.Since(began); waited < upstreamTimeout {
		t.Errorf("the edge gave up after %v, before upstream_timeout %v", waited, upstreamTimeout)
	}
	s.expectShipped(t, "ORDER-2001", 0)

	unlock()
	got := deliver(t, s.url, body)
	for deadline := began.Add(time.Minute); got != success && time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		got = deliver(t, s.url, body) // in flight until the app has come to its end
	}
	expect(t, got, success)
	s.expectShipped(t, "ORDER-2001", 1)
}

// place adds open orders of 100 fen.
func (s *shop) place(t *testing.T, numbers ...string) {
	t.Helper()
	path := filepath.Join(s.data, "orders.json")
	orders := map[string]any{}
	if text, err := os.ReadFile(path); err == nil {
		must(t, json.Unmarshal(text, &orders))
	}
	for _, number := range numbers {
		orders[number] = map[string]any{"total": 100, "currency": "CNY", "state": "open"}
	}
	text, err := json.Marshal(orders)
	must(t, err)
	write(t, path, string(text))
}

// expectCalls compares how often the edge has called the app.
func (s *shop) expectCalls(t *testing.T, want int) {
	t.Helper()
	if got := s.edge.calls(t); got != want {
		t.Errorf("the edge has called the app %d times, want %d", got, want)
	}
}

// expectShipped counts the shipments of an order.
func (s *shop) expectShipped(t *testing.T, order string, want int) {
	t.Helper()
	log, err := os.ReadFile(filepath.Join(s.data, "shipments.log"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if got := strings.Count("\n"+string(log), "\n"+order+" "); got != want {
		t.Errorf("%s was shipped %d times, want %d", order, got, want)
	}
}

func expect(t *testing.T, got, want ack) {
	t.Helper()
	if got != want {
		t.Errorf("WeChat Pay got %+v, want %+v", got, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
