package caddymodule

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// platformKeys reads the files with the keys that WeChat Pay signs APIv3 notifications
// with.
func (m *Merchant) platformKeys(repl *caddy.Replacer) (keys []verifier.PlatformKey, _ error) {
	for _, configured := range m.PublicKeys {
		id, err := expandOne(repl, "public_key", configured.ID)
		if err != nil {
			return nil, err
		}
		key, err := readKey(repl, "public_key", configured.File, func(text []byte) (verifier.PlatformKey, error) {
			return verifier.ParsePublicKey(id, text)
		})
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	for _, file := range m.PlatformCertificates {
		key, err := readKey(repl, "platform_certificate", file, verifier.ParseCertificate)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func readKey(repl *caddy.Replacer, option, file string, parse func([]byte) (verifier.PlatformKey, error)) (key verifier.PlatformKey, _ error) {
	path, err := expandOne(repl, option, file)
	if err != nil {
		return key, err
	}
	text, err := os.ReadFile(path)
	if wrapped, ok := errors.AsType[*fs.PathError](err); ok {
		err = wrapped.Err // without the path: instead of a name, {file.} gives a whole key
	}
	if err == nil {
		key, err = parse(text)
	}
	if err != nil {
		return key, fmt.Errorf("%s%s: %w", option, describeFile(file), err)
	}
	return key, nil
}

// describeFile repeats the name of a file only if nothing else than a name can stand there.
func describeFile(file string) string {
	if filepath.IsAbs(file) || isPlaceholder(file) || filepath.Ext(file) != "" {
		return " " + file
	}
	return ""
}

// expiryNotice is how long before its end a platform certificate is warned of. WeChat Pay
// offers the next one earlier than that.
const expiryNotice = 30 * 24 * time.Hour

func (h *Handler) warnOfExpiry(merchant verifier.Merchant) {
	for _, key := range merchant.PlatformKeys {
		if !key.NotAfter.IsZero() && time.Until(key.NotAfter) < expiryNotice {
			h.logger.Warn("a platform certificate ends soon or has ended; get the next one by WeChat Pay's API (下载平台证书), or the WeChat Pay public key from the merchant platform",
				zap.String("merchant", merchant.MchID), zap.String("serial", key.Serial), zap.Time("not_after", key.NotAfter))
		}
	}
}
