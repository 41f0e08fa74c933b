package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench/process"
	"github.com/caddy-wechatpay/caddy-wechatpay/bench/sample"
)

// field is all contenders of one run, and what runs for them.
type field struct {
	*settings
	upstream   *upstream
	contenders []*contender
	edges      []*edge
	redis      *process.Redis
}

func (f *field) stop() {
	for _, e := range f.edges {
		e.Stop()
	}
	if f.redis != nil {
		f.redis.Stop()
	}
}

func (f *field) start(ctx context.Context, name, directives string) (*edge, error) {
	e, err := startEdge(ctx, f.caddy, f.dir, name, directives)
	if err == nil {
		f.edges = append(f.edges, e)
	}
	return e, err
}

// enter starts the edges: two pairs of a baseline and what is compared with it. The second pair answers the same.
func (f *field) enter(ctx context.Context) error {
	proxy := &contender{name: "reverse_proxy alone", status: http.StatusOK, calls: f.upstream}
	var err error
	if proxy.edge, err = f.start(ctx, proxy.name, bareProxy(f.upstream.addr)); err != nil {
		return err
	}
	f.contenders = append(f.contenders, proxy)

	refusal := "<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[refused]]></return_msg></xml>"
	var forged *contender
	if f.plugin {
		off, err := f.enterStores(ctx, proxy)
		if err != nil {
			return err
		}
		if err := off.edge.probe(sample.Payment().Forged, http.StatusUnauthorized, "FAIL", &refusal); err != nil {
			return err
		}
		forged = &contender{edge: off.edge, name: "wechatpay_notify, forged body", forged: true,
			status: http.StatusUnauthorized, bar: 0.8}
	}
	respond := &contender{name: "respond 401 alone, same answer", forged: true, status: http.StatusUnauthorized}
	if respond.edge, err = f.start(ctx, respond.name, bareRespond(refusal)); err != nil {
		return err
	}
	f.contenders = append(f.contenders, respond)
	if forged != nil {
		forged.base = respond
		f.contenders = append(f.contenders, forged)
	}
	return nil
}

// enterStores starts a site for each value of dedupe, and returns that without a store.
func (f *field) enterStores(ctx context.Context, proxy *contender) (off *contender, err error) {
	redis := ""
	noRedis := error(nil)
	if f.redis, noRedis = process.StartRedis(ctx, f.dir); noRedis == nil {
		redis = f.redis.URL()
	}
	for _, site := range []struct {
		store, dedupe string
		bar           float64
		err           error
	}{
		{"off", dedupeOff, 0.95, nil},
		{"memory", dedupeMemory, 0.90, nil},
		{"file", dedupeFile, 0.75, nil},
		{"redis", "redis " + redis, 0, noRedis},
	} {
		c := &contender{name: "wechatpay_notify + reverse_proxy, dedupe " + site.store, status: http.StatusOK,
			calls: f.upstream, bar: site.bar, base: proxy, err: site.err}
		f.contenders = append(f.contenders, c)
		if off == nil {
			off = c
		}
		if c.err != nil {
			continue
		}
		if c.edge, err = f.start(ctx, c.name, verified(f.upstream.addr, site.dedupe)); err != nil {
			return nil, err
		}
		if err := c.edge.remembers(site.store != "off", f.upstream); err != nil {
			return nil, err
		}
	}
	return off, nil
}

// remembers makes sure that a site with a store calls the upstream once for the same payment, and one without each time.
func (e *edge) remembers(does bool, up *upstream) error {
	before := up.calls.Load()
	for range 2 {
		if err := e.probe(sample.Payment().Body, http.StatusOK, "SUCCESS", nil); err != nil {
			return err
		}
	}
	if once := up.calls.Load() == before+1; once != does {
		return errors.New(e.name + ": called the upstream " + map[bool]string{true: "once", false: "twice"}[once])
	}
	return nil
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
