package command

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// signing are the flags by which a notification is made.
type signing struct {
	mchID      string
	kind       choice
	keys       keyFlags
	privateKey secretFlags
	serial     string
	signType   choice
	fields     []string
}

// testSerial is the id of a key that WeChat Pay will never hand out.
const testSerial = "PUB_KEY_ID_TEST"

// kindsHelp is part of the help of the commands that make notifications.
const kindsHelp = `
Kinds, and the keys that they need:

  payment, deduction, contract, combined, native, plate, risk   the APIv2 key
  refund          the APIv2 key, which encrypts it
  payscore        the APIv2 key and the APIv3 key
  v3-transaction, v3-refund   the APIv3 key, and a private key

What no --field sets is plausible and fresh: a payment of 1 fen, made now. --field sets an
element, or with an empty value empties it; in APIv3 it sets a member by its path, such as
amount.total, or with an empty value removes it. Of several keys the first one signs.

WeChat Pay signs APIv3 with a key of its own, whose part an RSA key of yours plays:

  openssl genrsa -out wechatpay-test.pem 2048
  openssl rsa -in wechatpay-test.pem -pubout -out wechatpay-test-public.pem

Use --private-key-file wechatpay-test.pem here, and the public half at the edge, for tests
alone: public_key ` + testSerial + ` wechatpay-test-public.pem
`

func newSign() *cobra.Command {
	var s signing
	cmd := &cobra.Command{
		Use:   "sign --kind KIND --mch-id ID <key flags> [--field name=value]...",
		Short: "Makes a notification, signed as WeChat Pay signs it",
		Long: `
Prints the body of a notification as WeChat Pay would send it; for APIv3 after its headers
and a blank line. The body ends without a line end, so that it can be sent as it is. APIv3
without a --private-key-file is signed with a key made up for it, to be looked at.
` + kindsHelp + keysHelp + fmt.Sprintf(exitCodes, "it is printed", "never"),
		Example: `  caddy wechatpay sign --kind payment --mch-id 1900000109 --key-env WECHATPAY_APIV2_KEY \
    --field out_trade_no=ORDER-1001 --field total_fee=9900

  # what is made is genuine
  caddy wechatpay sign --kind refund --mch-id 1900000109 --key-file key.txt |
    caddy wechatpay verify --mch-id 1900000109 --key-file key.txt -

  # APIv3
  caddy wechatpay sign --kind v3-transaction --mch-id 1900000109 --apiv3-key-file apiv3.txt \
    --private-key-file wechatpay-test.pem --field amount.total=9900`,
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	s.add(cmd)
	addJSON(cmd, `print {"kind":"...","headers":{...},"body":"..."}`)
	cmd.RunE = run(func(cmd *cobra.Command, args []string) error { return s.print(cmd, args) })
	return cmd
}

func (s *signing) add(cmd *cobra.Command) {
	s.kind.allowed = issuer.Kinds
	choose(cmd, &s.kind, "kind", "the `kind` of the notification: "+strings.Join(issuer.Kinds, ", "))
	addMchID(cmd, &s.mchID)
	s.keys.add(cmd)
	s.privateKey.name = "private-key"
	s.privateKey.add(cmd, "the PEM of an RSA key of your own, which signs APIv3", "")
	cmd.Flags().StringVar(&s.serial, "serial", testSerial, "the `id` by which the edge knows the public half of that key")
	complete(cmd, "serial", cobra.NoFileCompletions)
	s.signType.allowed = []string{string(verifier.MD5), string(verifier.HMACSHA256)}
	choose(cmd, &s.signType, "sign-type", "how APIv2 is signed: MD5 or HMAC-SHA256 (default as WeChat Pay signs the kind)")
	cmd.Flags().StringArrayVar(&s.fields, "field", nil, "a field and its value, as `name=value`; may be repeated")
	complete(cmd, "field", cobra.NoFileCompletions)
}

func (s *signing) print(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return errors.New("sign takes flags only; a --field with blanks needs quotes")
	}
	i, err := s.issuer(cmd)
	if err != nil {
		return err
	}
	if i.Platform == nil && strings.HasPrefix(s.kind.text, "v3-") {
		i.Platform = madeUpPlatform(cmd)
	}
	m, err := s.issue(i)
	if err != nil {
		return err
	}
	if wantsJSON(cmd) {
		printJSON(cmd.OutOrStdout(), signed{s.kind.text, plainHeader(m.Header), m.Body})
		return nil
	}
	return printMessage(cmd, m)
}

