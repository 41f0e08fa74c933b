package redis

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

func testKilled(t *testing.T) {
	s := startServer(t, "--appendonly", "yes", "--appendfsync", "always")
	store := open(t, s.url())
	const outages = 3
	for outage := range outages {
		accepted, claimed := claim("accepted"+string('a'+rune(outage))), claim("claimed"+string('a'+rune(outage)))
		finds(t, store, accepted, dedupe.Claimed)
		accept(t, store, accepted)
		finds(t, store, claimed, dedupe.Claimed)
		s.kill()
		fails(t, store)
		s.start()

		eventually(t, "the store works again", func() error { return store.Check(t.Context()) })
		finds(t, store, claim(accepted.ID), dedupe.Accepted)
		finds(t, store, claim(claimed.ID), dedupe.InFlight)
		accept(t, store, claimed)
		works(t, store)
	}
	for outage := range outages {
		for _, fact := range []string{"accepted", "claimed"} {
			finds(t, store, claim(fact+string('a'+rune(outage))), dedupe.Accepted)
		}
	}
}

func testStopped(t *testing.T) {
	s := startServer(t)
	connected, fresh := open(t, s.url()), open(t, s.url())
	works(t, connected)
	goOn := s.stop()
	fails(t, connected)
	fails(t, fresh)
	fails(t, connected)
	goOn()
	for _, store := range []dedupe.Store{connected, fresh} {
		eventually(t, "the store works again", func() error { return store.Check(t.Context()) })
		works(t, store)
	}
}

// The system takes connections for a process that does not.
func TestServerThatDoesNotAnswer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	fails(t, open(t, "redis://:s3cret@"+listener.Addr().String()), "s3cret")
}

func TestServerThatHangsUp(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()
	fails(t, open(t, "redis://:s3cret@"+listener.Addr().String()), "s3cret")
}

func TestServerThatIsNotThere(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	for name, url := range map[string]string{
		"one server": "redis://user:s3cret@" + address,
		"cluster":    "redis://user:s3cret@" + address + "?addr=" + address,
		"sentinel":   "redis://user:s3cret@" + address + "?master_name=shop&password=s3cret",
		"TLS":        "rediss://user:s3cret@" + address,
		"socket":     "unix://user:s3cret@/nowhere/redis.sock",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fails(t, open(t, url), "s3cret")
		})
	}
}

// Caddy also provisions configurations that it only validates.
func TestNothingIsConnectedBeforeTheFirstUse(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	connected := make(chan struct{}, 10)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connected <- struct{}{}
			_ = conn.Close()
		}
	}()
	source, err := provision(t, "redis://"+listener.Addr().String()+"?min_idle_conns=0")
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-connected:
		t.Fatal("loading the configuration connects")
	case <-time.After(100 * time.Millisecond):
	}
	store := source.NewStore(nil)
	defer store.Close()
	select {
	case <-connected:
		t.Fatal("making the store connects")
	case <-time.After(100 * time.Millisecond):
	}
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	_ = store.Check(ctx)
	select {
	case <-connected:
	case <-time.After(patience):
		t.Fatal("the store does not connect at all")
	}
}
