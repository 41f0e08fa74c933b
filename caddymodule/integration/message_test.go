package integration

import (
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// The upstream's words go into the ack, but cannot break it.
func TestMessageOfANo(t *testing.T) {
	e := start(t, gate()+proxy)
	long := strings.Repeat("长", 200)
	for _, row := range []struct{ rule, says, ack string }{
		{"as it is", "FAIL: 订单 1001 <unknown> & \"x\"", "FAIL: 订单 1001 <unknown> & \"x\""},
		{"line breaks and tabs", "FAIL\r\nline\ttwo", "FAIL  line two"},
		{"other control characters", "FAIL\x00\x1b[31m\x7f\u0085red", "FAIL  [31m  red"},
		{"the end of a CDATA section", "FAIL ]]> x", "FAIL ]]]]><![CDATA[> x"},
		{"an ack inside", "FAIL]]></return_msg><return_code>SUCCESS", "FAIL]]]]><![CDATA[></return_msg><return_code>SUCCESS"},
		{"not UTF-8", "FAIL \xc6\xe4", "FAIL \uFFFD"},
		{"noncharacters", "FAIL \uFFFE\uFFFF.", "FAIL   ."},
		{"128 characters, whatever their size", "FAIL" + long, "FAIL" + strings.Repeat("长", 124)},
		{"cut before a blank", "FAIL" + strings.Repeat("x", 123) + " y", "FAIL" + strings.Repeat("x", 123)},
		{"cut inside of the end of a CDATA section", "FAIL" + strings.Repeat("x", 122) + "]]>", "FAIL" + strings.Repeat("x", 122) + "]]"},
	} {
		t.Run(row.rule, func(t *testing.T) {
			e.t = t
			e.upstream.answers(says(200, row.says))
			got := e.post(payment())
			wantAck(t, got, 500, failXML(row.ack))

			// Whoever reads the ack reads a FAIL.
			fields, err := verifier.ParseXML(got.body)
			if err != nil || fields.Get("return_code") != "FAIL" || len(fields) != 2 {
				t.Errorf("the ack is read as %v, %v", fields, err)
			}
		})
	}
}

// A message in JSON or XML may hold what text cannot.
func TestMessageEscaped(t *testing.T) {
	e := start(t, gate()+proxy)
	wantVerdict(t, e, says(200, `{"code":"FAIL","message":"a\u0000\nb\ud800"}`), no("a  b\uFFFD"))
	wantVerdict(t, e, says(200, `{"code":"FAIL","message":"  \r\n "}`), plainNo)
	wantVerdict(t, e, says(200, "<xml><return_code>FAIL</return_code><return_msg>a&lt;b&#10;]]&gt;</return_msg></xml>"), no("a<b ]]]]><![CDATA[>"))
}
