package verifier

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
)

// fingerprintDigits are enough to tell a merchant's keys apart, and too few to test
// guesses of a key against.
const fingerprintDigits = 8

// Fingerprint names an APIv2 or APIv3 key without giving it away: the first 8
// hexadecimal digits of its SHA-256.
func Fingerprint(key string) string {
	digest := sha256.Sum256([]byte(key))
	return hex.EncodeToString(digest[:])[:fingerprintDigits]
}

// Fingerprint names the key in the same way. What is digested is its DER form (PKIX).
func (k PlatformKey) Fingerprint() string { return fingerprintOf(k.Key) }

func fingerprintOf(key *rsa.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		panic(err) // an RSA key can be marshaled
	}
	return Fingerprint(string(der))
}

// Fingerprints returns those of all keys that are configured for the merchant.
func (m *Merchant) Fingerprints() []string {
	all := make([]string, 0, len(m.Keys)+len(m.APIv3Keys)+len(m.PlatformKeys))
	for _, key := range m.Keys {
		all = append(all, Fingerprint(key))
	}
	for _, key := range m.APIv3Keys {
		all = append(all, Fingerprint(key))
	}
	for _, key := range m.PlatformKeys {
		all = append(all, key.Fingerprint())
	}
	return all
}
