package file

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

func TestCaddyfile(t *testing.T) {
	tests := map[string]struct {
		input string
		want  string // the JSON
		err   string
	}{
		"nothing needs to be said":      {input: "file", want: `{}`},
		"a path":                        {input: "file /data/dedupe.db", want: `{"path":"/data/dedupe.db"}`},
		"a path with a placeholder":     {input: "file {env.DATA}/dedupe.db", want: `{"path":"{env.DATA}/dedupe.db"}`},
		"a path with blanks":            {input: `file "/my data/dedupe.db"`, want: `{"path":"/my data/dedupe.db"}`},
		"a path and options":            {input: "file x.db {\n timeout 3s\n retention 5d\n}", want: `{"path":"x.db","timeout":3000000000,"retention":432000000000000}`},
		"options alone":                 {input: "file {\n timeout 500ms\n}", want: `{"timeout":500000000}`},
		"two paths":                     {input: "file a b", err: "wrong argument count"},
		"an option that does not exist": {input: "file {\n path x\n}", err: `unknown option "path" of dedupe file; there are timeout and retention`},
		"an option after a path":        {input: "file x.db {\n path x\n}", err: `unknown option "path" of dedupe file;`},
		"an option twice":               {input: "file {\n retention 1h\n retention 1h\n}", err: "retention appears twice"},
		"what is no duration":           {input: "file {\n retention long\n}", err: `retention "long" is not a positive duration such as 30s, 5m or 2d`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			source := new(Source)
			err := source.UnmarshalCaddyfile(caddyfile.NewTestDispenser(test.input))
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want one with %q", err, test.err)
				}
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

// load loads a source as Caddy does.
func load(t *testing.T, config string) (*Source, error) {
	t.Helper()
	ctx, cancel := caddy.NewContext(caddy.Context{Context: context.Background()})
	defer cancel()
	module, err := ctx.LoadModuleByID(dedupe.Namespace+".file", json.RawMessage(config))
	if err != nil {
		return nil, err
	}
	return module.(*Source), nil
}

func TestPath(t *testing.T) {
	data := t.TempDir()
	t.Setenv("XDG_DATA_HOME", data)
	t.Setenv("WECHATPAY_TEST_DIR", data)
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ config, want string }{
		"the default is in Caddy's data directory": {`{}`, filepath.Join(data, "caddy", "wechatpay", "dedupe.db")},
		"an absolute path is taken as it is":       {`{"path": "/somewhere/x.db"}`, "/somewhere/x.db"},
		"a path is cleaned":                        {`{"path": "/somewhere/./else/../x.db"}`, "/somewhere/x.db"},
		"a relative path becomes absolute":         {`{"path": "x.db"}`, filepath.Join(here, "x.db")},
		"placeholders are expanded":                {`{"path": "{env.WECHATPAY_TEST_DIR}/x.db"}`, filepath.Join(data, "x.db")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			source, err := load(t, test.config)
			if err != nil {
				t.Fatal(err)
			}
			if got := source.Key(); got != "file "+test.want {
				t.Errorf("key %q, want that of %s", got, test.want)
			}
		})
	}
	if entries, _ := os.ReadDir(data); len(entries) != 0 {
		t.Errorf("%s was created by loading", entries[0].Name())
	}
}

func TestConfigurationThatDoesNotLoad(t *testing.T) {
	tests := map[string]struct{ config, err string }{
		"a variable that is not set": {`{"path": "{env.WECHATPAY_TEST_UNSET}/x.db"}`, "WECHATPAY_TEST_UNSET"},
		"a negative timeout":         {`{"timeout": "-1s"}`, "timeout and retention must be positive"},
		"a negative retention":       {`{"retention": "-1s"}`, "timeout and retention must be positive"},
		"an unknown option":          {`{"file": "x.db"}`, `"file"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := load(t, test.config); err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("error %v, want one with %q", err, test.err)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	source, err := load(t, `{"timeout": "5s", "retention": "3d"}`)
	if err != nil {
		t.Fatal(err)
	}
	want := dedupe.Options{Timeout: caddy.Duration(5 * time.Second), Retention: caddy.Duration(72 * time.Hour)}
	if got := source.Common(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if source, err = load(t, `{}`); err != nil || source.Common().Timeout != caddy.Duration(2*time.Second) {
		t.Errorf("error %v, timeout %v, want two seconds when nothing is said", err, source.Common().Timeout)
	}
}

func TestStoreOfASourceHasItsPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dedupe.db")
	source, err := load(t, `{"path": "`+filepath.ToSlash(path)+`"}`)
	if err != nil {
		t.Fatal(err)
	}
	s := source.NewStore(zap.NewNop())
	if _, err := os.Stat(path); err == nil {
		t.Error("the file is there before the store is used")
	}
	accept(t, s, claim("order"))
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	expect(t, openTest(t, path), "order", dedupe.Accepted)
}
