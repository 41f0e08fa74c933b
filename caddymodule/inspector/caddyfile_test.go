package inspector_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	_ "github.com/caddyserver/caddy/v2/modules/caddyhttp/standard"
	_ "github.com/caddyserver/caddy/v2/modules/filestorage"

	_ "github.com/caddy-wechatpay/caddy-wechatpay/caddymodule"
)

// adapt returns the JSON that a Caddyfile stands for.
func adapt(text string) (string, error) {
	adapted, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(text), map[string]any{"filename": "Caddyfile"})
	return string(adapted), err
}

func TestSyntax(t *testing.T) {
	for _, row := range []struct{ rule, directive, want string }{
		{"nothing", "wechatpay_inspector", `{"handler":"wechatpay_inspector"}`},
		{"an empty block", "wechatpay_inspector {\n}", `{"handler":"wechatpay_inspector"}`},
		{"how many are kept", "wechatpay_inspector {\nkeep 5000\n}", `{"handler":"wechatpay_inspector","keep":5000}`},
		{"who may see it", "wechatpay_inspector {\nallow 10.0.0.0/8 ::1 192.0.2.1\n}", `{"allow":["10.0.0.0/8","::1","192.0.2.1"],"handler":"wechatpay_inspector"}`},
		{"private ranges", "wechatpay_inspector {\nallow 192.0.2.1 private_ranges\n}",
			`{"allow":["192.0.2.1","192.168.0.0/16","172.16.0.0/12","10.0.0.0/8","127.0.0.1/8","fd00::/8","::1"],"handler":"wechatpay_inspector"}`},
	} {
		adapted, err := adapt(":80 {\n" + row.directive + "\n}\n")
		if err != nil || !strings.Contains(adapted, `"handle":[`+row.want+`]`) {
			t.Errorf("%s: %s, %v", row.rule, adapted, err)
		}
	}
}

// A slip stops the load, with words that say what is wrong.
func TestSyntaxErrors(t *testing.T) {
	const count = "wrong argument count or unexpected line ending after "
	for _, row := range []struct{ rule, options, want string }{
		{"an unknown option", "alow 10.0.0.0/8", `unknown option "alow" of wechatpay_inspector; there are allow and keep`},
		{"allow without a range", "allow", count + "'allow'"},
		{"allow with a name", "allow localhost", `allow "localhost" is neither an address nor a range such as 192.0.2.0/24`},
		{"allow with a range that is none", "allow 10.0.0.0/33", `allow "10.0.0.0/33" is neither`},
		{"allow twice", "allow ::1\nallow 127.0.0.1", "allow appears twice"},
		{"allow with a block", "allow ::1 {\nx\n}", "allow takes no block"},
		{"keep without a number", "keep", count + "'keep'"},
		{"keep with two", "keep 1 2", count + "'2'"},
		{"keep with none", "keep many", `keep "many" is not a number of deliveries from 1 to 5000`},
		{"keep for none", "keep 0", `keep "0" is not a number`},
		{"keep for fewer", "keep -1", `keep "-1" is not a number`},
		{"keep for too many", "keep 5001", `keep "5001" is not a number`},
		{"keep twice", "keep 1\nkeep 1", "keep appears twice"},
	} {
		_, err := adapt(":80 {\nwechatpay_inspector {\n" + row.options + "\n}\n}\n")
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", row.rule, err, row.want)
		}
	}
	if _, err := adapt(":80 {\nwechatpay_inspector /a /b\n}\n"); err == nil || !strings.Contains(err.Error(), count+"'/b'") {
		t.Errorf("two matchers: %v", err)
	}
}

// What JSON can say and must not stops the load as well.
func TestValidate(t *testing.T) {
	for members, want := range map[string]string{
		``: "", `,"keep":1`: "", `,"allow":["10.0.0.0/8"]`: "",
		`,"keep":5001`:           "keep 5001 is not a number of deliveries from 1 to 5000",
		`,"keep":-1`:             "keep -1 is not a number",
		`,"allow":["localhost"]`: `allow "localhost" is neither an address nor a range`,
		`,"alow":["::1"]`:        "unknown field",
	} {
		var config caddy.Config
		text := `{"admin":{"disabled":true},"logging":{"logs":{"default":{"level":"PANIC"}}},"apps":{"http":{"servers":{"s":{
			"listen":["127.0.0.1:0"],"automatic_https":{"disable":true},"routes":[{"handle":[{"handler":"wechatpay_inspector"` + members + `}]}]}}}}}`
		if err := json.Unmarshal([]byte(text), &config); err != nil {
			t.Fatal(err)
		}
		err := caddy.Validate(&config)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", members, err, want)
		}
	}
}

// basic_auth comes before the page, which comes before everything that would answer in
// its place, wechatpay_notify included.
func TestOrder(t *testing.T) {
	const text = `:80 {
	respond 404
	handle /shop/* {
		reverse_proxy localhost:3000
	}
	wechatpay_notify {
		merchant 1900000109 {
			key {env.WECHATPAY_APIV2_KEY}
		}
	}
	encode
	wechatpay_inspector {
		allow private_ranges
		keep 1000
	}
	basic_auth {
		operator $2a$14$Zkx19XLiW6VYouLHR5NmfOFU0z2GTNmpkT/5qqR7hx4IjWJPDhjvG
	}
	rewrite /a /b
}
`
	if formatted := caddyfile.Format([]byte(text)); !bytes.Equal(formatted, []byte(text)) {
		t.Errorf("caddy fmt would write:\n%s", formatted)
	}
	adapted, err := adapt(text)
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, handler := range []string{"rewrite", "authentication", "wechatpay_inspector", "encode", "wechatpay_notify", "subroute", "static_response"} {
		found := strings.Index(adapted[at:], `"handler":"`+handler+`"`)
		if found < 0 {
			t.Fatalf("%s is not where it belongs in:\n%s", handler, adapted)
		}
		at += found
	}
}
