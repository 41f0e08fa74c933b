package caddymodule_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	_ "github.com/caddyserver/caddy/v2/modules/caddyhttp/standard"

	_ "github.com/caddy-wechatpay/caddy-wechatpay/caddymodule"
)

var update = flag.Bool("update", false, "write what the files of testdata/adapt adapt to")

// adapt returns the JSON that a Caddyfile stands for.
func adapt(text string) ([]byte, error) {
	adapted, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(text), map[string]any{"filename": "Caddyfile"})
	if err != nil {
		return nil, err
	}
	var pretty bytes.Buffer
	err = json.Indent(&pretty, adapted, "", "\t")
	return pretty.Bytes(), err
}

// Each file is a Caddyfile, a line of ten dashes, and the JSON that it adapts to, or
// the error, in the way of Caddy's own tests. They show above all that the directive
// comes before everything that could answer or call the app in its place.
func TestAdapt(t *testing.T) {
	const dashes = "\n----------\n"
	files, err := filepath.Glob("testdata/adapt/*.caddyfiletest")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".caddyfiletest"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			input, want, _ := strings.Cut(string(text), dashes)
			input = strings.TrimSpace(input) + "\n"
			if formatted := string(caddyfile.Format([]byte(input))); formatted != input {
				t.Errorf("caddy fmt would write:\n%s", formatted)
			}
			adapted, err := adapt(input)
			got := string(adapted)
			if err != nil {
				got = err.Error()
			}
			if *update {
				if err := os.WriteFile(file, []byte(input+dashes[1:]+got+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != strings.TrimSpace(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// The example that users start from adapts, and is formatted.
func TestCaddyfileExample(t *testing.T) {
	t.Setenv("WECHATPAY_MCH_ID", "1900000109")
	t.Setenv("WECHATPAY_APIV2_KEY", ownKey)
	text, err := os.ReadFile("../Caddyfile.example")
	if err != nil {
		t.Fatal(err)
	}
	if formatted := caddyfile.Format(text); !bytes.Equal(formatted, text) {
		t.Errorf("caddy fmt would write:\n%s", formatted)
	}
	adapted, err := adapt(string(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"handler": "wechatpay_notify"`, `"{env.WECHATPAY_APIV2_KEY}"`, `"{env.WECHATPAY_MCH_ID}"`} {
		if !bytes.Contains(adapted, []byte(part)) {
			t.Errorf("%s is missing in:\n%s", part, adapted)
		}
	}
	if bytes.Contains(adapted, []byte(ownKey)) {
		t.Error("the key is in the adapted configuration")
	}
	if err := validate(adapted); err != nil {
		t.Error(err)
	}
	// Options that are commented out must be right as well.
	commented := strings.NewReplacer("# sign_type", "sign_type", "# appid", "appid", "# sub_mch_id", "sub_mch_id", "# mode", "mode",
		"# accept", "accept", "# max_age", "max_age", "# max_body_size", "max_body_size", "# upstream_timeout", "upstream_timeout",
		"# keep_header", "keep_header").Replace(string(text))
	if adapted, err = adapt(commented); err != nil {
		t.Fatal(err)
	}
	if err := validate(adapted); err != nil {
		t.Error(err)
	}
}
