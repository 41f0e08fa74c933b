package caddymodule_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	_ "github.com/caddyserver/caddy/v2/modules/filestorage"
)

const ownKey = "5f3a9c1e7b2d4860a1c3e5f7092b4d68"

// validate does what caddy validate does with a configuration.
func validate(config []byte) error {
	var parsed caddy.Config
	if err := json.Unmarshal(config, &parsed); err != nil {
		return err
	}
	return caddy.Validate(&parsed)
}

// withHandler returns a configuration whose only handler is wechatpay_notify with
// these members.
func withHandler(members string) []byte {
	return fmt.Appendf(nil, `{"admin":{"disabled":true},"logging":{"logs":{"default":{"level":"PANIC"}}},
		"apps":{"http":{"servers":{"s":{"listen":["127.0.0.1:0"],"automatic_https":{"disable":true},
		"routes":[{"handle":[{"handler":"wechatpay_notify",%s}]}]}}}}}`, members)
}

func merchants(keys string) string {
	return `"merchants":[{"mch_id":"1900000109","keys":[` + keys + `]}]`
}

// What cannot be meant stops the load, with words that say where, why, and what to
// do about it, and that never repeat a secret.
func TestValidateRefuses(t *testing.T) {
	directory := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(directory, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Setenv("EMPTY", "")
	t.Setenv("BLANK", strings.Repeat(" ", 32))
	t.Setenv("SHORT", ownKey[:31])
	t.Setenv("LONG", ownKey+"0")
	t.Setenv("NEWLINE", ownKey[:31]+"\n")
	t.Setenv("QUOTED", `"`+ownKey[:30]+`x`)
	t.Setenv("SAMPLE", "192006250b4c09247ec02edce69f6a2d")
	t.Setenv("UPPER_SAMPLE", "192006250B4C09247EC02EDCE69F6A2D")
	t.Setenv("DEMO", "8934e7d15453e97507ef794cf7b0519d")
	t.Setenv("GOOD", ownKey)

	const place, platform = "merchant 1900000109: key", "账户中心 > API安全"
	for _, row := range []struct {
		rule, members string
		want          []string
	}{
		{"an unset variable", merchants(`"{env.UNSET}"`), []string{place, "{env.UNSET}", "set the variable"}},
		{"an empty variable", merchants(`"{env.EMPTY}"`), []string{place, "{env.EMPTY}", "set the variable"}},
		{"the second key unset", merchants(`"{env.GOOD}","{env.UNSET}"`), []string{place + " 2", "{env.UNSET}", "set the variable"}},
		{"a missing file", merchants(`"{file.` + directory + `/missing}"`), []string{place, "missing}", "provide the file"}},
		{"an empty file", merchants(`"{file.` + file("empty", "") + `}"`), []string{place, "empty}"}},
		{"a file with a newline alone", merchants(`"{file.` + file("newline", "\n") + `}"`), []string{place, "newline}"}},
		{"a file with two newlines at its end", merchants(`"{file.` + file("two", ownKey+"\n\n") + `}"`), []string{place, "two}", "line break", platform}},
		{"a blank key", merchants(`"{env.BLANK}"`), []string{place, "{env.BLANK}", "is empty", platform}},
		{"a key with a newline", merchants(`"{env.NEWLINE}"`), []string{place, "{env.NEWLINE}", "line break", platform}},
		{"31 characters", merchants(`"{env.SHORT}"`), []string{place, "{env.SHORT}", "has 31 characters", "has 32", platform}},
		{"33 characters", merchants(`"{env.LONG}"`), []string{place, "{env.LONG}", "has 33 characters", "has 32", platform}},
		{"the second key too short", merchants(`"{env.GOOD}","{env.SHORT}"`), []string{place + " 2 ({env.SHORT})", "has 31 characters"}},
		{"the sample key of the documentation", merchants(`"{env.SAMPLE}"`), []string{place, "{env.SAMPLE}", "public knowledge", platform}},
		{"the sample key in capitals", merchants(`"{env.UPPER_SAMPLE}"`), []string{place, "public knowledge"}},
		{"the key of Tencent's demo", merchants(`"{env.DEMO}"`), []string{place, "public knowledge"}},
		{"a literal key too short", merchants(`"` + ownKey[:31] + `"`), []string{place, "has 31 characters"}},
		{"a literal key in braces", merchants(`"{` + ownKey + `}"`), []string{place}},
		{"no key", merchants(``), []string{"merchant 1900000109", "has no key", "key {env.WECHATPAY_APIV2_KEY}"}},
		{"no merchant", `"merchants":[]`, []string{"no merchant is configured", "merchant block"}},
		{"no mch_id", `"merchants":[{"keys":["{env.GOOD}"]}]`, []string{"mch_id"}},
		{"an mch_id that is none", `"merchants":[{"mch_id":"1900 000109","keys":["{env.GOOD}"]}]`, []string{"mch_id"}},
		{"an mch_id unset", `"merchants":[{"mch_id":"{env.UNSET}","keys":["{env.GOOD}"]}]`, []string{"{env.UNSET}", "mch_id", "set the variable"}},
		{"a merchant twice", `"merchants":[{"mch_id":"1900000109","keys":["{env.GOOD}"]},{"mch_id":"1900000109","keys":["{env.GOOD}"]}]`, []string{"merchant 1900000109 is configured twice"}},
		{"another sign_type", `"merchants":[{"mch_id":"1900000109","keys":["{env.GOOD}"],"sign_type":"SHA1"}]`, []string{"merchant 1900000109", `sign_type "SHA1"`, "MD5", "HMAC-SHA256"}},
		{"sign_type in lower case", `"merchants":[{"mch_id":"1900000109","keys":["{env.GOOD}"],"sign_type":"md5"}]`, []string{"merchant 1900000109", `sign_type "md5"`, "MD5"}},
		{"an appid unset", `"merchants":[{"mch_id":"1900000109","keys":["{env.GOOD}"],"appids":["{env.UNSET}"]}]`, []string{"merchant 1900000109", "appid", "{env.UNSET}"}},
		{"an appid that is none", `"merchants":[{"mch_id":"1900000109","keys":["{env.GOOD}"],"appids":["a b"]}]`, []string{"merchant 1900000109", "appid"}},
		{"a sub_mch_id that is empty", `"merchants":[{"mch_id":"1900000109","keys":["{env.GOOD}"],"sub_mch_ids":[""]}]`, []string{"merchant 1900000109", "sub_mch_id"}},
		{"another mode", good(`"mode":"off"`), []string{`mode "off"`, "enforce, shadow"}},
		{"another form", good(`"forward":"yaml"`), []string{`forward "yaml"`, "json"}},
		{"another accept", good(`"accept":"any"`), []string{`accept "any"`, "explicit, status"}},
		{"codes with accept status", good(`"accept":"status","accept_codes":["0"]`), []string{"accept status takes no codes"}},
		{"a negative max_age", good(`"max_age":-1`), []string{"max_age", "positive"}},
		{"a negative max_body_size", good(`"max_body_size":-1`), []string{"max_body_size", "positive"}},
		{"a negative upstream_timeout", good(`"upstream_timeout":"-1s"`), []string{"upstream_timeout", "positive"}},
		{"a huge max_body_size", good(`"max_body_size":9223372036854775807`), []string{"max_body_size"}},
		{"a duration that is none", good(`"max_age":"soon"`), []string{`invalid duration "soon"`}},
		{"a header that is ours", good(`"keep_headers":["content-length"]`), []string{"keep_header", "content-length"}},
		{"a header for the connection", good(`"keep_headers":["X-Shop","Upgrade"]`), []string{"keep_header", "Upgrade"}},
		{"a header that is none", good(`"keep_headers":["X Shop"]`), []string{"keep_header", "X Shop"}},
		{"a header without a name", good(`"keep_headers":[""]`), []string{"keep_header"}},
		{"an unknown member", good(`"max_agee":"1h"`), []string{"max_agee"}},
		{"keys that are no list", `"merchants":[{"mch_id":"1900000109","keys":"` + ownKey + `"}]`, []string{"keys"}},
	} {
		t.Run(row.rule, func(t *testing.T) {
			err := validate(withHandler(row.members))
			if err == nil {
				t.Fatal("it is accepted")
			}
			message := err.Error()
			for _, words := range row.want {
				if !strings.Contains(message, words) {
					t.Errorf("%q is missing in: %s", words, message)
				}
			}
			for _, secret := range []string{ownKey[:30], "192006250b4c", "192006250B4C", "8934e7d15453"} {
				if strings.Contains(message, secret) {
					t.Errorf("a secret is in: %s", message)
				}
			}
		})
	}
}

func good(members string) string { return merchants(`"{env.GOOD}"`) + "," + members }

// These are all in order.
func TestValidateAccepts(t *testing.T) {
	directory := t.TempDir()
	for name, content := range map[string]string{"plain": ownKey, "newline": ownKey + "\n", "crlf": ownKey + "\r\n"} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GOOD", ownKey)
	t.Setenv("MCH_ID", "1900000109")
	for rule, members := range map[string]string{
		"a variable":                    merchants(`"{env.GOOD}"`),
		"several keys":                  merchants(`"{env.GOOD}","{env.GOOD}"`),
		"a file":                        merchants(`"{file.` + directory + `/plain}"`),
		"a file with a newline":         merchants(`"{file.` + directory + `/newline}"`),
		"an mch_id from a variable":     `"merchants":[{"mch_id":"{env.MCH_ID}","keys":["{env.GOOD}"]}]`,
		"a literal key, with a warning": merchants(`"` + ownKey + `"`),
		"every option": `"merchants":[{"mch_id":"1900000109","keys":["{env.GOOD}"],"sign_type":"any","appids":["wx1"],"sub_mch_ids":["1"]}],
			"mode":"shadow","forward":"json","accept":"explicit","accept_codes":["0"],"max_age":"1h","max_body_size":1,
			"upstream_timeout":"1ns","keep_headers":["X-Shop"]`,
	} {
		t.Run(rule, func(t *testing.T) {
			if err := validate(withHandler(members)); err != nil {
				t.Error(err)
			}
		})
	}
}
