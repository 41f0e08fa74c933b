package command

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// keysHelp is part of the help of every command that takes keys.
const keysHelp = `
Keys are read from files, environment variables or standard input, never from the
command line, where everybody on the machine could read them. One line end at the end of
a file does not count. Repeat a flag for a previous key.

  APIv2, and its refunds   --key-file, --key-env or --key-stdin (API密钥)
  APIv3, PayScore of APIv2 --apiv3-key-file or --apiv3-key-env (APIv3密钥)
`

// keyFlags say where the keys of a merchant are.
type keyFlags struct {
	v2, v3    secretFlags
	fromStdin bool
}

func (k *keyFlags) add(cmd *cobra.Command) {
	k.v2.name, k.v3.name = "key", "apiv3-key"
	k.v2.add(cmd, "the APIv2 key (API密钥)", ", or a previous one")
	k.v3.add(cmd, "the APIv3 key (APIv3密钥)", ", or a previous one")
	cmd.Flags().BoolVar(&k.fromStdin, "key-stdin", false, "read the APIv2 key from standard input")
}

// keys are what the flags lead to, as it stands there.
type keys struct{ v2, v3 []string }

func (k *keyFlags) read(cmd *cobra.Command) (found keys, err error) {
	if k.fromStdin && k.v2.given() {
		return found, errors.New("--key-stdin is given together with --key-file or --key-env; one of them is enough")
	}
	if found.v2, err = k.v2.read(); err != nil {
		return found, err
	}
	if k.fromStdin {
		key, err := readSecret(cmd.InOrStdin())
		if err != nil {
			return found, fmt.Errorf("--key-stdin: %w", err)
		}
		found.v2 = []string{key}
	}
	found.v3, err = k.v3.read()
	return found, err
}

// platformFlags say where the keys are with which WeChat Pay signs APIv3 notifications.
type platformFlags struct{ publicKeys, certificates []string }

func (p *platformFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&p.publicKeys, "public-key", nil,
		"a WeChat Pay public key (微信支付公钥) as `ID=FILE`: its PUB_KEY_ID_..., and the file with its PEM; may be repeated")
	cmd.Flags().StringArrayVar(&p.certificates, "platform-certificate", nil,
		"the `file` with the PEM of a platform certificate (平台证书); may be repeated")
}

func (p *platformFlags) read() (keys []verifier.PlatformKey, _ error) {
	for _, value := range p.publicKeys {
		id, file, both := strings.Cut(value, "=")
		if !both {
			return nil, errors.New("--public-key takes ID=FILE, as in --public-key PUB_KEY_ID_0119000001092026010100000000000000=pub_key.pem")
		}
		key, err := readPlatformKey(file, func(text []byte) (verifier.PlatformKey, error) {
			return verifier.ParsePublicKey(id, text)
		})
		if err != nil {
			return nil, fmt.Errorf("--public-key: %w", err)
		}
		keys = append(keys, key)
	}
	for _, file := range p.certificates {
		key, err := readPlatformKey(file, verifier.ParseCertificate)
		if err != nil {
			return nil, fmt.Errorf("--platform-certificate: %w", err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func readPlatformKey(file string, parse func([]byte) (verifier.PlatformKey, error)) (verifier.PlatformKey, error) {
	text, err := readFile(file)
	if err != nil {
		return verifier.PlatformKey{}, err
	}
	return parse([]byte(text))
}

// addMchID adds the flag that every command needs.
func addMchID(cmd *cobra.Command, mchID *string) {
	cmd.Flags().StringVar(mchID, "mch-id", "", "the merchant `number` (商户号); for a service provider its own")
	complete(cmd, "mch-id", cobra.NoFileCompletions)
}

func checkMchID(mchID string) error {
	if mchID == "" {
		return errors.New("--mch-id is missing: the merchant number (商户号) of the notification")
	}
	if err := verifier.CheckMchID(mchID); err != nil {
		return fmt.Errorf("--mch-id: %w", err)
	}
	return nil
}

// checkForms refuses keys that can be none. Keys that are public knowledge pass: samples
// are signed with them. Where kinds need more keys than there are, the issuer says so.
func checkForms(mchID string, found keys, platform *wechatpaytest.Platform) error {
	merchant := verifier.Merchant{MchID: mchID, Keys: found.v2, APIv3Keys: found.v3}
	if platform != nil && len(found.v3) > 0 {
		key, err := verifier.ParsePublicKey(testSerial, platform.PEM)
		if err != nil {
			return err
		}
		merchant.PlatformKeys = []verifier.PlatformKey{key}
	}
	if len(merchant.Keys)+len(merchant.PlatformKeys) == 0 {
		return nil
	}
	_, err := verifier.New(verifier.Config{Merchants: []verifier.Merchant{merchant}, AllowPublicKeys: true})
	return err
}
