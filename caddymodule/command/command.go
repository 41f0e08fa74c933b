// Package command is the command `caddy wechatpay`: it verifies a notification, explains
// why one does not verify, makes one, delivers it as WeChat Pay does, and seals the attach
// of an order. WeChat Pay itself has no log of its deliveries, and no way to test without
// paying.
//
// The commands are thin: what they do is in packages verifier, diagnosis, issuer, sender
// and fault.
package command

import (
	"errors"
	"strings"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"
)

func init() {
	caddycmd.RegisterCommand(caddycmd.Command{
		Name:  "wechatpay",
		Usage: "verify | explain | sign | send | attach",
		Short: "Verifies, explains, makes and delivers WeChat Pay notifications",
		Long: `
What WeChat Pay itself does not offer: to look at a notification (回调通知), and to test
without paying.

  verify    is this body genuine, and what would the upstream get?
  explain   why does it not verify?
  sign      makes a notification of any kind, signed with your key
  send      delivers one the way WeChat Pay does, or forged
  attach    seals the amount of an order for amount_guard attach

Keys are never taken from the command line, and never printed. Each command ends with
code 0 for yes, 1 for no, and 2 when the command line or a file is wrong.
`,
		CobraFunc: build,
	})
}

func build(cmd *cobra.Command) {
	cmd.Example = `  caddy wechatpay sign --kind payment --mch-id 1900000109 --key-env WECHATPAY_APIV2_KEY > body.xml
  caddy wechatpay explain --mch-id 1900000109 --key-env WECHATPAY_APIV2_KEY body.xml
  caddy wechatpay send http://localhost:8080/notify --kind payment --mch-id 1900000109 --key-env WECHATPAY_APIV2_KEY`
	for _, verb := range []*cobra.Command{newVerify(), newExplain(), newSign(), newSend(), newAttach()} {
		verb.Long, verb.DisableFlagsInUseLine = strings.TrimSpace(verb.Long), true
		cmd.AddCommand(verb)
	}
	cmd.SetFlagErrorFunc(misusedFlag)
	cmd.SuggestionsMinimumDistance = 2
	cmd.Long, cmd.DisableFlagsInUseLine = strings.TrimSpace(cmd.Long), true
	cmd.RunE = run(unknownCommand)
}

// unknownCommand shows the help where no command is named. It does not repeat what is none.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return errors.New("there is no such command; did you mean " + strings.Join(near, " or ") + "?")
	}
	return errors.New("there is no such command; the commands are verify, explain, sign, send and attach")
}
