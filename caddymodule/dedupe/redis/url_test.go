package redis

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

func TestURL(t *testing.T) {
	tests := map[string]struct {
		url  string
		want redis.Options
	}{
		"a host alone":         {"redis://10.0.0.5", redis.Options{Network: "tcp", Addr: "10.0.0.5:6379"}},
		"a port":               {"redis://10.0.0.5:7000", redis.Options{Network: "tcp", Addr: "10.0.0.5:7000"}},
		"IPv6":                 {"redis://[::1]:7000/2", redis.Options{Network: "tcp", Addr: "[::1]:7000", DB: 2}},
		"a password":           {"redis://:pa%3Ass@h/1", redis.Options{Network: "tcp", Addr: "h:6379", Password: "pa:ss", DB: 1}},
		"a user":               {"redis://edge:pass@h", redis.Options{Network: "tcp", Addr: "h:6379", Username: "edge", Password: "pass"}},
		"a socket":             {"unix:///run/redis.sock?db=3", redis.Options{Network: "unix", Addr: "/run/redis.sock", DB: 3}},
		"deadlines are minded": {"redis://h?read_timeout=9s", redis.Options{Network: "tcp", Addr: "h:6379"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			source, err := provision(t, test.url)
			if err != nil {
				t.Fatal(err)
			}
			client := source.newClient().(*redis.Client)
			defer client.Close()
			o := client.Options()
			got := redis.Options{Network: o.Network, Addr: o.Addr, Username: o.Username, Password: o.Password, DB: o.DB}
			if got.Network != test.want.Network || got.Addr != test.want.Addr || got.Username != test.want.Username ||
				got.Password != test.want.Password || got.DB != test.want.DB {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			if !o.ContextTimeoutEnabled {
				t.Error("the deadline of a call is not minded")
			}
		})
	}
}

func TestURLFromElsewhere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(file, []byte("redis://:s3cret@h/5\n"), 0o600); err != nil { // as editors end it
		t.Fatal(err)
	}
	t.Setenv("WECHATPAY_TEST_URL", "redis://:s3cret@h/5")
	t.Setenv("WECHATPAY_TEST_PASSWORD", "s3cret")
	for _, url := range []string{"{file." + file + "}", "{env.WECHATPAY_TEST_URL}", "redis://:{env.WECHATPAY_TEST_PASSWORD}@h/5"} {
		source, err := provision(t, url)
		if err != nil {
			t.Fatal(err)
		}
		client := source.newClient().(*redis.Client)
		if o := client.Options(); o.Password != "s3cret" || o.DB != 5 {
			t.Errorf("%s: password %q, database %d", url, o.Password, o.DB)
		}
		_ = client.Close()
	}
}

func TestURLOfTLSNamesTheServer(t *testing.T) {
	source, err := provision(t, "rediss://redis.example.com/0")
	if err != nil {
		t.Fatal(err)
	}
	client := source.newClient().(*redis.Client)
	defer client.Close()
	if c := client.Options().TLSConfig; c == nil || c.ServerName != "redis.example.com" || c.InsecureSkipVerify {
		t.Errorf("TLS configuration %+v, want one that checks the name", c)
	}
}

func TestURLOfACluster(t *testing.T) {
	source, err := provision(t, "redis://edge:pass@h1:1?addr=h2:2&addr=h3:3")
	if err != nil {
		t.Fatal(err)
	}
	client := source.newClient().(*redis.ClusterClient)
	defer client.Close()
	o := client.Options()
	if strings.Join(o.Addrs, " ") != "h1:1 h2:2 h3:3" || o.Username != "edge" || o.Password != "pass" || !o.ContextTimeoutEnabled {
		t.Errorf("got %v, user %q, password %q, deadlines minded: %t", o.Addrs, o.Username, o.Password, o.ContextTimeoutEnabled)
	}
}

func TestURLOfSentinel(t *testing.T) {
	source, err := provision(t, "redis://h1:1/4?master_name=shop&addr=h2:2&context_timeout_enabled=false&username=edge&password=pass")
	if err != nil {
		t.Fatal(err)
	}
	client := source.newClient().(*redis.Client)
	defer client.Close()
	if o := client.Options(); o.DB != 4 || !o.ContextTimeoutEnabled || o.Username != "edge" || o.Password != "pass" {
		t.Errorf("database %d, user %q, password %q, deadlines minded: %t", o.DB, o.Username, o.Password, o.ContextTimeoutEnabled)
	}
}

