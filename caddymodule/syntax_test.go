package caddymodule_test

import (
	"fmt"
	"strings"
	"testing"
)

// A slip in the Caddyfile stops the load with words that say what is wrong, and
// with the line where the parser found out. The block of each row begins in line 3.
func TestSyntaxErrors(t *testing.T) {
	const key = "key {env.WECHATPAY_APIV2_KEY}"
	merchant := func(lines ...string) string {
		return "merchant 1900000109 {\n" + strings.Join(lines, "\n") + "\n}\n"
	}
	const wrongCount = "wrong argument count or unexpected line ending after "
	for _, row := range []struct {
		rule, block string
		line        int
		want        string
	}{
		{"an unknown option", merchant(key) + "max_agee 48h", 6, `unknown option "max_agee" of wechatpay_notify`},
		{"an option of a merchant's outside of it", merchant(key) + key, 6, `unknown option "key" of wechatpay_notify`},
		{"an option of later versions", merchant(key) + "inspector on", 6, `unknown option "inspector" of wechatpay_notify`},
		{"an option in capitals", merchant(key) + "Mode shadow", 6, `unknown option "Mode" of wechatpay_notify`},
		{"an unknown option of a merchant", merchant(key, "secret x"), 5, `unknown option "secret" of merchant`},
		{"an option of the directive's in a merchant", merchant(key, "mode shadow"), 5, `unknown option "mode" of merchant`},
		{"no merchant", "mode enforce", 4, "at least one merchant block with its mch_id and key"},
		{"nothing", "", 4, "at least one merchant block with its mch_id and key"},
		{"a merchant without a number", "merchant {\n" + key + "\n}", 3, wrongCount + "'merchant'"},
		{"a merchant with two numbers", "merchant 1900000109 1900000110 {\n" + key + "\n}", 3, wrongCount + "'1900000110'"},
		{"a merchant without a block", "merchant 1900000109", 3, "merchant 1900000109 has no key: set its APIv2 key, as in: key {env.WECHATPAY_APIV2_KEY}"},
		{"a merchant with an empty block", "merchant 1900000109 {\n}", 4, "merchant 1900000109 has no key"},
		{"a merchant without a key", merchant("sign_type MD5"), 5, "merchant 1900000109 has no key"},
		{"a merchant twice", merchant(key) + merchant(key), 6, "merchant 1900000109 is configured twice"},

		{"key without a value", merchant("key"), 4, wrongCount + "'key'"},
		{"key twice", merchant(key, key), 5, "key appears twice"},
		{"key with a block", merchant(key + " {\nx\n}"), 5, "key takes no block"},
		{"sign_type without a value", merchant(key, "sign_type"), 5, wrongCount + "'sign_type'"},
		{"sign_type with two values", merchant(key, "sign_type MD5 HMAC-SHA256"), 5, wrongCount + "'HMAC-SHA256'"},
		{"another sign_type", merchant(key, "sign_type sha256"), 5, `sign_type "sha256" is not one of ["any" "MD5" "HMAC-SHA256"]`},
		{"sign_type twice", merchant(key, "sign_type MD5", "sign_type MD5"), 6, "sign_type appears twice"},
		{"appid without a value", merchant(key, "appid"), 5, wrongCount + "'appid'"},
		{"appid twice", merchant(key, "appid wx1", "appid wx2"), 6, "appid appears twice"},
		{"sub_mch_id without a value", merchant(key, "sub_mch_id"), 5, wrongCount + "'sub_mch_id'"},
		{"sub_mch_id twice", merchant(key, "sub_mch_id 1", "sub_mch_id 2"), 6, "sub_mch_id appears twice"},

		{"mode without a value", merchant(key) + "mode", 6, wrongCount + "'mode'"},
		{"mode with two values", merchant(key) + "mode enforce shadow", 6, wrongCount + "'shadow'"},
		{"another mode", merchant(key) + "mode off", 6, `mode "off" is not one of ["enforce" "shadow"]`},
		{"mode twice", merchant(key) + "mode shadow\nmode shadow", 7, "mode appears twice"},
		{"forward without a value", merchant(key) + "forward", 6, wrongCount + "'forward'"},
		{"another form", merchant(key) + "forward yaml", 6, `forward "yaml" is not one of`},
		{"forward twice", merchant(key) + "forward json\nforward json", 7, "forward appears twice"},
		{"accept without a value", merchant(key) + "accept", 6, wrongCount + "'accept'"},
		{"another accept", merchant(key) + "accept 0", 6, `accept "0" is neither explicit nor status`},
		{"codes with accept status", merchant(key) + "accept status 0", 6, "accept status takes no codes: every 2xx is a yes"},
		{"accept twice", merchant(key) + "accept status\naccept status", 7, "accept appears twice"},
		{"max_age without a value", merchant(key) + "max_age", 6, wrongCount + "'max_age'"},
		{"max_age with two values", merchant(key) + "max_age 1h 2h", 6, wrongCount + "'2h'"},
		{"max_age that is none", merchant(key) + "max_age soon", 6, `max_age "soon" is not a positive duration such as`},
		{"max_age without a unit", merchant(key) + "max_age 48", 6, `max_age "48" is not a positive duration such as`},
		{"max_age of 0", merchant(key) + "max_age 0", 6, `max_age "0" is not a positive duration such as`},
		{"a negative max_age", merchant(key) + "max_age -1h", 6, `max_age "-1h" is not a positive duration such as`},
		{"max_age twice", merchant(key) + "max_age 1h\nmax_age 1h", 7, "max_age appears twice"},
		{"max_body_size without a value", merchant(key) + "max_body_size", 6, wrongCount + "'max_body_size'"},
		{"max_body_size that is none", merchant(key) + "max_body_size big", 6, `max_body_size "big" is not a size such as 64KiB`},
		{"max_body_size of 0", merchant(key) + "max_body_size 0", 6, `max_body_size "0" is not a size such as 64KiB`},
		{"a negative max_body_size", merchant(key) + "max_body_size -1", 6, `max_body_size "-1" is not a size such as 64KiB`},
		{"a max_body_size of a terabyte", merchant(key) + "max_body_size 1TiB", 6, `max_body_size "1TiB" is not a size such as 64KiB, between 1B and 1GiB`},
		{"max_body_size with a blank", merchant(key) + "max_body_size 64 KiB", 6, wrongCount + "'KiB'"},
		{"max_body_size twice", merchant(key) + "max_body_size 1KiB\nmax_body_size 1KiB", 7, "max_body_size appears twice"},
		{"upstream_timeout without a value", merchant(key) + "upstream_timeout", 6, wrongCount + "'upstream_timeout'"},
		{"upstream_timeout that is none", merchant(key) + "upstream_timeout never", 6, `upstream_timeout "never" is not a positive duration such as`},
		{"upstream_timeout of 0", merchant(key) + "upstream_timeout 0s", 6, `upstream_timeout "0s" is not a positive duration such as`},
		{"upstream_timeout twice", merchant(key) + "upstream_timeout 1s\nupstream_timeout 1s", 7, "upstream_timeout appears twice"},
		{"keep_header without a value", merchant(key) + "keep_header", 6, wrongCount + "'keep_header'"},
		{"keep_header twice", merchant(key) + "keep_header A\nkeep_header B", 7, "keep_header appears twice"},

		{"dedupe without a value", merchant(key) + "dedupe", 6, wrongCount + "'dedupe'"},
		{"dedupe twice", merchant(key) + "dedupe off\ndedupe memory", 7, "dedupe appears twice"},
		{"dedupe twice, with a block", merchant(key) + "dedupe memory {\ntimeout 1s\n}\ndedupe off", 9, "dedupe appears twice"},
		{"dedupe off and a path", merchant(key) + "dedupe off /x", 6, wrongCount + "'/x'"},
		{"dedupe off with a block", merchant(key) + "dedupe off {\ntimeout 1s\n}", 7, "dedupe takes no block"},
		{"a store that there is not", merchant(key) + "dedupe etcd http://x", 6, `dedupe "etcd" is none of file, memory, redis and off; a store of somebody else's must be built into Caddy: xcaddy build --with <its package>`},
		{"a store in capitals", merchant(key) + "dedupe Memory", 6, `dedupe "Memory" is none of file, memory, redis and off`},
		{"a store that is not built in", merchant(key) + "dedupe redis redis://127.0.0.1:6379", 6,
			"build it with: xcaddy build --with github.com/caddy-wechatpay/caddy-wechatpay/caddymodule --with github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe/redis"},
		{"dedupe file with two paths", merchant(key) + "dedupe file /a /b", 6, wrongCount + "'/b'"},
		{"dedupe memory with two numbers", merchant(key) + "dedupe memory 1 2", 6, wrongCount + "'2'"},
		{"dedupe memory with no number", merchant(key) + "dedupe memory many", 6, `dedupe memory "many"`},
		{"dedupe memory for no record", merchant(key) + "dedupe memory 0", 6, `dedupe memory "0"`},
		{"dedupe memory for fewer than none", merchant(key) + "dedupe memory -1", 6, `dedupe memory "-1"`},
		{"an unknown option of a store", merchant(key) + "dedupe memory {\nttl 1h\n}", 7, `unknown option "ttl" of dedupe memory; there are timeout and retention`},
		{"the same after an argument", merchant(key) + "dedupe memory 7 {\nttl 1h\n}", 7, `unknown option "ttl" of dedupe`},
		{"an option of a store twice", merchant(key) + "dedupe file {\ntimeout 1s\ntimeout 1s\n}", 8, "timeout appears twice"},
		{"retention of a store twice", merchant(key) + "dedupe memory {\nretention 72h\nretention 72h\n}", 8, "retention appears twice"},
		{"timeout without a value", merchant(key) + "dedupe file {\ntimeout\n}", 7, wrongCount + "'timeout'"},
		{"timeout with two values", merchant(key) + "dedupe file {\ntimeout 1s 2s\n}", 7, wrongCount + "'2s'"},
		{"timeout that is none", merchant(key) + "dedupe file {\ntimeout soon\n}", 7, `timeout "soon" is not a positive duration such as`},
		{"timeout of 0", merchant(key) + "dedupe file {\ntimeout 0s\n}", 7, `timeout "0s" is not a positive duration such as`},
		{"a negative retention", merchant(key) + "dedupe file {\nretention -72h\n}", 7, `retention "-72h" is not a positive duration such as`},
		{"retention without a unit", merchant(key) + "dedupe memory {\nretention 72\n}", 7, `retention "72" is not a positive duration such as`},
		{"an option of a store with a block", merchant(key) + "dedupe file {\ntimeout 1s {\nx\n}\n}", 8, "timeout takes no block"},

		{"amount_guard without a value", merchant(key) + "amount_guard", 6, wrongCount + "'amount_guard'"},
		{"another amount_guard", merchant(key) + "amount_guard http://x/", 6, `amount_guard "http://x/" is neither lookup nor attach`},
		{"amount_guard lookup without a URL", merchant(key) + "amount_guard lookup", 6, wrongCount + "'lookup'"},
		{"amount_guard lookup with two URLs", merchant(key) + "amount_guard lookup http://x/ http://y/", 6, wrongCount + "'http://y/'"},
		{"amount_guard attach without a secret", merchant(key) + "amount_guard attach", 6, wrongCount + "'attach'"},
		{"amount_guard attach with three secrets", merchant(key) + "amount_guard attach {env.A} {env.B} {env.C}", 6, wrongCount + "'{env.C}'"},
		{"amount_guard twice", merchant(key) + "amount_guard attach {env.A}\namount_guard lookup http://x/", 7, "amount_guard appears twice"},
		{"amount_guard with a block", merchant(key) + "amount_guard attach {env.A} {\nx\n}", 7, "amount_guard takes no block"},

		{"an option with a block", merchant(key) + "mode shadow {\nx\n}", 7, "mode takes no block"},
	} {
		t.Run(row.rule, func(t *testing.T) {
			wantSyntaxError(t, ":80 {\nwechatpay_notify {\n"+row.block+"\n}\n}\n", row.line, row.want)
		})
	}
	wantSyntaxError(t, ":80 {\nwechatpay_notify /a /b {\n"+merchant(key)+"}\n}\n", 2, wrongCount+"'/b'")
	wantSyntaxError(t, ":80 {\nwechatpay_notify\n}\n", 2, "at least one merchant block with its mch_id and key")
}

func wantSyntaxError(t *testing.T, text string, line int, want string) {
	t.Helper()
	_, err := adapt(text)
	if err == nil {
		t.Fatal("it is accepted")
	}
	message := err.Error()
	if !strings.Contains(message, want) {
		t.Errorf("%q is missing in: %s", want, message)
	}
	if at := fmt.Sprintf("at Caddyfile:%d", line); !strings.HasSuffix(message, at) {
		t.Errorf("%q is not at the end of: %s", at, message)
	}
}
