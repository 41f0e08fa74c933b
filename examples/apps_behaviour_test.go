package examples

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
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
			shop.url = startEdge(t, app.start(t, data))
			t.Run("genuine", shop.genuine)
			t.Run("forged", shop.forged)
			t.Run("duplicate", shop.duplicate)
			t.Run("refuses", shop.refuses)
			t.Run("failed payment", shop.failedPayment)
			t.Run("crashes", shop.crashes)
			t.Run("slow", shop.slow)
		})
	}
}

type shop struct {
	app  app
	data string
	url  string
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

func (s *shop) duplicate(t *testing.T) {
	body := sign(payment("ORDER-1002", "2500"))
	var copies sync.WaitGroup
	for range 12 {
		copies.Go(func() { expect(t, deliver(t, s.url, body), success) })
	}
	copies.Wait()
	expect(t, deliver(t, s.url, body), success)
	s.expectShipped(t, "ORDER-1002", 1)
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
// time, and its repeat finds the order shipped once.
func (s *shop) slow(t *testing.T) {
	orders := filepath.Join(s.data, "orders.json")
	write(t, orders, `{"ORDER-2001":{"total":100,"currency":"CNY","state":"open"}}`)
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
	expect(t, deliver(t, s.url, body), success)
	s.expectShipped(t, "ORDER-2001", 1)
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
