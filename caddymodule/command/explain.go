package command

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/diagnosis"
)

func newExplain() *cobra.Command {
	var j judging
	cmd := &cobra.Command{
		Use:   "explain --mch-id ID <key flags> [FILE|-]",
		Short: "Tells in plain words why a notification does not verify",
		Long: `
Tells why a notification does not verify, and what to do about it: another key (of the
sandbox, of APIv3, one with a blank), another signature type, a body that something on the
way has changed (encoding, trimmed values, a lost or an added element), a refund that
another key has encrypted. What is certain was proven: with the mistake undone it verifies.

The string that was signed is shown with the key masked. No key and no right signature is
ever printed.
` + inputHelp + keysHelp + fmt.Sprintf(exitCodes, "it is genuine", "it is not"),
		Example: `  caddy wechatpay explain --mch-id 1900000109 --key-env WECHATPAY_APIV2_KEY body.xml

  # with all keys that it could be, the APIv3 key too
  caddy wechatpay explain --mch-id 1900000109 --key-file key.txt --key-file previous.txt \
    --apiv3-key-file apiv3.txt body.xml

  # APIv3
  caddy wechatpay explain --mch-id 1900000109 --apiv3-key-file apiv3.txt \
    --public-key PUB_KEY_ID_0119000001092026010100000000000000=pub_key.pem notification.txt`,
		ValidArgsFunction: completeOneFile,
	}
	j.add(cmd)
	addJSON(cmd, "print the findings in JSON")
	cmd.RunE = run(func(cmd *cobra.Command, args []string) error { return j.explain(cmd, args) })
	return cmd
}

func (j *judging) explain(cmd *cobra.Command, args []string) error {
	e, err := j.gather(cmd, args)
	if err != nil {
		return err
	}
	merchant := j.merchant(e)
	if len(merchant.Keys)+len(merchant.APIv3Keys)+len(merchant.PlatformKeys) == 0 {
		return errNoKeys
	}
	in := diagnosis.Input{
		Body: []byte(e.body), Header: e.header, MchID: merchant.MchID,
		Keys: merchant.Keys, APIv3Keys: merchant.APIv3Keys, PlatformKeys: merchant.PlatformKeys, SignType: merchant.SignType,
	}
	if j.maxAge != 0 {
		in.MaxAge, in.Now = time.Duration(j.maxAge), time.Now
	}
	d := diagnosis.Explain(in)
	if wantsJSON(cmd) {
		printJSON(cmd.OutOrStdout(), newExplanation(d))
	} else {
		printDiagnosis(cmd, d)
	}
	if !d.Genuine {
		return errNo
	}
	return nil
}

// explanation is a diagnosis in JSON.
type explanation struct {
	Genuine      bool      `json:"genuine"`
	Reason       string    `json:"reason"`
	Detail       string    `json:"detail,omitempty"`
	Findings     []finding `json:"findings"`
	StringToSign string    `json:"string_to_sign,omitempty"`
}

type finding struct {
	Cause       string `json:"cause"`
	Explanation string `json:"explanation"`
	Remedy      string `json:"remedy"`
	Certain     bool   `json:"certain"`
}

func newExplanation(d diagnosis.Diagnosis) explanation {
	e := explanation{d.Genuine, d.Reason.String(), d.Detail, []finding{}, d.StringToSign}
	for _, f := range d.Findings {
		e.Findings = append(e.Findings, finding(f))
	}
	return e
}

func printDiagnosis(cmd *cobra.Command, d diagnosis.Diagnosis) {
	out := cmd.OutOrStdout()
	if d.Genuine {
		fmt.Fprintln(out, "It is genuine.")
	} else {
		fmt.Fprintf(out, "It does not verify: %s (%s).\n", d.Reason.Error(), d.Reason.String())
	}
	if d.Detail != "" {
		fmt.Fprintln(out, "In the edge's log:", visible(d.Detail))
	}
	for _, f := range d.Findings {
		fmt.Fprintf(out, "\n%s (%s)\n  %s\n  %s\n", certainty(f, d.Genuine), f.Cause, visible(f.Explanation), visible(f.Remedy))
	}
	if d.StringToSign != "" {
		fmt.Fprintf(out, "\nWhat is signed, with the key masked:\n  %s\n", visible(d.StringToSign))
	}
	if strings.Contains(d.StringToSign, "openid=") {
		fmt.Fprintln(out, "It names the buyer: do not publish it.")
	}
}

func certainty(f diagnosis.Finding, genuine bool) string {
	switch {
	case genuine:
		return "Worth knowing"
	case f.Certain:
		return "The cause, proven"
	}
	return "A possible cause"
}