// issuer returns who makes notifications with the keys that the flags name.
func (s *signing) issuer(cmd *cobra.Command) (*issuer.Issuer, error) {
	if err := checkMchID(s.mchID); err != nil {
		return nil, err
	}
	found, err := s.keys.read(cmd)
	if err != nil {
		return nil, err
	}
	i := &issuer.Issuer{MchID: s.mchID, SignType: verifier.SignType(s.signType.text)}
	if i.Platform, err = s.platform(); err != nil {
		return nil, err
	}
	if err := checkForms(s.mchID, found, i.Platform); err != nil {
		return nil, err
	}
	i.Key, i.APIv3Key = first(found.v2), first(found.v3)
	return i, nil
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// platform returns who plays WeChat Pay's own key, or nil.
func (s *signing) platform() (*wechatpaytest.Platform, error) {
	if !s.privateKey.given() {
		return nil, nil
	}
	text, err := s.privateKey.one()
	if err != nil {
		return nil, err
	}
	platform, err := wechatpaytest.NewPlatform(s.serial, []byte(text))
	if err != nil {
		return nil, fmt.Errorf("--private-key-file: %w", err)
	}
	return platform, nil
}

// madeUpPlatform signs where all that matters is what a notification looks like.
func madeUpPlatform(cmd *cobra.Command) *wechatpaytest.Platform {
	fmt.Fprintln(cmd.ErrOrStderr(), "Signed with an RSA key that was made up for this one, so it can be decrypted, but no edge accepts it. One that does: --private-key-file, see --help.")
	return wechatpaytest.NewPublicKey()
}

func (s *signing) issue(i *issuer.Issuer) (issuer.Message, error) {
	if s.kind.text == "" {
		return issuer.Message{}, errors.New("--kind is missing; the kinds are " + strings.Join(issuer.Kinds, ", "))
	}
	fields, err := s.issueFields()
	if err != nil {
		return issuer.Message{}, err
	}
	return i.Issue(s.kind.text, fields)
}

// issueFields are the values of --field.
func (s *signing) issueFields() ([]issuer.Field, error) {
	fields := make([]issuer.Field, 0, len(s.fields))
	for _, field := range s.fields {
		name, value, both := strings.Cut(field, "=")
		if !both || name == "" {
			return nil, errors.New("--field takes name=value, as in --field total_fee=9900; name= empties it")
		}
		fields = append(fields, issuer.Field{Name: name, Value: value})
	}
	return fields, nil
}

// signed is a notification in JSON.
type signed struct {
	Kind    string            `json:"kind"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

func plainHeader(header http.Header) map[string]string {
	plain := make(map[string]string, len(header))
	for name := range header {
		plain[name] = header.Get(name)
	}
	return plain
}

// printMessage prints a notification such that verify can read it again. A terminal gets
// a line end of its own.
func printMessage(cmd *cobra.Command, m issuer.Message) error {
	var text strings.Builder
	if m.Header.Get("Wechatpay-Signature") != "" {
		for _, name := range slices.Sorted(maps.Keys(m.Header)) {
			fmt.Fprintf(&text, "%s: %s\n", name, m.Header.Get(name))
		}
		text.WriteString("\n")
	}
	text.WriteString(m.Body)
	if isTerminal(cmd.OutOrStdout()) {
		text.WriteString("\n")
	}
	_, err := fmt.Fprint(cmd.OutOrStdout(), text.String())
	return err
}
