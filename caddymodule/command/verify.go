package command

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

func newVerify() *cobra.Command {
	var j judging
	cmd := &cobra.Command{
		Use:   "verify --mch-id ID <key flags> [FILE|-]",
		Short: "Verifies a notification and prints what the upstream would get",
		Long: `
Verifies a notification as the edge does and prints the JSON that the upstream would get.
What is refused is a line of JSON on standard error, with the reason that the edge's log
would have:

  {"reason":"bad_signature","detail":"...","text":"the signature does not match"}

The time of the notification does not matter unless --max-age is given. Any key of the
right length is taken, that of WeChat Pay's documents too.
` + inputHelp + keysHelp + fmt.Sprintf(exitCodes, "it is genuine", "it is not"),
		Example: `  caddy wechatpay verify --mch-id 1900000109 --key-env WECHATPAY_APIV2_KEY body.xml
  caddy wechatpay verify --mch-id 1900000109 --key-file key.txt --key-file previous.txt < body.xml

  # APIv3
  caddy wechatpay verify --mch-id 1900000109 --apiv3-key-file apiv3.txt \
    --public-key PUB_KEY_ID_0119000001092026010100000000000000=pub_key.pem notification.txt`,
		ValidArgsFunction: completeOneFile,
	}
	j.add(cmd)
	addJSON(cmd, "changes nothing: the output is JSON already")
	cmd.RunE = run(func(cmd *cobra.Command, args []string) error { return j.verify(cmd, args) })
	return cmd
}

func (j *judging) verify(cmd *cobra.Command, args []string) error {
	e, err := j.gather(cmd, args)
	if err != nil {
		return err
	}
	v, err := j.verifier(e)
	if err != nil {
		return err
	}
	var n verifier.Notification
	if err := v.Verify(e.body, e.header, &n); err != nil {
		return printRefusal(cmd, err)
	}
	for _, warning := range n.Warnings {
		fmt.Fprintln(cmd.ErrOrStderr(), "warning:", warning)
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), harmless(string(n.AppendJSON(nil))))
	return err
}

func (j *judging) verifier(e evidence) (*verifier.Verifier, error) {
	merchant := j.merchant(e)
	if err := checkCredentials(merchant); err != nil {
		return nil, err
	}
	config := verifier.Config{Merchants: []verifier.Merchant{merchant}, AllowPublicKeys: true}
	if j.maxAge != 0 {
		config.MaxAge, config.Now = time.Duration(j.maxAge), time.Now
	}
	v, err := verifier.New(config)
	if err != nil {
		return nil, fmt.Errorf("%w; explain takes such a key, and says more", err)
	}
	return v, nil
}

var errNoKeys = errors.New("there is no key: use --key-file, --key-env or --key-stdin for APIv2; " +
	"for APIv3 --apiv3-key-file or --apiv3-key-env, and --public-key or --platform-certificate")

// checkCredentials names the flags that are missing, which the verifier does not know.
func checkCredentials(m verifier.Merchant) error {
	switch {
	case len(m.Keys)+len(m.APIv3Keys)+len(m.PlatformKeys) == 0:
		return errNoKeys
	case len(m.PlatformKeys) > 0 && len(m.APIv3Keys) == 0:
		return errors.New("the APIv3 key is missing, which decrypts notifications of APIv3: use --apiv3-key-file or --apiv3-key-env")
	case len(m.Keys)+len(m.PlatformKeys) == 0:
		return errors.New("the APIv3 key alone proves nothing: use --public-key or --platform-certificate too, or for PayScore of APIv2 --key-file")
	}
	return nil
}

// refusal is what verify prints about a notification that does not verify.
type refusal struct {
	Reason string `json:"reason"`
	Detail string `json:"detail,omitempty"`
	Text   string `json:"text"`
}

func printRefusal(cmd *cobra.Command, err error) error {
	refused, ok := errors.AsType[*verifier.Error](err)
	if !ok {
		return err
	}
	printJSON(cmd.ErrOrStderr(), refusal{refused.Reason.String(), refused.Detail, refused.Reason.Error()})
	return errNo
}

// completeOneFile offers files for the only argument.
func completeOneFile(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveDefault
}
