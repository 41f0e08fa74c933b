package wechatpaytest

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// minRSABits is what package verifier demands of a key at least.
const minRSABits = 2048

// NewPlatform returns a platform that signs with an RSA key of one's own, in PEM (PKCS#1 or
// PKCS#8), so that an edge that is configured with its public half takes the platform for
// WeChat Pay. serial is what the edge knows that key by.
func NewPlatform(serial string, privateKeyPEM []byte) (*Platform, error) {
	if strings.Trim(serial, serialBytes) != "" || serial == "" {
		return nil, errors.New("a serial is the id of a public key (PUB_KEY_ID_...) or the serial number of a certificate")
	}
	key, err := parsePrivateKey(privateKeyPEM)
	if err != nil {
		return nil, err
	}
	return newPlatform(serial, key), nil
}

const serialBytes = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"

func newPlatform(serial string, key *rsa.PrivateKey) *Platform {
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		panic(err) // an RSA key can be marshaled
	}
	return &Platform{Serial: serial, key: key, PEM: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})}
}

// parsePrivateKey says what is wrong with a file, without repeating any of it.
func parsePrivateKey(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("there is no PEM in it; a private key begins with -----BEGIN PRIVATE KEY----- or -----BEGIN RSA PRIVATE KEY-----")
	}
	var parsed any
	var err error
	switch {
	case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "":
		return nil, errors.New("the private key is encrypted with a passphrase; decrypt it first: openssl pkey -in FILE")
	case block.Type == "PRIVATE KEY":
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case block.Type == "RSA PRIVATE KEY":
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	default:
		return nil, fmt.Errorf("it is a %s, but signing takes a private key of one's own", strings.ToLower(block.Type))
	}
	if err != nil {
		return nil, errors.New("the private key cannot be read")
	}
	key, isRSA := parsed.(*rsa.PrivateKey)
	switch {
	case !isRSA:
		return nil, errors.New("the private key is not of RSA; make one: openssl genrsa 2048")
	case key.N.BitLen() < minRSABits:
		return nil, fmt.Errorf("the RSA key is too short: %d bits, not %d", key.N.BitLen(), minRSABits)
	}
	return key, nil
}
