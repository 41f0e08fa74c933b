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

		{"a store that there is not", good(`"dedupe":{"store":"etcd"}`), []string{`dedupe "etcd" is none of file, memory, redis and off`, "xcaddy build --with"}},
		{"a store without a name", good(`"dedupe":{}`), []string{`dedupe "" is none of file, memory, redis and off`}},
		{"a store that is not built in", good(`"dedupe":{"store":"redis","url":"redis://:` + ownKey + `@127.0.0.1"}`), []string{"xcaddy build", "caddy-wechatpay/caddymodule/dedupe/redis"}},
		{"dedupe as text", good(`"dedupe":"off"`), []string{`dedupe is not an object such as {"store": "file"}`}},
		{"a store's name as a number", good(`"dedupe":{"store":7}`), []string{"dedupe"}},
		{"an unknown member of a store", good(`"dedupe":{"store":"memory","max_record":7}`), []string{"max_record"}},
		{"another store's member", good(`"dedupe":{"store":"file","max_records":7}`), []string{"max_records"}},
		{"a member with dedupe off", good(`"dedupe":{"store":"off","path":"/x"}`), []string{"dedupe", "path"}},
		{"a number of records below 0", good(`"dedupe":{"store":"memory","max_records":-1}`), []string{"max_records", "positive"}},
		{"a negative timeout", good(`"dedupe":{"store":"memory","timeout":-1}`), []string{"timeout", "positive"}},
		{"a negative retention", good(`"dedupe":{"store":"file","retention":"-1h"}`), []string{"retention", "positive"}},
		{"a file unset", good(`"dedupe":{"store":"file","path":"{env.UNSET}"}`), []string{"dedupe file", "{env.UNSET}"}},
		{"a file of a placeholder that there is not", good(`"dedupe":{"store":"file","path":"/srv/{http.request.host}.db"}`), []string{"dedupe file", "http.request.host"}},

		{"an amount_guard of nothing", good(`"amount_guard":{}`), []string{"amount_guard needs either a lookup URL or attach secrets"}},
		{"an amount_guard of both", good(`"amount_guard":{"lookup":"http://x/","attach":["{env.GOOD}"]}`), []string{"amount_guard needs either a lookup URL or attach secrets"}},
		{"an unknown member of amount_guard", good(`"amount_guard":{"look_up":"http://x/"}`), []string{"look_up"}},
		{"an attach secret unset", good(`"amount_guard":{"attach":["{env.UNSET}"]}`), []string{"amount_guard attach", "{env.UNSET}", "set the variable"}},
		{"the second attach secret unset", good(`"amount_guard":{"attach":["{env.GOOD}","{env.UNSET}"]}`), []string{"amount_guard attach 2", "{env.UNSET}"}},
		{"an attach secret that is empty", good(`"amount_guard":{"attach":["{env.EMPTY}"]}`), []string{"amount_guard attach", "{env.EMPTY}"}},
		{"an attach secret of an empty file", good(`"amount_guard":{"attach":["{file.` + file("empty", "") + `}"]}`), []string{"amount_guard attach", "empty}"}},
		{"an attach secret that is blank", good(`"amount_guard":{"attach":["{env.BLANK}"]}`), []string{"amount_guard attach", "blank"}},
		{"the second attach secret blank", good(`"amount_guard":{"attach":["{env.GOOD}","{env.BLANK}"]}`), []string{"amount_guard attach", "blank"}},
		{"no text for an attach secret", good(`"amount_guard":{"attach":[""]}`), []string{"amount_guard attach"}},
		{"an attach secret in braces", good(`"amount_guard":{"attach":["{` + ownKey + `}"]}`), []string{"amount_guard attach", "neither {env.NAME} nor {file./path}"}},
		{"a lookup URL that is none", good(`"amount_guard":{"lookup":"http://[::1"}`), []string{"amount_guard lookup", "URL"}},
		{"a lookup URL with a blank in the host", good(`"amount_guard":{"lookup":"http://my shop/"}`), []string{"amount_guard lookup", "URL"}},
		{"a lookup URL without a scheme", good(`"amount_guard":{"lookup":"shop.internal/orders"}`), []string{"amount_guard lookup", "complete URL"}},
		{"a lookup URL that is a path", good(`"amount_guard":{"lookup":"/orders/{http.wechatpay.out_trade_no}"}`), []string{"amount_guard lookup", "complete URL"}},
		{"a lookup URL without a host", good(`"amount_guard":{"lookup":"http:///orders"}`), []string{"amount_guard lookup", "complete URL"}},
		{"a lookup URL of another scheme", good(`"amount_guard":{"lookup":"ftp://shop.internal/orders"}`), []string{"amount_guard lookup", "complete URL"}},
		{"a lookup URL with a placeholder for the host", good(`"amount_guard":{"lookup":"http://{http.wechatpay.out_trade_no}/"}`), []string{"amount_guard lookup", "host must not hold placeholders"}},
		{"a lookup URL with one in the host", good(`"amount_guard":{"lookup":"http://shop{http.wechatpay.total}.internal/"}`), []string{"amount_guard lookup", "host must not hold placeholders"}},
		{"a lookup URL with one for the port", good(`"amount_guard":{"lookup":"http://shop.internal:{http.wechatpay.total}/"}`), []string{"amount_guard lookup", "host must not hold placeholders"}},
		{"a lookup URL with one that makes up user and host", good(`"amount_guard":{"lookup":"http://shop.internal{http.wechatpay.attach}/"}`), []string{"amount_guard lookup"}},
		{"a lookup URL with one for the scheme", good(`"amount_guard":{"lookup":"{http.wechatpay.kind}://shop.internal/"}`), []string{"amount_guard lookup"}},
		{"a lookup URL with an unknown placeholder", good(`"amount_guard":{"lookup":"http://x/{http.wechatpay.order}"}`), []string{"amount_guard lookup", "there is no placeholder {http.wechatpay.order}"}},
		{"a lookup URL with an unsigned placeholder", good(`"amount_guard":{"lookup":"http://x/{http.request.header.X-Order}"}`), []string{"amount_guard lookup", "everything else is unsigned"}},
		{"a lookup URL with a brace left open", good(`"amount_guard":{"lookup":"http://x/{http.wechatpay.total"}`), []string{"amount_guard lookup"}},
		{"a lookup URL with an unset variable", good(`"amount_guard":{"lookup":"http://{env.UNSET}/orders"}`), []string{"amount_guard lookup", "{env.UNSET}"}},
		{"a lookup URL that is a secret of another sort", good(`"amount_guard":{"lookup":"{env.GOOD}"}`), []string{"amount_guard lookup", "complete URL"}},
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
			"upstream_timeout":"1ns","keep_headers":["X-Shop"],
			"dedupe":{"store":"file","path":"{env.GOOD}.db","timeout":"1s","retention":"72h"},"amount_guard":{"lookup":"http://x/"}`,
		"dedupe off":                           good(`"dedupe":{"store":"off"}`),
		"dedupe memory":                        good(`"dedupe":{"store":"memory"}`),
		"dedupe memory, bounded":               good(`"dedupe":{"store":"memory","max_records":1,"timeout":1000000}`),
		"a file that cannot be, not yet tried": good(`"dedupe":{"store":"file","path":"/dev/null/x"}`),
		"attach with one secret":               good(`"amount_guard":{"attach":["{env.GOOD}"]}`),
		"attach with a previous secret":        good(`"amount_guard":{"attach":["{env.GOOD}","{file.` + directory + `/plain}"]}`),
		"a lookup by every placeholder": good(`"amount_guard":{"lookup":"https://shop.internal:8443/{http.wechatpay.mchid}/{http.wechatpay.out_trade_no}?` +
			`id={http.wechatpay.id}&t={http.wechatpay.transaction_id}&n={http.wechatpay.total}{http.wechatpay.currency}&e={http.wechatpay.event_type}&k={http.wechatpay.kind}"}`),
		"a lookup with secrets": good(`"amount_guard":{"lookup":"http://shop:{env.GOOD}@[::1]:8001/orders?token={file.` + directory + `/plain}"}`),
	} {
		t.Run(rule, func(t *testing.T) {
			if err := validate(withHandler(members)); err != nil {
				t.Error(err)
			}
		})
	}
}
