package redis

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

func TestCaddyfile(t *testing.T) {
	tests := map[string]struct {
		input string
		want  string // the JSON
		err   string
	}{
		"a URL":                         {input: "redis redis://h:6379/0", want: `{"url":"redis://h:6379/0"}`},
		"a placeholder":                 {input: "redis {env.REDIS_URL}", want: `{"url":"{env.REDIS_URL}"}`},
		"options":                       {input: "redis redis://h {\n timeout 500ms\n retention 5d\n}", want: `{"url":"redis://h","timeout":500000000,"retention":432000000000000}`},
		"no URL":                        {input: "redis", err: "dedupe redis needs a URL, such as redis://10.0.0.5:6379/0"},
		"no URL but options":            {input: "redis {\n timeout 1s\n}", err: "dedupe redis needs a URL"},
		"two URLs":                      {input: "redis redis://h1 redis://:s3cret@h2", err: "redis"},
		"a password with a blank":       {input: "redis redis://:my s3cret@h2", err: "redis"},
		"an option that does not exist": {input: "redis redis://:s3cret@h {\n password x\n}", err: `unknown option "password" of dedupe redis; there are timeout and retention`},
		"an option twice":               {input: "redis redis://h {\n timeout 1s\n timeout 1s\n}", err: "timeout appears twice"},
		"what is no duration":           {input: "redis redis://h {\n timeout soon\n}", err: `timeout "soon" is not a positive duration`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			source := new(Source)
			err := source.UnmarshalCaddyfile(caddyfile.NewTestDispenser(test.input))
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("error %v, want one with %q", err, test.err)
				}
				discreet(t, err.Error(), "s3cret")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := json.Marshal(source); string(got) != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestJSON(t *testing.T) {
	ctx, cancel := caddy.NewContext(caddy.Context{Context: context.Background()})
	defer cancel()
	const id = dedupe.Namespace + ".redis"
	module, err := ctx.LoadModuleByID(id, json.RawMessage(`{"url": "redis://h", "timeout": "500ms", "retention": "3d"}`))
	if err != nil {
		t.Fatal(err)
	}
	want := dedupe.Options{Timeout: caddy.Duration(500 * time.Millisecond), Retention: caddy.Duration(72 * time.Hour)}
	if got := module.(dedupe.Source).Common(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for name, test := range map[string]struct{ config, err string }{
		"no URL":             {`{}`, "url is missing"},
		"a negative timeout": {`{"url": "redis://h", "timeout": "-1s"}`, "timeout and retention must be positive"},
		"an unknown option":  {`{"url": "redis://h", "password": "x"}`, `"password"`},
	} {
		if _, err := ctx.LoadModuleByID(id, json.RawMessage(test.config)); err == nil || !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: error %v, want one with %q", name, err, test.err)
		}
	}
}

func TestSourcesOfTheSameURLShareAStore(t *testing.T) {
	t.Setenv("WECHATPAY_TEST_URL", "redis://h:6379/0")
	key := func(url string) string {
		source, err := provision(t, url)
		if err != nil {
			t.Fatal(err)
		}
		return source.Key()
	}
	if key("redis://h:6379/0") != key("{env.WECHATPAY_TEST_URL}") {
		t.Error("the same URL has two keys")
	}
	if key("redis://h:6379/0") == key("redis://h:6379/1") {
		t.Error("two databases have the same key")
	}
}
