package memory

import (
	"context"
	"encoding/json"
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
		"nothing needs to be said": {input: "memory", want: `{}`},
		"a number of records":      {input: "memory 500", want: `{"max_records":500}`},
		"options in a block": {
			input: "memory 500 {\n timeout 3s\n retention 5d\n}",
			want:  `{"max_records":500,"timeout":3000000000,"retention":432000000000000}`,
		},
		"a block alone":                 {input: "memory {\n retention 72h\n}", want: `{"retention":259200000000000}`},
		"no records":                    {input: "memory 0", err: `dedupe memory "0": that is not a number of records`},
		"fewer than none":               {input: "memory -1", err: "that is not a number of records"},
		"what is no number":             {input: "memory many", err: "that is not a number of records"},
		"a fraction":                    {input: "memory 1.5", err: "that is not a number of records"},
		"a number too large":            {input: "memory 99999999999999999999", err: "that is not a number of records"},
		"two arguments":                 {input: "memory 1 2", err: "wrong argument count"},
		"an option that does not exist": {input: "memory {\n size 3\n}", err: `unknown option "size" of dedupe memory; there are timeout and retention`},
		"an option after a number":      {input: "memory 5 {\n size 3\n}", err: `unknown option "size" of dedupe memory;`},
		"an option twice":               {input: "memory {\n timeout 1s\n timeout 1s\n}", err: "timeout appears twice"},
		"an option without a value":     {input: "memory {\n timeout\n}", err: "wrong argument count"},
		"an option with two values":     {input: "memory {\n timeout 1s 2s\n}", err: "wrong argument count"},
		"a time without a unit":         {input: "memory {\n timeout 2\n}", err: `timeout "2" is not a positive duration`},
		"no time at all":                {input: "memory {\n retention 0s\n}", err: `retention "0s" is not a positive duration`},
		"a negative time":               {input: "memory {\n timeout -2s\n}", err: `timeout "-2s" is not a positive duration`},
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

func TestJSON(t *testing.T) {
	tests := map[string]struct {
		config string
		want   Source
		err    string
	}{
		"defaults": {
			config: `{}`,
			want:   Source{MaxRecords: 100_000, Options: dedupe.Options{Timeout: caddy.Duration(2 * time.Second)}},
		},
		"all options": {
			config: `{"max_records": 7, "timeout": "500ms", "retention": "3d"}`,
			want:   Source{MaxRecords: 7, Options: dedupe.Options{Timeout: caddy.Duration(500 * time.Millisecond), Retention: caddy.Duration(72 * time.Hour)}},
		},
		"fewer than no records": {config: `{"max_records": -1}`, err: "max_records must be positive"},
		"a negative timeout":    {config: `{"timeout": "-1s"}`, err: "timeout and retention must be positive"},
		"a negative retention":  {config: `{"retention": "-1s"}`, err: "timeout and retention must be positive"},
		"an unknown option":     {config: `{"size": 1}`, err: "size"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := caddy.NewContext(caddy.Context{Context: context.Background()})
			defer cancel()
			module, err := ctx.LoadModuleByID(dedupe.Namespace+".memory", json.RawMessage(test.config))
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want one with %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			source := module.(*Source)
			if got := (Source{MaxRecords: source.MaxRecords, Options: source.Common()}); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestMaxRecordsIsTheStoresBound(t *testing.T) {
	s := (&Source{MaxRecords: 1}).NewStore(zap.NewNop())
	for _, fact := range []string{"1", "2"} {
		if err := s.Accept(t.Context(), claim(fact)); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		fact string
		want dedupe.State
	}{{"2", dedupe.Accepted}, {"1", dedupe.Claimed}} {
		if state, err := s.Begin(t.Context(), claim(test.fact)); err != nil || state != test.want {
			t.Errorf("%s: state %d, error %v, want state %d", test.fact, state, err, test.want)
		}
	}
}
