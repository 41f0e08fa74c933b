package command_test

import (
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

const sealing = "attach --mch-id 1900000109 --secret-file secret.txt --out-trade-no ORDER-1001 --total 9900 "

func TestAttach(t *testing.T) {
	files(t, map[string]string{"secret.txt": secret + "\n"})
	t.Setenv("TEST_SECRET", secret)
	order := verifier.Order{MchID: mchID, OutTradeNo: "ORDER-1001", Total: 9900, Currency: "CNY"}
	dollars := order
	dollars.Currency = "USD"
	longest := strings.Repeat("会", 104)
	tests := []struct{ name, args, want string }{
		{"no text", sealing, verifier.SealAttach(secret, "", order) + "\n"},
		{"a text", sealing + "--attach shop=1", verifier.SealAttach(secret, "shop=1", order) + "\n"},
		{"the longest text, in characters", sealing + "--attach " + longest, verifier.SealAttach(secret, longest, order) + "\n"},
		{"another currency", sealing + "--currency USD", verifier.SealAttach(secret, "", dollars) + "\n"},
		{"the secret in a variable", "attach --mch-id 1900000109 --secret-env TEST_SECRET --out-trade-no ORDER-1001 --total 9900", verifier.SealAttach(secret, "", order) + "\n"},
		{"JSON", sealing + "--json --attach <会&员>", `{"attach":"` + verifier.SealAttach(secret, "<会&员>", order) + `"}` + "\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := run(t, "", words(test.args)...); got.code != 0 || got.stdout != test.want || got.stderr != "" {
				t.Errorf("got code %d, %q, %q, want %q", got.code, got.stdout, got.stderr, test.want)
			}
		})
	}
}

// What no notification could ever have is not sealed.
func TestAttachRefuses(t *testing.T) {
	files(t, map[string]string{"secret.txt": secret, "blank.txt": " \n", "empty.txt": ""})
	t.Setenv("TEST_SECRET", secret)
	without := func(flags ...string) string {
		kept := words(sealing)
		for i := 0; i < len(kept); i++ {
			for _, flag := range flags {
				if kept[i] == flag {
					kept = append(kept[:i], kept[i+2:]...)
				}
			}
		}
		return strings.Join(kept, " ") + " "
	}
	tests := []struct{ name, args, stderr string }{
		{"no secret", without("--secret-file"), "use --secret-file FILE or --secret-env NAME"},
		{"a blank secret", without("--secret-file") + "--secret-file blank.txt", "the secret is blank"},
		{"an empty secret", without("--secret-file") + "--secret-file empty.txt", "openssl rand -hex 32"},
		{"a secret on the command line", without("--secret-file") + "--secret " + secret, "--secret: a secret is not taken from the command line"},
		{"a secret as the name of its file", without("--secret-file") + "--secret-file " + secret, "--secret-file: no such file"},
		{"two secrets", sealing + "--secret-file secret.txt", "is given more than once"},
		{"a secret by file and by variable", sealing + "--secret-env TEST_SECRET", "both --secret-file and --secret-env are given"},
		{"a variable that is not set", without("--secret-file") + "--secret-env TEST_NO_SECRET", "TEST_NO_SECRET is not set"},
		{"no merchant", without("--mch-id"), "--mch-id is missing"},
		{"no order", without("--out-trade-no"), "--out-trade-no is missing"},
		{"an order number with other characters", without("--out-trade-no") + "--out-trade-no A/B", "--out-trade-no is no order number of WeChat Pay's"},
		{"an order number that is too long", without("--out-trade-no") + "--out-trade-no " + strings.Repeat("1", 65), "--out-trade-no is no order number"},
		{"no amount", without("--total"), "--total is missing"},
		{"an amount in yuan", without("--total") + "--total 99.00", "--total is not an amount in fen"},
		{"nothing to pay", without("--total") + "--total 0", "--total is not an amount in fen"},
		{"a negative amount", without("--total") + "--total=-1", "--total is not an amount in fen"},
		{"a leading zero", without("--total") + "--total 09900", "--total is not an amount in fen"},
		{"more than any amount", without("--total") + "--total 100000000000", "--total is not an amount in fen"},
		{"a currency in small letters", sealing + "--currency cny", "--currency is not one"},
		{"a text that is too long by one", sealing + "--attach " + strings.Repeat("会", 105), "sealed it has 128 characters, but WeChat Pay takes 127; shorten it by 1"},
		{"a text with a control character", sealing + "--attach a\x1bb", "--attach holds"},
		{"a text that is not UTF-8", sealing + "--attach a\xFF", "--attach holds"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run(t, "", words(test.args)...).want(t, 2, "", test.stderr)
		})
	}
}
