package verifier

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"
)

// PlatformKey is a key with which WeChat Pay signs APIv3 notifications.
type PlatformKey struct {
	// Serial is what Wechatpay-Serial names the key by: the id of a public key
	// (PUB_KEY_ID_...), or the serial number of a platform certificate in upper-case hex.
	Serial string
	Key    *rsa.PublicKey
	// NotAfter is when a platform certificate ends. Public keys have no end.
	NotAfter time.Time
}

const (
	publicKeyIDPrefix = "PUB_KEY_ID_"
	minRSABits        = 2048
)

// ParsePublicKey reads a WeChat Pay public key (微信支付公钥) in PEM. Its id is the one
// that the merchant platform shows.
func ParsePublicKey(id string, text []byte) (PlatformKey, error) {
	if !strings.HasPrefix(id, publicKeyIDPrefix) || !isID(id) {
		return PlatformKey{}, errors.New("its id does not begin with " + publicKeyIDPrefix)
	}
	block, err := onlyBlock(text, "PUBLIC KEY")
	if err != nil {
		return PlatformKey{}, err
	}
	parsed, err := x509.ParsePKIXPublicKey(block)
	if err != nil {
		return PlatformKey{}, unreadable(block, "public key")
	}
	return platformKey(id, parsed, time.Time{})
}

// ParseCertificate reads a platform certificate (平台证书) in PEM.
func ParseCertificate(text []byte) (PlatformKey, error) {
	block, err := onlyBlock(text, "CERTIFICATE")
	if err != nil {
		return PlatformKey{}, err
	}
	certificate, err := x509.ParseCertificate(block)
	if err != nil {
		return PlatformKey{}, unreadable(block, "certificate")
	}
	serial := fmt.Sprintf("%X", certificate.SerialNumber.Bytes())
	return platformKey(serial, certificate.PublicKey, certificate.NotAfter)
}

// plainSerial is a serial as it is looked up: some write a certificate's with leading
// zeros, some without.
func plainSerial(serial string) string {
	if strings.Trim(serial, "0123456789ABCDEF") != "" {
		return serial // the id of a public key
	}
	return strings.TrimLeft(serial, "0")
}

var errNotRSA = errors.New("it is not of RSA; the SM suite (国密) is not supported")

// sm2Curve is the object identifier 1.2.156.10197.1.301 of the curve of the SM suite,
// which crypto/x509 does not know.
var sm2Curve = []byte{0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x82, 0x2D}

func unreadable(der []byte, what string) error {
	if bytes.Contains(der, sm2Curve) {
		return errNotRSA
	}
	return errors.New("the " + what + " cannot be read")
}

// onlyBlock decodes PEM that holds one block of the wanted type, and no other.
func onlyBlock(text []byte, want string) ([]byte, error) {
	block, rest := pem.Decode(text)
	switch {
	case block == nil:
		return nil, errors.New("there is no PEM in it; the file begins with -----BEGIN " + want + "-----")
	case strings.HasSuffix(block.Type, "PRIVATE KEY"):
		return nil, errors.New("it is a private key, which does not belong here; what is wanted is WeChat Pay's " + strings.ToLower(want))
	case block.Type != want:
		return nil, fmt.Errorf("it is a %s, not a %s", strings.ToLower(block.Type), strings.ToLower(want))
	}
	if another, _ := pem.Decode(rest); another != nil {
		return nil, errors.New("it holds more than one; give each a file of its own")
	}
	return block.Bytes, nil
}

func platformKey(serial string, parsed any, notAfter time.Time) (PlatformKey, error) {
	key, isRSA := parsed.(*rsa.PublicKey)
	if !isRSA {
		return PlatformKey{}, errNotRSA
	}
	k := PlatformKey{Serial: serial, Key: key, NotAfter: notAfter}
	return k, k.check()
}

func (k PlatformKey) check() error {
	switch {
	case k.Key == nil || !isID(k.Serial):
		return errors.New("a platform key lacks its serial or its key")
	case k.Key.N.BitLen() < minRSABits:
		return fmt.Errorf("the RSA key of %s is too short: %d bits", k.Serial, k.Key.N.BitLen())
	}
	return nil
}
