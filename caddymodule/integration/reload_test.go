package integration

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// A delivery that is in flight while the configuration is replaced ends by the
// rules that it began with, though its handler is cleaned up by then.
func TestReloadWithDeliveryInFlight(t *testing.T) {
	for name, next := range map[string]string{"proxy": proxy, "fastcgi": php} {
		t.Run(name, func(t *testing.T) {
			e := start(t, gate()+next)
			arrived, goOn := make(chan struct{}), make(chan struct{})
			release := sync.OnceFunc(func() { close(goOn) })
			t.Cleanup(release)
			e.upstream.answers(func(w http.ResponseWriter, _ *http.Request) {
				close(arrived)
				<-goOn
				_, _ = io.WriteString(w, "SUCCESS")
			})
			inFlight := newSender(e.listen, "HTTP/1.1")
			defer inFlight.close()
			result := make(chan answer, 1)
			go func() {
				got, err := inFlight.try(payment())
				if err != nil {
					t.Error(err)
				}
				result <- got
			}()
			<-arrived

			// The new configuration knows other keys only.
			t.Setenv("WECHATPAY_APIV2_KEY", previousKey)
			e.reload(gate("accept status") + next)
			e.upstream.answers(noContent)
			eventually(t, "the new configuration is not in use", func() bool {
				got, err := e.send.try(payment())
				return err == nil && got.status == 401
			})
			got, err := e.send.try(wechatpaytest.Payment(mchID).Sign(previousKey, verifier.MD5))
			if err != nil {
				t.Fatal(err)
			}
			wantAck(t, got, 200, successXML)

			release()
			wantAck(t, <-result, 200, successXML)
		})
	}
}

// Caddy does not exit before a delivery in flight has its answer.
func TestStopWithDeliveryInFlight(t *testing.T) {
	e := start(t, gate()+proxy)
	arrived := make(chan struct{})
	e.upstream.answers(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		time.Sleep(limit)
		_, _ = io.WriteString(w, "SUCCESS")
	})
	result := make(chan answer, 1)
	go func() {
		got, err := e.send.try(payment())
		if err != nil {
			t.Error(err)
		}
		result <- got
	}()
	<-arrived
	if err := caddy.Stop(); err != nil {
		t.Error(err)
	}
	got := <-result
	got.header.Del("Connection") // the server says that it goes
	wantAck(t, got, 200, successXML)
}

// While the configuration is replaced again and again under load, no delivery that
// gets an answer gets a wrong one, and every genuine payment is acked in the end.
// A connection may be cut by a reload: that is Caddy's, and WeChat Pay comes again.
func TestReloadUnderLoad(t *testing.T) {
	e := start(t, gate()+proxy)
	e.logs.muted.Store(true)
	var stop atomic.Bool
	var delivered, forged, cut atomic.Int64
	var all sync.WaitGroup
	const workers, reloads = 6, 12
	for worker := range workers {
		send := e.over([]string{"HTTP/1.1", "HTTP/2.0"}[worker%2]).send
		all.Go(func() {
			for !stop.Load() {
				body, want := payment(), successXML
				if worker >= 4 {
					body, want = wechatpaytest.Payment(mchID).Sign(someKey, verifier.MD5), failXML(refused)
				}
				got, err := send.try(body)
				for tries := 0; err != nil && tries < 5; tries++ {
					cut.Add(1)
					got, err = send.try(body)
				}
				switch {
				case err != nil || got.body != want:
					t.Errorf("%v %v, want %s", got, err, want)
				case worker >= 4:
					forged.Add(1)
				default:
					delivered.Add(1)
				}
			}
		})
	}
	sites := []string{
		gate("accept status", "max_age 1h") + proxy,
		gate("accept explicit 0", "keep_header X-Shop") + proxy,
		"encode gzip\n" + gate("upstream_timeout 5s") + proxy,
	}
	for i := range reloads {
		time.Sleep(50 * time.Millisecond)
		if err := e.tryReload(sites[i%len(sites)]); err != nil {
			t.Error(err)
		}
	}
	stop.Store(true)
	all.Wait()
	t.Logf("%d genuine and %d forged deliveries, %d connections cut by %d reloads", delivered.Load(), forged.Load(), cut.Load(), reloads)
	if delivered.Load() < 20 || forged.Load() < 20 {
		t.Error("too few deliveries to tell anything")
	}
	if cut.Load() > workers*reloads {
		t.Error("a reload cuts each connection more than once")
	}
	if seen := int64(len(e.upstream.calls())); seen < delivered.Load() || seen > delivered.Load()+cut.Load() {
		t.Errorf("the upstream was called %d times for %d deliveries and %d cut connections", seen, delivered.Load(), cut.Load())
	}
}

// A configuration that does not load leaves the one before in charge.
func TestReloadOfABrokenConfiguration(t *testing.T) {
	e := start(t, gate()+proxy)
	broken := strings.ReplaceAll(gate(), "WECHATPAY_APIV2_KEY", "WECHATPAY_UNSET")
	err := e.tryReload(broken + proxy)
	if err == nil || !strings.Contains(err.Error(), "{env.WECHATPAY_UNSET}") {
		t.Errorf("%v, want an error that names {env.WECHATPAY_UNSET}", err)
	}
	wantAck(t, e.post(payment()), 200, successXML)
	wantAck(t, e.post("hello"), 400, failXML("the body is not a well-formed notification"))
}

// A key that has been changed in the environment takes effect with a forced reload;
// previous keys keep their notifications.
func TestReloadWithANewKey(t *testing.T) {
	t.Setenv("WECHATPAY_PREVIOUS_KEY", apiKey)
	site := strings.ReplaceAll(gate(), "{env.WECHATPAY_APIV2_KEY}", "{env.WECHATPAY_APIV2_KEY} {env.WECHATPAY_PREVIOUS_KEY}") + proxy
	e := start(t, site)
	signedNew := wechatpaytest.Payment(mchID).Sign(previousKey, verifier.MD5)
	wantAck(t, e.post(signedNew), 401, failXML(refused))
	t.Setenv("WECHATPAY_APIV2_KEY", previousKey)
	e.reload(site)
	eventually(t, "the new key is not in use", func() bool {
		got, err := e.send.try(signedNew)
		return err == nil && got.status == 200
	})
	wantAck(t, e.post(payment()), 200, successXML)
}

// A key may come from a file, as container secrets do, with a newline at its end.
func TestKeyFromAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(previousKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := start(t, strings.ReplaceAll(gate(), "{env.WECHATPAY_APIV2_KEY}", "{file."+file+"}")+proxy)
	wantAck(t, e.post(wechatpaytest.Payment(mchID).Sign(previousKey, verifier.MD5)), 200, successXML)
	wantAck(t, e.post(payment()), 401, failXML(refused))
}
