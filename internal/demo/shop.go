package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// The orders of the shop, and their price in fen.
const (
	paidOrder    = "ORDER-1001"
	cheatedOrder = "ORDER-1002"
	price        = 9900
)

// shop is the upstream. All it has to do is what only it can: compare the amount
// with the order, and ship no order twice. It needs no key and reads no XML.
type shop struct {
	address string
	server  *http.Server

	mu      sync.Mutex
	orders  map[string]*order
	visited *visit
}

type order struct {
	price   int64
	shipped int
}

// visit is one notification that reached the shop.
type visit struct {
	event      string
	outTradeNo string
	total      int64
	reply      reply
	did        string
}

// reply is what the shop answers, always with status 200.
type reply struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// What the shop does about a notification.
const (
	ships   = "ships it"
	refuses = "refuses it"
)

func openShop() (*shop, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &shop{
		address: listener.Addr().String(),
		orders:  map[string]*order{paidOrder: {price: price}, cheatedOrder: {price: price}},
	}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = s.server.Serve(listener) }()
	return s, nil
}

func (s *shop) close() { _ = s.server.Close() }

// notification is the part of the forwarded document that the shop reads.
type notification struct {
	EventType string `json:"event_type"`
	Resource  struct {
		OutTradeNo string `json:"out_trade_no"`
		Amount     struct {
			Total int64 `json:"total"`
		} `json:"amount"`
	} `json:"resource"`
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var n notification
	if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	did, answer := s.settle(n)
	s.visited = &visit{
		event:      n.EventType,
		outTradeNo: n.Resource.OutTradeNo,
		total:      n.Resource.Amount.Total,
		reply:      answer,
		did:        did,
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

func (s *shop) settle(n notification) (did string, answer reply) {
	bought, known := s.orders[n.Resource.OutTradeNo]
	switch {
	case n.EventType != "TRANSACTION.SUCCESS":
		return refuses, reply{"FAIL", "only payments are expected here"}
	case !known:
		return refuses, reply{"FAIL", "no such order"}
	case n.Resource.Amount.Total != bought.price:
		return refuses, reply{"FAIL", fmt.Sprintf("it costs %d fen", bought.price)}
	}
	bought.shipped++
	return ships, reply{"SUCCESS", ""}
}

// takeVisit returns the notification that came since the last call, or nil.
func (s *shop) takeVisit() *visit {
	s.mu.Lock()
	defer s.mu.Unlock()
	visited := s.visited
	s.visited = nil
	return visited
}

// shippedOf tells how many times an order has been shipped.
func (s *shop) shippedOf(outTradeNo string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.orders[outTradeNo].shipped
}
