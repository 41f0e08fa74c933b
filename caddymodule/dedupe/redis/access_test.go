package redis

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// secret has all that must be encoded in a URL.
const secret = "s3cret:/@?#%[]&=+ 密码"

var encoded = strings.ReplaceAll(url.QueryEscape(secret), "+", "%20")

func testPasswords(t *testing.T) {
	s := startServer(t, "--requirepass", secret)
	for name, address := range map[string]string{
		"the password":                      "redis://:" + encoded + "@" + s.address,
		"the default user and the password": "redis://default:" + encoded + "@" + s.address + "/0",
	} {
		t.Run(name, func(t *testing.T) { works(t, open(t, address)) })
	}
	for name, address := range map[string]string{
		"without a password": "redis://" + s.address,
		"a wrong password":   "redis://:" + encoded + "x@" + s.address,
		"another user":       "redis://nobody:" + encoded + "@" + s.address,
	} {
		t.Run(name, func(t *testing.T) {
			store := open(t, address)
			fails(t, store, secret, encoded, "s3cret")
			if err := store.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "NOAUTH") && !strings.Contains(err.Error(), "WRONGPASS") {
				t.Errorf("%v, want the server's own words", err)
			}
		})
	}
}

// What is tested here can be told to whoever runs the server.
func testFewRights(t *testing.T) {
	s := startServer(t)
	s.do("ACL", "SETUSER", "edge", "reset", "on", ">"+secret, "~wechatpay:*", "+eval", "+evalsha", "+get", "+set", "+del", "+ping")
	s.do("ACL", "SETUSER", "default", "off")
	works(t, open(t, "redis://edge:"+encoded+"@"+s.address+"/0"))
}

func testUnixSocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "redis") //nolint:usetesting // that is longer than a socket's path may be
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "redis.sock")
	s := startServer(t, "--unixsocket", socket, "--unixsocketperm", "700", "--requirepass", secret)
	works(t, open(t, "unix://:"+encoded+"@"+socket+"?db=2"))
	fails(t, open(t, "unix://"+socket), secret)
	s.kill()
	fails(t, open(t, "unix://:"+encoded+"@"+socket), secret, encoded)
}

func testFull(t *testing.T) {
	s := startServer(t, "--maxmemory-policy", "noeviction")
	store := open(t, s.url())
	accepted, claimed := claim("accepted"), claim("claimed")
	accept(t, store, accepted)
	finds(t, store, claimed, dedupe.Claimed)
	s.do("CONFIG", "SET", "maxmemory", "1")
	if _, err := store.Begin(t.Context(), claim("new")); err == nil {
		t.Error("there is room for a new claim")
	}
	if err := store.Accept(t.Context(), claimed); err == nil {
		t.Error("there is room for a new record")
	}
	s.do("CONFIG", "SET", "maxmemory", "0")
	finds(t, store, claim("accepted"), dedupe.Accepted)
	finds(t, store, claim("claimed"), dedupe.InFlight)
	accept(t, store, claimed)
	finds(t, store, claim("claimed"), dedupe.Accepted)
	finds(t, store, claim("new"), dedupe.Claimed)
}

func testReplica(t *testing.T) {
	master := startServer(t)
	replica := startServer(t, "--replicaof", "127.0.0.1 "+master.port())
	store := open(t, master.url())
	accept(t, store, claim("order"))
	eventually(t, "the replica has the record", func() error { return replicated(replica) })

	wrong := open(t, replica.url())
	if _, err := wrong.Begin(t.Context(), claim("new")); err == nil || !strings.Contains(err.Error(), "READONLY") {
		t.Errorf("Begin: %v, want the replica's refusal", err)
	}
	if err := wrong.Accept(context.Background(), claim("new")); err == nil {
		t.Error("Accept works")
	}
}

func replicated(replica *process) error {
	if info := replica.do("INFO", "replication").(string); !strings.Contains(info, "master_link_status:up") {
		return fmt.Errorf("%s", info)
	}
	return nil
}
