package diagnosis_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/diagnosis"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// changedXML returns a body in which what stands in an element is replaced by other XML.
func changedXML(name, signed, now string) string {
	body := payment().With(name, signed).Sign(key, verifier.MD5)
	start := strings.Index(body, "<"+name+">") + len(name) + 2
	end := strings.Index(body, "</"+name+">")
	return body[:start] + now + body[end:]
}

// afterwards returns a body whose elements were changed after signing.
func afterwards(signed wechatpaytest.Fields, change func(wechatpaytest.Fields) wechatpaytest.Fields) diagnosis.Input {
	return given(change(signed.Signed(key, verifier.MD5)).XML())
}

func lose(names ...string) func(wechatpaytest.Fields) wechatpaytest.Fields {
	return func(f wechatpaytest.Fields) wechatpaytest.Fields { return f.Without(names...) }
}

func renamed(from, to string) func(wechatpaytest.Fields) wechatpaytest.Fields {
	return func(f wechatpaytest.Fields) wechatpaytest.Fields { return f.With(to, f[from]).Without(from) }
}

// camelCase writes all names as beans have them.
func camelCase(f wechatpaytest.Fields) wechatpaytest.Fields {
	renamed := wechatpaytest.Fields{}
	for name, value := range f {
		parts := strings.Split(name, "_")
		for i := range parts[1:] {
			parts[i+1] = strings.ToUpper(parts[i+1][:1]) + parts[i+1][1:]
		}
		renamed[strings.Join(parts, "")] = value
	}
	return renamed
}

func add(names ...string) func(wechatpaytest.Fields) wechatpaytest.Fields {
	return func(f wechatpaytest.Fields) wechatpaytest.Fields {
		for _, name := range names {
			f = f.With(name, "index")
		}
		return f
	}
}

var elementRows = []row{
	{"usual element lost", afterwards(payment(), lose("fee_type")), "element_lost", true, []string{"fee_type", "lost"}},
	{"element lost that equals another", afterwards(payment().With("total_fee", "1234").With("cash_fee", "1234"), lose("cash_fee")), "element_lost", true, []string{"cash_fee"}},
	{"two usual elements lost", afterwards(payment(), lose("is_subscribe", "bank_type")), "element_lost", true, []string{"is_subscribe and bank_type"}},
	{"element lost that none can guess", afterwards(payment(), lose("nonce_str")), "element_lost", false, []string{"nonce_str"}},
	{"element added", afterwards(payment(), add("route")), "element_added", true, []string{"route", "added after signing"}},
	{"two elements added", afterwards(payment(), add("module", "action")), "element_added", true, []string{"action and module"}},
	{"three elements added", afterwards(payment(), add("module", "action", "controller")), "element_added", true, []string{"action, controller, module"}},
	{"element added to 255", afterwards(elements(255, 28), add("route")), "element_added", true, []string{"route"}},
	{"value of one of 256 trimmed", given(elements(256, 28).With("coupon_id_99", "7 ").Signed(key, verifier.MD5).With("coupon_id_99", "7").XML()), "value_trimmed", true, []string{"coupon_id_99"}},
	{"documented element added", afterwards(payment(), add("device_info")), "element_added", true, []string{"device_info"}},
	{"element emptied", afterwards(payment(), func(f wechatpaytest.Fields) wechatpaytest.Fields { return f.With("bank_type", "") }), "element_emptied", true, []string{"bank_type", "empty"}},
	{"element emptied that none can guess", afterwards(payment(), func(f wechatpaytest.Fields) wechatpaytest.Fields { return f.With("openid", "") }), "element_emptied", false, []string{"openid"}},
	{"element renamed", afterwards(payment(), renamed("appid", "app_id")), "element_renamed", true, []string{"appid", "another name"}},
	{"element in capitals", afterwards(payment(), renamed("attach", "Attach")), "element_renamed", true, []string{"attach"}},
	{"typo in a name", afterwards(payment(), renamed("out_trade_no", "out_trad_no")), "element_renamed", true, []string{"out_trade_no", "typo"}},
	{"names in camel case", given(camelCase(payment().Signed(key, verifier.MD5)).XML()), "element_renamed", true, []string{"camel case"}},
}

// Where an element is missing that no genuine payment lacks, that is named before the key.
func TestWhatIsNeverMissingComesFirst(t *testing.T) {
	for name, body := range map[string]string{
		"lost":    payment().Signed(key, verifier.MD5).Without("nonce_str").XML(),
		"emptied": payment().Signed(key, verifier.MD5).With("openid", "").XML(),
	} {
		causes := []string{}
		for _, finding := range diagnosis.Explain(given(body)).Findings {
			causes = append(causes, finding.Cause)
		}
		if want := []string{"element_" + name, "key_wrong"}; !slices.Equal(causes, want) {
			t.Errorf("%s: got %q, want %q", name, causes, want)
		}
	}
}
