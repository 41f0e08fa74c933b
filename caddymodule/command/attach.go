package command

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// attaching are the flags of attach.
type attaching struct {
	secret                                     secretFlags
	mchID, outTradeNo, total, currency, attach string
}

func newAttach() *cobra.Command {
	var a attaching
	cmd := &cobra.Command{
		Use:   "attach --secret-file F|--secret-env V --mch-id ID --out-trade-no NO --total FEN",
		Short: "Makes an attach that seals the amount of an order",
		Long: `
Prints the attach with which an order is to be placed, so that the edge can compare the
amount without asking the shop (amount_guard attach): your text, a dot, and a MAC over
merchant, order number, amount and currency. WeChat Pay sends attach back with the
notification; the app gets its text alone.

The values must be exactly those of the order. The secret is known to the shop and the
edge alone: openssl rand -hex 32
` + fmt.Sprintf(exitCodes, "it is printed", "does not occur"),
		Example: `  caddy wechatpay attach --secret-env ATTACH_SECRET --mch-id 1900000109 \
    --out-trade-no ORDER-1001 --total 9900 --attach 'shop=1'`,
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	a.secret.name = "secret"
	a.secret.add(cmd, "the secret of amount_guard attach", "")
	addMchID(cmd, &a.mchID)
	cmd.Flags().StringVar(&a.outTradeNo, "out-trade-no", "", "the order `number` (商户订单号)")
	cmd.Flags().StringVar(&a.total, "total", "", "the order's amount in `fen` (total_fee, amount.total)")
	cmd.Flags().StringVar(&a.currency, "currency", "CNY", "the order's `currency` (fee_type, amount.currency)")
	cmd.Flags().StringVar(&a.attach, "attach", "", "your own `text`, which the app gets back")
	for _, name := range []string{"out-trade-no", "total", "currency", "attach"} {
		complete(cmd, name, cobra.NoFileCompletions)
	}
	addJSON(cmd, `print {"attach":"..."}`)
	cmd.RunE = run(func(cmd *cobra.Command, args []string) error { return a.print(cmd, args) })
	return cmd
}

func (a *attaching) print(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return errors.New("attach takes flags only; a text with blanks needs quotes")
	}
	order, err := a.order()
	if err != nil {
		return err
	}
	secret, err := a.secret.one()
	if err != nil {
		return err
	}
	if strings.TrimSpace(secret) == "" {
		return errors.New("the secret is blank, so that anybody could seal; make one with: openssl rand -hex 32")
	}
	sealed := verifier.SealAttach(secret, a.attach, order)
	if length := utf8.RuneCountInString(sealed); length > maxAttach {
		return fmt.Errorf("--attach: sealed it has %d characters, but WeChat Pay takes %d; shorten it by %d", length, maxAttach, length-maxAttach)
	}
	if wantsJSON(cmd) {
		printJSON(cmd.OutOrStdout(), map[string]string{"attach": sealed})
		return nil
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), sealed)
	return err
}

// maxAttach is how many characters WeChat Pay takes.
// Source: WeChat Pay APIv2, "统一下单", attach.
const maxAttach = 127

// The forms that WeChat Pay takes when an order is placed, and the edge when it was paid.
// Source: WeChat Pay APIv2, "统一下单".
var (
	orderNumber = regexp.MustCompile(`^[0-9A-Za-z_|*@-]{1,64}$`)
	fen         = regexp.MustCompile(`^[1-9][0-9]{0,10}$`)
	currency    = regexp.MustCompile(`^[A-Z]{3}$`)
)

// order returns what is sealed, unless no notification could ever have it.
func (a *attaching) order() (order verifier.Order, _ error) {
	if err := checkMchID(a.mchID); err != nil {
		return order, err
	}
	switch {
	case a.outTradeNo == "":
		return order, errors.New("--out-trade-no is missing: the number of the order")
	case !orderNumber.MatchString(a.outTradeNo):
		return order, errors.New("--out-trade-no is no order number of WeChat Pay's: those have up to 32 digits, letters and _ - | * @")
	case a.total == "":
		return order, errors.New("--total is missing: the amount of the order in fen, so 9900 for 99 yuan")
	case !fen.MatchString(a.total):
		return order, errors.New("--total is not an amount in fen: a whole number from 1 to 99999999999, so 9900 for 99 yuan")
	case !currency.MatchString(a.currency):
		return order, errors.New("--currency is not one: three capitals, such as CNY")
	case !utf8.ValidString(a.attach) || strings.ContainsFunc(a.attach, unicode.IsControl):
		return order, errors.New("--attach holds a line break, another control character, or what is not UTF-8; WeChat Pay does not bring that back as it is")
	}
	total, err := strconv.ParseInt(a.total, 10, 64)
	return verifier.Order{MchID: a.mchID, OutTradeNo: a.outTradeNo, Total: total, Currency: a.currency}, err
}