func TestURLThatCannotBeUsed(t *testing.T) {
	const none = "url is none; in a user name or password, percent-encode what has a meaning in a URL"
	t.Setenv("WECHATPAY_TEST_EMPTY", "")
	t.Setenv("WECHATPAY_TEST_BROKEN", "redis://:s3cret#1@h")
	tests := map[string]struct{ url, err string }{
		"none":                            {"", "url is missing"},
		"a variable that is not set":      {"redis://:{env.WECHATPAY_TEST_UNSET}@h", "a placeholder that stands for nothing; set the variable"},
		"a variable that is empty":        {"{env.WECHATPAY_TEST_EMPTY}", "a placeholder that stands for nothing"},
		"a file that does not exist":      {"redis://:{file./nowhere/s3cret}@h", "a placeholder that stands for nothing"},
		"a broken URL in a variable":      {"{env.WECHATPAY_TEST_BROKEN}", none},
		"an address alone":                {"10.0.0.5:6379", none},
		"a name alone":                    {"localhost:6379", none},
		"slashes forgotten":               {"redis:10.0.0.5:6379", none},
		"another scheme":                  {"http://user:s3cret@h", "url cannot be used: invalid URL scheme"},
		"a password with a percent sign":  {"redis://:s3cret%zz@h", none},
		"a password with a hash":          {"redis://:s3cret#1@h", none},
		"a password with a slash":         {"redis://:s3cret/1@h", none},
		"a password with a question mark": {"redis://:s3cret?1@h", none},
		"a password like a port":          {"redis://:123/s3cret@h", "url cannot be used: invalid database number"},
		"a port that is none":             {"redis://:s3cret@h:s3cret", none},
		"a database that is none":         {"redis://:s3cret@h/s3cret", "url cannot be used: invalid database number"},
		"two databases":                   {"redis://:s3cret@h/0/s3cret", "url cannot be used: invalid URL path"},
		"an unknown option":               {"redis://:s3cret@h?s3cret=1", "url cannot be used: unexpected option"},
		"a password as an option":         {"redis://h?password=s3cret", "url cannot be used: unexpected option"},
		"an option that is no duration":   {"redis://:s3cret@h?read_timeout=s3cret", "url cannot be used: invalid read_timeout duration"},
		"an option that is no number":     {"redis://:s3cret@h?pool_size=s3cret", "url cannot be used: invalid pool_size number"},
		"a socket without a path":         {"unix://:s3cret@", "url cannot be used: empty unix socket path"},
		"cluster: an address that is none": {
			"redis://:s3cret@h?addr=s3cret", "url cannot be used: unable to parse addr param",
		},
		"cluster: another scheme":       {"http://:s3cret@h?addr=h:1", "url cannot be used: invalid URL scheme"},
		"cluster: a socket":             {"unix://:s3cret@/x?addr=h:1", "url cannot be used: invalid URL scheme"},
		"cluster: an unknown option":    {"redis://:s3cret@h?addr=h:1&s3cret=1", "url cannot be used: unexpected option"},
		"sentinel: another scheme":      {"http://:s3cret@h?master_name=shop", "url cannot be used: invalid URL scheme"},
		"sentinel: an unknown option":   {"redis://h?master_name=shop&sentinel_password=s3cret", "url cannot be used: unexpected option"},
		"sentinel: replicas only":       {"redis://:s3cret@h?master_name=shop&replica_only=true", "url must not lead to replicas"},
		"sentinel: the nearest server":  {"redis://:s3cret@h?master_name=shop&route_by_latency=true", "url must not lead to replicas"},
		"sentinel: any server whatever": {"redis://:s3cret@h?master_name=shop&route_randomly=true", "url must not lead to replicas"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := provision(t, test.url)
			if err == nil || !strings.HasPrefix(err.Error(), "dedupe redis: ") || !strings.Contains(err.Error(), test.err) {
				t.Fatalf("error %v, want one with %q", err, test.err)
			}
			discreet(t, err.Error(), "s3cret")
		})
	}
}
