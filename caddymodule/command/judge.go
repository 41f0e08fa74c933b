package command

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// judging are the flags by which verify and explain know whose notification it is, and
// how strict to be.
type judging struct {
	mchID    string
	keys     keyFlags
	platform platformFlags
	header   headerFlags
	signType choice
	maxAge   duration
}

const anySignType = "any"

func (j *judging) add(cmd *cobra.Command) {
	addMchID(cmd, &j.mchID)
	j.keys.add(cmd)
	j.platform.add(cmd)
	j.header.add(cmd)
	j.signType = choice{anySignType, []string{anySignType, string(verifier.MD5), string(verifier.HMACSHA256)}}
	choose(cmd, &j.signType, "sign-type", "the only signature type of APIv2 that is accepted: any, MD5 or HMAC-SHA256")
	cmd.Flags().Var(&j.maxAge, "max-age",
		"refuse what is older, such as 48h or 2d, and signatures of APIv3 that are more than 5 minutes away; without it, time does not matter")
	complete(cmd, "max-age", cobra.NoFileCompletions)
}

// evidence is what a notification is judged by, and the notification itself.
type evidence struct {
	received
	keys     keys
	platform []verifier.PlatformKey
}

// gather reads everything that the flags and the arguments name.
func (j *judging) gather(cmd *cobra.Command, args []string) (e evidence, err error) {
	file, err := inputFile(args)
	if err != nil {
		return e, err
	}
	if err := checkMchID(j.mchID); err != nil {
		return e, err
	}
	if j.keys.fromStdin && file == standardInput {
		return e, errors.New("--key-stdin takes standard input, from which the body is read too: name the body's FILE, or use --key-file or --key-env")
	}
	if e.keys, err = j.keys.read(cmd); err != nil {
		return e, err
	}
	if e.platform, err = j.platform.read(); err != nil {
		return e, err
	}
	e.received, err = j.header.read(cmd, file)
	return e, err
}

func inputFile(args []string) (string, error) {
	switch len(args) {
	case 0:
		return standardInput, nil
	case 1:
		return args[0], nil
	}
	return "", errors.New("there is more than one FILE; each body is judged by itself")
}

// merchant returns whose notification it is in the verifier's terms.
func (j *judging) merchant(e evidence) verifier.Merchant {
	m := verifier.Merchant{MchID: j.mchID, Keys: e.keys.v2, APIv3Keys: e.keys.v3, PlatformKeys: e.platform}
	if j.signType.text != anySignType {
		m.SignType = verifier.SignType(j.signType.text)
	}
	return m
}
