package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench/sample"
	"github.com/caddy-wechatpay/caddy-wechatpay/bench/stats"
)

// holder is one site whose requests wait for a slow upstream.
type holder struct {
	name    string
	sample  sample.Notification // of which each request is one with a transaction_id of its own
	site    func(upstream string) string
	base    *holder
	perHeld []memory // one for each round
}

// inFlight measures what a waiting request costs, each time on a fresh process: one that has held a thousand before
// keeps their stacks and buffers for the next.
func (s *settings) inFlight(ctx context.Context) error {
	var holders []*holder
	for _, n := range []sample.Notification{sample.Payment(), sample.Large(60 << 10)} {
		proxy := &holder{name: "reverse_proxy alone", sample: n, site: bareProxy}
		holders = append(holders, proxy)
		if !s.plugin {
			continue
		}
		for _, dedupe := range []string{dedupeOff, dedupeFile} {
			holders = append(holders, &holder{name: "wechatpay_notify + reverse_proxy, dedupe " + dedupe, sample: n,
				base: proxy, site: func(upstream string) string { return verified(upstream, dedupe) }})
		}
	}
	for range s.memoryRounds {
		for _, h := range holders {
			if err := h.run(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", h.name, err)
			}
		}
	}
	printInFlight(holders, s.inFlightRequests)
	return nil
}

func (h *holder) run(ctx context.Context, s *settings) error {
	// Less than upstream_timeout, or the handler gives up while we still count.
	ctx, cancel := context.WithTimeout(ctx, 25*time.Second)
	defer cancel()
	up, err := startUpstream(true)
	if err != nil {
		return err
	}
	defer up.close()
	e, err := startEdge(ctx, s.caddy, s.dir, h.name, h.site(up.addr))
	if err != nil {
		return err
	}
	defer e.Stop()
	idle, err := e.memory()
	if err != nil {
		return err
	}

	connections := make([]net.Conn, 0, s.inFlightRequests)
	defer func() {
		for _, c := range connections {
			c.Close()
		}
	}()
	// The headers are those that WeChat Pay's requests have been seen with.
	head := fmt.Sprintf("POST /notify HTTP/1.1\r\nHost: %s\r\nAccept: */*\r\nConnection: Keep-Alive\r\n"+
		"Content-Type: text/xml\r\nPragma: no-cache\r\nUser-Agent: Mozilla/4.0\r\nContent-Length: %d\r\n\r\n",
		e.addr, len(h.sample.Body))
	series := h.sample.Series(false)
	for i := range s.inFlightRequests {
		c, err := net.Dial("tcp", e.addr)
		if err != nil {
			return err
		}
		connections = append(connections, c)
		if _, err := c.Write(append([]byte(head), series.Body(i)...)); err != nil {
			return err
		}
	}
	if err := up.await(ctx, s.inFlightRequests); err != nil {
		return err
	}
	held, err := e.memory()
	if err != nil {
		return err
	}
	up.release()
	for _, c := range connections { // all must end well, or something else was held
		response, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			return err
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("a held request ended with %s", response.Status)
		}
	}
	h.perHeld = append(h.perHeld, held.minus(idle).per(float64(s.inFlightRequests)))
	return nil
}

// median takes each kind of memory by itself.
func (h *holder) median() memory {
	var live, rss []float64
	for _, m := range h.perHeld {
		live, rss = append(live, m.live), append(rss, m.rss)
	}
	return memory{stats.Median(live), stats.Median(rss)}
}
