package caddymodule_test

import (
	"strings"
	"testing"
)

// Slips in the options of APIv3 and of forwarding stop the load. The block of each row
// begins in line 3.
func TestSyntaxErrorsOfV3(t *testing.T) {
	const (
		key        = "apiv3_key {env.WECHATPAY_APIV3_KEY}"
		public     = "public_key PUB_KEY_ID_1 /etc/wechatpay/public.pem"
		wrongCount = "wrong argument count or unexpected line ending after "
	)
	merchant := func(lines ...string) string {
		return "merchant 1900000109 {\n" + strings.Join(lines, "\n") + "\n}\n"
	}
	for _, row := range []struct {
		rule, block string
		line        int
		want        string
	}{
		{"apiv3_key without a value", merchant("apiv3_key"), 4, wrongCount + "'apiv3_key'"},
		{"apiv3_key twice", merchant(key, key), 5, "apiv3_key appears twice"},
		{"apiv3_key with a block", merchant(key + " {\nx\n}"), 5, "apiv3_key takes no block"},
		{"apiv3_key outside of a merchant", merchant(key, public) + key, 7, `unknown option "apiv3_key" of wechatpay_notify`},
		{"public_key without a value", merchant(key, "public_key"), 5, wrongCount + "'public_key'"},
		{"public_key without its file", merchant(key, "public_key PUB_KEY_ID_1"), 5, wrongCount + "'PUB_KEY_ID_1'"},
		{"public_key with two files", merchant(key, public+" /etc/other.pem"), 5, wrongCount + "'/etc/other.pem'"},
		{"public_key with a block", merchant(key, public+" {\nx\n}"), 6, "public_key takes no block"},
		{"platform_certificate without a value", merchant(key, "platform_certificate"), 5, wrongCount + "'platform_certificate'"},
		{"platform_certificate twice", merchant(key, "platform_certificate a", "platform_certificate b"), 6, "platform_certificate appears twice"},
		{"webhook_secret without a value", merchant(key, public) + "webhook_secret", 7, wrongCount + "'webhook_secret'"},
		{"webhook_secret with three", merchant(key, public) + "webhook_secret {env.A} {env.B} {env.C}", 7, "webhook_secret takes the current secret and one previous one"},
		{"webhook_secret twice", merchant(key, public) + "webhook_secret {env.A}\nwebhook_secret {env.B}", 8, "webhook_secret appears twice"},
		{"forward with two values", merchant(key, public) + "forward json xml", 7, wrongCount + "'xml'"},
		{"forward in capitals", merchant(key, public) + "forward XML", 7, `forward "XML" is not one of ["json" "xml" "cloudevents"]`},
	} {
		t.Run(row.rule, func(t *testing.T) {
			wantSyntaxError(t, ":80 {\nwechatpay_notify {\n"+row.block+"\n}\n}\n", row.line, row.want)
		})
	}
}
