package diagnosis

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"slices"
	"strings"
)

// sealed is what is encrypted with an APIv3 key.
// Source: WeChat Pay APIv3, "如何解密回调报文".
type sealed struct{ algorithm, ciphertext, nonce, associatedData string }

// usualAssociatedData are what associated_data often is.
var usualAssociatedData = []string{"transaction", "refund", "profitsharing", "payscore", "certificate", ""}

// opensWith reports whether a key decrypts it.
func (s sealed) opensWith(key, associatedData string) bool {
	data, err := base64.StdEncoding.DecodeString(s.ciphertext)
	if err != nil {
		return false
	}
	block, err := aes.NewCipher([]byte(key))
	if err != nil {
		return false
	}
	aead, err := cipher.NewGCM(block)
	if err != nil || len(s.nonce) != aead.NonceSize() {
		return false
	}
	_, err = aead.Open(nil, []byte(s.nonce), data, []byte(associatedData))
	return err == nil
}

// explainSealed explains what is signed but cannot be decrypted.
func (q *inquiry) explainSealed(s sealed) account {
	if strings.Contains(s.algorithm, "SM4") {
		return account{proven: []found{{cause: v3SM}}}
	}
	for _, key := range q.openingKeys() {
		for _, associatedData := range append([]string{s.associatedData}, usualAssociatedData...) {
			if !q.work.spend(len(s.ciphertext)) || !s.opensWith(key.key, associatedData) {
				continue
			}
			mistakes := key.faults
			if associatedData != s.associatedData {
				mistakes = append(slices.Clip(mistakes), found{cause: v3AssociatedData})
			}
			if len(mistakes) == 0 {
				mistakes = []found{{cause: v3Content}}
			}
			return account{proven: mistakes}
		}
	}
	if len(q.apiV3Keys) == 0 {
		return account{suspected: []found{{cause: v3KeyMissing}}}
	}
	// What was encrypted is signed, so nothing of it was changed: it is the key.
	return account{proven: append(faultsOf(q.apiV3Keys), found{cause: v3KeyWrong})}
}

// openingKeys are the keys that may decrypt what is for the APIv3 key.
func (q *inquiry) openingKeys() (keys []signingKey) {
	for _, given := range q.apiV3Keys {
		for _, clean := range given.clean {
			keys = append(keys, signingKey{clean, given.faults})
			for _, variant := range variantsOf(clean) {
				keys = append(keys, signingKey{variant.key, slices.Concat(given.faults, variant.faults)})
			}
		}
	}
	for _, given := range q.keys {
		for _, clean := range given.clean {
			keys = append(keys, signingKey{clean, []found{{cause: v3APIv2Key}}})
		}
	}
	return keys
}

// explainPayScore explains a PayScore notification whose signature holds, and whose content
// does not decrypt.
func (q *inquiry) explainPayScore(m *message) account {
	return q.explainSealed(sealed{
		m.fields.Get("event_algorithm"), m.fields.Get("event_ciphertext"), m.fields.Get("event_nonce"), m.fields.Get("event_associated_data"),
	})
}
