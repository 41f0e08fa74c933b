package diagnosis_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/diagnosis"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// elements is a payment of n elements, with values of a length.
func elements(n, length int) wechatpaytest.Fields {
	fields := payment()
	for i := len(fields); i < n-1; i++ {
		fields[fmt.Sprintf("coupon_id_%d", i)] = strings.Repeat("7", length)
	}
	return fields
}

// large is the size of bodies that are made to be slow to read.
const large = 1 << 17

// heavy are bodies for which much could be searched, and nothing found.
var heavy = map[string]diagnosis.Input{
	"usual payment":                    given(payment().Sign(other, verifier.MD5)),
	"usual payment, HMAC-SHA256":       given(payment().Sign(other, verifier.HMACSHA256)),
	"256 elements":                     given(elements(256, 28).Sign(other, verifier.MD5)),
	"256 elements, HMAC-SHA256":        given(elements(256, 28).Sign(other, verifier.HMACSHA256)),
	"256 elements of 240 bytes":        given(elements(256, 240).Sign(other, verifier.MD5)),
	"64 elements of 1000 bytes":        given(elements(64, 1000).Sign(other, verifier.HMACSHA256)),
	"many keys":                        given(elements(256, 28).Sign(other, verifier.MD5), keys(manyKeys()...), apiV3Keys(manyKeys()...)),
	"many keys in one":                 given(payment().Sign(other, verifier.MD5), keys(strings.Join(manyKeys()[:8], "\n"), strings.Join(manyKeys()[:8], ","))),
	"one large value":                  given(payment().With("attach", strings.Repeat("a b+", large/4)).Sign(other, verifier.MD5)),
	"JSON of 8000 bytes":               given(payment().With("promotion_detail", "["+strings.Repeat(`"a",`, 1900)+`1]`).Sign(other, verifier.MD5)),
	"angle brackets":                   given(strings.Repeat("<", large)),
	"elements without ends":            given("<xml>" + strings.Repeat("<sign>", large/8)),
	"nested elements":                  given("<xml>" + strings.Repeat("<a>", large/8) + strings.Repeat("</a>", large/8) + "</xml>"),
	"empty elements":                   given("<xml><sign>1</sign>" + strings.Repeat("<a/>", large/8) + "</xml>"),
	"comments":                         given("<xml><sign>1</sign>" + strings.Repeat("<!---->", large/8) + "</xml>"),
	"percent signs":                    given("xml=" + strings.Repeat("%3C", large/4)),
	"backslashes":                      given(strings.Repeat(`\x3c`, large/4)),
	"hexadecimal digits":               given("<xml><sign>" + strings.Repeat("0123456789abcdef", large/16) + "</sign><a>" + strings.Repeat("0", 99) + "</a></xml>"),
	"digits in a value":                given("<xml><mch_id>" + mchID + "</mch_id><a>" + strings.Repeat("0123456789abcdef", large/16) + "</a></xml>"),
	"req_info":                         given(refund().With("req_info", strings.Repeat("AAAA", large/4)).XML()),
	"refund, many keys":                given(refund().XML(), keys(manyKeys()...), apiV3Keys(manyKeys()...)),
	"JSON":                             given(`{"resource":[` + strings.Repeat(`[],`, large/4) + `1]}`),
	"deep JSON":                        given(strings.Repeat(`{"a":`, 1<<10) + "1" + strings.Repeat("}", 1<<10)),
	"APIv3 of 60 KiB with headers":     v3(`{"a":"`+strings.Repeat("a b/", 15<<10)+`"}`, publicKey.Sign("", time.Now())),
	"APIv3 of one large value":         v3(`{"a":"`+strings.Repeat("a b/", large/4)+`"}`, publicKey.Sign("", time.Now())),
	"APIv3 with many keys of WeChat's": v3(event(), unknown.Sign("", time.Now()), platform(publicKey, certificate, publicKey2, publicKey, certificate, publicKey2)),
	"gzip of much":                     given(gzipped(strings.Repeat("<xml>", 1<<22))),
	"question marks":                   given(payment().With("attach", "璁?㈠?").Sign(other, verifier.MD5)),
}

func manyKeys() []string {
	var keys []string
	for i := range 20 {
		keys = append(keys, fmt.Sprintf("%032d", i))
	}
	return keys
}

// No body costs more than the bound, and that is spent on the likelier mistakes first.
func TestWorkIsBounded(t *testing.T) {
	for name, in := range heavy {
		if spent := diagnosis.Work(in); spent > diagnosis.MaxWork {
			t.Errorf("%s: %d bytes", name, spent)
		}
	}
}

// What is too large to be a notification is not searched, whatever it is.
func TestLargeBodyIsNotSearched(t *testing.T) {
	in := given("\uFEFF" + payment().With("attach", strings.Repeat("a", 1<<20)).Sign(key, verifier.MD5))
	if spent := diagnosis.Work(in); spent != 0 {
		t.Errorf("%d bytes were searched", spent)
	}
	if d := diagnosis.Explain(in); len(d.Findings) != 1 || d.Findings[0].Cause != "body_too_large" {
		t.Errorf("got %+v", d)
	}
}

func BenchmarkExplain(b *testing.B) {
	for name, in := range heavy {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				diagnosis.Explain(in)
			}
		})
	}
}
