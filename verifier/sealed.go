package verifier

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
)

// sealed is what is encrypted with the merchant's APIv3 key.
// Source: WeChat Pay APIv3, "如何解密回调报文".
type sealed struct{ algorithm, ciphertext, nonce, associatedData string }

const gcmAlgorithm = "AEAD_AES_256_GCM"

// open decrypts with whichever of the merchant's APIv3 keys fits, and returns that, too.
func (s sealed) open(m *Merchant) (plaintext, key string, _ *Error) {
	if s.algorithm != gcmAlgorithm {
		return "", "", &Error{Reason: Undecryptable, Detail: "the algorithm is not " + gcmAlgorithm}
	}
	data, err := base64.StdEncoding.Strict().DecodeString(s.ciphertext)
	if err != nil {
		return "", "", &Error{Reason: Undecryptable, Detail: "the ciphertext is not base64"}
	}
	for _, key := range m.APIv3Keys {
		block, err := aes.NewCipher([]byte(key))
		if err != nil {
			continue
		}
		aead, err := cipher.NewGCM(block)
		if err != nil || len(s.nonce) != aead.NonceSize() {
			continue
		}
		if plaintext, err := aead.Open(nil, []byte(s.nonce), data, []byte(s.associatedData)); err == nil {
			return string(plaintext), key, nil
		}
	}
	return "", "", &Error{Reason: Undecryptable, Detail: "no APIv3 key of merchant " + m.MchID + " decrypts it"}
}
