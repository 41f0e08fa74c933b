package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench/sample"
)

// contender is one site under load.
type contender struct {
	edge   *edge
	name   string
	forged bool
	status int     // what every answer must be
	bar    float64 // least share of the baseline's requests/s; 0 for a baseline

	base *contender
	rate []float64 // requests per second, one for each round
	cpu  []float64 // microseconds of Caddy's processor time per request
	err  error     // why there are no figures
}

// throughput puts all contenders under load in turn, several rounds of it.
func (s *settings) throughput(ctx context.Context) error {
	up, err := startUpstream(false)
	if err != nil {
		return err
	}
	defer up.close()
	contenders, stop, err := s.contenders(ctx, up.addr)
	defer stop()
	if err != nil {
		return err
	}
	l, err := newLoader(s.dir, s.connections)
	if err != nil {
		return err
	}
	for _, c := range contenders { // warm up
		c.err = c.run(ctx, l, time.Second)
		c.rate, c.cpu = nil, nil
	}
	order := slices.Clone(contenders)
	for range s.rounds {
		slices.Reverse(order) // so that none always follows the same neighbour
		for _, c := range order {
			if c.err == nil { // one that fails does not take the others with it
				c.err = c.run(ctx, l, s.duration)
			}
			if c.err != nil && c.base == nil {
				return c.err
			}
		}
	}
	printThroughput(contenders)
	return ctx.Err()
}

// contenders starts the edges. One that does not start is left out with a word to standard error; stop ends the rest.
func (s *settings) contenders(ctx context.Context, upstream string) (all []*contender, stop func(), err error) {
	var edges []*edge
	stop = func() {
		for _, e := range edges {
			e.stop()
		}
	}
	start := func(name, directives string) *edge {
		e, startErr := startEdge(ctx, s.caddy, s.dir, name, directives)
		if startErr != nil {
			fmt.Fprintln(os.Stderr, startErr)
			return nil
		}
		edges = append(edges, e)
		return e
	}

	proxy := &contender{edge: start("reverse_proxy", bareProxy(upstream)), status: http.StatusOK}
	if proxy.edge == nil {
		return nil, stop, fmt.Errorf("%s does not run", s.caddy)
	}
	proxy.name = "reverse_proxy alone"
	all = append(all, proxy)
	refusal := "<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[refused]]></return_msg></xml>"
	var forged *contender
	if s.plugin {
		verifies := &contender{edge: start("wechatpay_notify", verified(upstream)), name: "wechatpay_notify + reverse_proxy",
			status: http.StatusOK, bar: 0.95, base: proxy}
		if verifies.edge == nil {
			return nil, stop, fmt.Errorf("%s does not run with wechatpay_notify", s.caddy)
		}
		if err := verifies.edge.probe(sample.Payment().Body, http.StatusOK, "SUCCESS", nil); err != nil {
			return nil, stop, err
		}
		if err := verifies.edge.probe(sample.Payment().Forged, http.StatusUnauthorized, "FAIL", &refusal); err != nil {
			return nil, stop, err
		}
		forged = &contender{edge: verifies.edge, name: "wechatpay_notify, forged body", forged: true,
			status: http.StatusUnauthorized, bar: 0.8}
		all = append(all, verifies)
	}
	respond := &contender{edge: start("respond", bareRespond(refusal)), name: "respond 401 alone, same answer",
		forged: true, status: http.StatusUnauthorized}
	if respond.edge == nil {
		return nil, stop, fmt.Errorf("%s does not run with respond", s.caddy)
	}
	all = append(all, respond)
	if forged != nil {
		forged.base = respond
		all = append(all, forged)
	}
	return all, stop, nil
}

// probe posts once and makes sure that the site does what it is measured for.
func (e *edge) probe(body []byte, status int, contains string, answer *string) error {
	response, err := http.Post(e.url, "text/xml", strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != status || !strings.Contains(string(text), contains) {
		return fmt.Errorf("%s answers %s with %q, expected %d with %s", e.name, response.Status, text, status, contains)
	}
	if answer != nil {
		*answer = string(text)
	}
	return nil
}

// run is one round for one contender. A figure from wrong answers is no figure.
func (c *contender) run(ctx context.Context, l *loader, duration time.Duration) error {
	before, err := c.edge.cpu()
	if err != nil {
		return err
	}
	done, err := l.run(ctx, c.edge.url, c.forged, duration)
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	after, err := c.edge.cpu()
	if err != nil {
		return err
	}
	wrong := done.refused
	if c.status >= http.StatusBadRequest {
		wrong = done.requests - done.refused
	}
	if wrong+done.broken > 0 {
		return fmt.Errorf("%s: of %d requests %d got a wrong answer and %d none: %s",
			c.name, done.requests, wrong, done.broken, lastLine(c.edge.log))
	}
	c.rate = append(c.rate, float64(done.requests)/done.seconds)
	c.cpu = append(c.cpu, float64((after-before).Microseconds())/float64(done.requests))
	return nil
}
