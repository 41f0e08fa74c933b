package examples

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// seal has the app's own code make the attach of an order: its mch_id, out_trade_no,
// total_fee, fee_type and text.
func (a app) seal(t *testing.T, secret string, order ...string) (string, error) {
	t.Helper()
	cmd := exec.Command(program(t, a.place[0]), append(a.place[1:], order...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "WECHATPAY_ATTACH_SECRET="+secret)
	output, err := cmd.Output()
	return strings.TrimSuffix(string(output), "\n"), err
}

func (a app) sealsAsGoDoes(t *testing.T) {
	for _, test := range []struct{ rule, secret, text, order, total, currency string }{
		{"the vector of the documents", attachSecret, "会员", "ORDER-1001", "100", "CNY"},
		{"no text", attachSecret, "", "ORDER-1001", "100", "CNY"},
		{"most characters, one of them outside the BMP", attachSecret, strings.Repeat("会", 103) + "😀", "ORDER-1001", "100", "CNY"},
		{"text of dots, blanks and separators", attachSecret, "a.b| c&d ", "Az09_-|*@", "99999999999", "USD"},
		{"a secret in Chinese; a MAC with - and _", "密钥", "vip", "ORDER-7", "1", "CNY"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			total, err := strconv.ParseInt(test.total, 10, 64)
			must(t, err)
			want := verifier.SealAttach(test.secret, test.text,
				verifier.Order{MchID: mchID, OutTradeNo: test.order, Total: total, Currency: test.currency})
			got, err := a.seal(t, test.secret, mchID, test.order, test.total, test.currency, test.text)
			if err != nil || got != want {
				t.Errorf("got %q, %v, want %q", got, err, want)
			}
		})
	}
	for _, test := range []struct{ rule, secret, text, total string }{
		{"more than attach takes", attachSecret, strings.Repeat("会", 105), "100"},
		{"an amount in yuan", attachSecret, "会员", "1.00"},
		{"a blank secret", " ", "会员", "100"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			if got, err := a.seal(t, test.secret, mchID, "ORDER-1001", test.total, "CNY", test.text); err == nil {
				t.Errorf("was not refused: %q", got)
			}
		})
	}
}

// TestVector holds the code and the documents to one vector.
func TestVector(t *testing.T) {
	vector := verifier.SealAttach(attachSecret, "会员", verifier.Order{
		MchID: mchID, OutTradeNo: "ORDER-1001", Total: 100, Currency: "CNY",
	})
	for _, path := range []string{"php/attach.php", "java/Attach.java", "README.md", "README.zh-CN.md"} {
		text, err := os.ReadFile(path)
		must(t, err)
		if !strings.Contains(string(text), vector) {
			t.Errorf("%s does not show %s", path, vector)
		}
	}
}
