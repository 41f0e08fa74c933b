package integration

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	_ "github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe/redis"
)

const redisPassword = "PasswordOfRedis1"

// TestRedisEdges is what needs a Redis: all that holds for the other stores, and what its
// password must not do.
func TestRedisEdges(t *testing.T) {
	program, err := exec.LookPath("redis-server")
	if err != nil && os.Getenv("WECHATPAY_TEST_BACKENDS") == "" {
		t.Skip("redis-server is not installed")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("REDIS", startRedis(t, program))
	t.Setenv("REDIS_PASSWORD", redisPassword)
	const store = "dedupe redis redis://:{env.REDIS_PASSWORD}@{env.REDIS}/0"
	for _, row := range dedupeRules {
		t.Run(row.rule, func(t *testing.T) { row.check(t, store) })
	}
	t.Run("Caddy stops and starts", func(t *testing.T) {
		e := start(t, gate(store)+proxy)
		body := payment()
		wantDelivery(t, e, body, yes, 1)
		wantDelivery(t, start(t, gate(store)+proxy), body, duplicate, 0)
	})
	t.Run("the password stays out of the log", func(t *testing.T) {
		e := start(t, gate(store)+proxy)
		wantDelivery(t, e, payment(), yes, 1)
		t.Setenv("REDIS_PASSWORD", redisPassword+"-wrong")
		reloaded(t, e, gate(store)+proxy)
		wantWarnedOfStore(t, e)
		wantDelivery(t, e, payment(), storeError, 0)
		wantNoSecret(t, "the log", e.logs.everything(), map[string]string{"the password": redisPassword})
	})
}

// startRedis runs a server of its own, which keeps nothing, until the test ends.
func startRedis(t *testing.T, program string) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = listener.Addr().String()
	_ = listener.Close()
	_, port, _ := strings.Cut(address, ":")
	command := exec.Command(program, "--bind", "127.0.0.1", "--port", port, "--requirepass", redisPassword,
		"--dir", t.TempDir(), "--save", "", "--appendonly", "no")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	eventually(t, "Redis does not listen", func() bool {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			_ = connection.Close()
		}
		return err == nil
	})
	return address
}

// Without a Redis, nothing is acked and nothing is forwarded; WeChat Pay is answered in
// time even where nobody answers.
func TestRedisThatIsNotThere(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	t.Setenv("REDIS_PASSWORD", redisPassword)
	for rule, address := range map[string]string{
		"nobody listens": "127.0.0.1:1", "nobody answers": silent.Addr().String(), "there is no such host": "redis.invalid:6379",
	} {
		t.Run(rule, func(t *testing.T) {
			e := start(t, gate("dedupe redis redis://:{env.REDIS_PASSWORD}@"+address+"/0 {\n\t\ttimeout 500ms\n\t}")+proxy)
			wantWarnedOfStore(t, e)
			asked := time.Now()
			wantDelivery(t, e, payment(), storeError, 0)
			if took := time.Since(asked); took > 4*time.Second {
				t.Errorf("took %v, and WeChat Pay waits 5 s", took)
			}
			wantNoSecret(t, "the log", e.logs.everything(), map[string]string{"the password": redisPassword})
		})
	}
}
