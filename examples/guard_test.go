package examples

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// attach has the app's own code seal the attach, and WeChat Pay send it back.
func (s *shop) attach(t *testing.T) {
	s.place(t, "ORDER-3001", "ORDER-3002")
	url := s.edge.sites[attachGuard] + "/notify"
	sealed, err := s.app.seal(t, attachSecret, mchID, "ORDER-3001", "100", "CNY", "会员 vip")
	must(t, err)
	for _, test := range []struct {
		rule, order, total, attach string
		status, calls              int
	}{
		{"the amount has changed", "ORDER-3001", "99", sealed, http.StatusConflict, 0},
		{"the attach of another order", "ORDER-3002", "100", sealed, http.StatusConflict, 0},
		{"an attach without a MAC", "ORDER-3001", "100", "会员 vip", http.StatusConflict, 0},
		{"as it was placed", "ORDER-3001", "100", sealed, http.StatusOK, 1},
	} {
		t.Run(test.rule, func(t *testing.T) {
			before := s.edge.calls(t)
			got := deliver(t, url, sign(payment(test.order, test.total).With("attach", test.attach)))
			expectStatus(t, got, test.status)
			s.expectCalls(t, before+test.calls)
			s.expectShipped(t, test.order, test.calls)
		})
	}
}

// lookup has the edge ask the app what the order costs. It is one transaction in all
// rows: a no leaves no record behind that stands in the way of the yes.
func (s *shop) lookup(t *testing.T, site string) {
	const allCharacters = "Az09_-|*@"
	s.place(t, "ORDER-4001", "ORDER-4002", allCharacters)
	transaction := payment("", "")["transaction_id"]
	for _, test := range []struct {
		rule, order, total, currency string
		status, calls                int
	}{
		{"another amount", "ORDER-4002", "99", "CNY", http.StatusConflict, 0},
		{"another currency", "ORDER-4002", "100", "USD", http.StatusConflict, 0},
		{"an unknown order", "ORDER-9999", "100", "CNY", http.StatusNotFound, 0},
		{"the order's amount", "ORDER-4002", "100", "CNY", http.StatusOK, 1},
	} {
		t.Run(test.rule, func(t *testing.T) {
			before := s.edge.calls(t)
			paid := payment(test.order, test.total).With("fee_type", test.currency).With("transaction_id", transaction)
			expectStatus(t, deliver(t, site+"/notify", sign(paid)), test.status)
			s.expectCalls(t, before+test.calls)
			s.expectShipped(t, test.order, test.calls)
		})
	}
	t.Run("a number of every character", func(t *testing.T) {
		expect(t, deliver(t, site+"/notify", sign(payment(allCharacters, "100"))), success)
		s.expectShipped(t, allCharacters, 1)
	})
	t.Run("not for strangers", func(t *testing.T) {
		before := s.edge.calls(t)
		if _, body := get(t, site+"/orders/ORDER-4001"); body != "" {
			t.Errorf("a stranger learns %s", body)
		}
		s.expectCalls(t, before)
	})
	t.Run("orders that cannot be read", func(t *testing.T) {
		write(t, filepath.Join(s.data, "orders.json"), "{")
		before := s.edge.calls(t)
		expectStatus(t, deliver(t, site+"/notify", sign(payment("ORDER-4001", "100"))), http.StatusBadGateway)
		s.expectCalls(t, before)
	})
}

// ordersEndpoint asks the app as the edge does.
func (s *shop) ordersEndpoint(t *testing.T, app string) {
	write(t, filepath.Join(s.data, "orders.json"), `{
		"ORDER-5001": {"total": 2500, "currency": "USD", "state": "closed"},
		"a|b": {"total": 99999999999, "currency": "CNY", "state": "open"}
	}`)
	for _, test := range []struct {
		rule, path string
		status     int
		body       string
	}{
		{"an order, whatever its state", "/orders/ORDER-5001", http.StatusOK, `{"total":2500,"currency":"USD"}`},
		{"a number that is escaped", "/orders/a%7Cb", http.StatusOK, `{"total":99999999999,"currency":"CNY"}`},
		{"an unknown order", "/orders/ORDER-1001", http.StatusNotFound, ""},
		{"no order", "/orders/", http.StatusNotFound, ""},
		{"a part of a number", "/orders/ORDER-500", http.StatusNotFound, ""},
	} {
		status, body := get(t, app+test.path)
		if status != test.status || test.body != "" && body != test.body || strings.Contains(body, "total") != (test.body != "") {
			t.Errorf("%s: got %d %q, want %d %q", test.rule, status, body, test.status, test.body)
		}
	}
	resp, err := http.Post(app+"/orders/ORDER-5001", "application/json", http.NoBody)
	must(t, err)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: got %d, want 405", resp.StatusCode)
	}
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	resp, err := http.Get(url)
	must(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp.StatusCode, string(text)
}

// expectStatus expects SUCCESS with status 200 and FAIL with every other.
func expectStatus(t *testing.T, got ack, status int) {
	t.Helper()
	code := "FAIL"
	if status == http.StatusOK {
		code = "SUCCESS"
	}
	if got.status != status || got.code != code {
		t.Errorf("WeChat Pay got %+v, want %d %s", got, status, code)
	}
}
