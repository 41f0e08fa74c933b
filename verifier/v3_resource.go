package verifier

import (
	"cmp"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// v3Body is the body of an APIv3 notification.
// Source: WeChat Pay APIv3, "支付成功回调通知".
type v3Body struct {
	ID         string `json:"id"`
	CreateTime string `json:"create_time"`
	EventType  string `json:"event_type"`
	Resource   struct {
		OriginalType   string `json:"original_type"`
		Algorithm      string `json:"algorithm"`
		Ciphertext     string `json:"ciphertext"`
		Nonce          string `json:"nonce"`
		AssociatedData string `json:"associated_data"`
	} `json:"resource"`

	// plaintext is what the resource decrypts to, a JSON object; exact is that of it which
	// is read here.
	plaintext string
	exact     json.RawMessage
	subMchID  string // of a refund
}

// openV3 decrypts the resource with the keys of those merchants for whom the signature
// may be.
func (n *Notification) openV3(body string, signers []signer) *Error {
	b := new(v3Body)
	exact, err := exactly(json.RawMessage(body))
	if err == nil {
		err = json.Unmarshal(exact, b)
	}
	if err != nil || !utf8.ValidString(body) {
		return malformed("not the JSON of a notification")
	}
	secret := sealed{
		algorithm: b.Resource.Algorithm, ciphertext: b.Resource.Ciphertext,
		nonce: b.Resource.Nonce, associatedData: b.Resource.AssociatedData,
	}
	var refused *Error
	var used [2]string
	for _, signer := range signers {
		plaintext, key, err := secret.open(signer.merchant)
		if err != nil {
			refused = err
			continue
		}
		// Some have one APIv3 key for all of their merchant numbers.
		if b.plaintext = plaintext; n.merchant == nil || b.names(signer.merchant) {
			n.merchant, used = signer.merchant, [2]string{signer.fingerprint, signer.merchant.fingerprints[key]}
		}
	}
	if n.merchant == nil {
		return refused
	}
	n.used(used[0])
	n.used(used[1])
	n.MchID, n.v3 = n.merchant.MchID, b
	return b.checkPlaintext()
}

// names reports whether the plaintext is of this merchant's.
func (b *v3Body) names(merchant *Merchant) bool {
	var owner struct {
		MchID        string `json:"mchid"`
		SpMchID      string `json:"sp_mchid"`
		CombineMchID string `json:"combine_mchid"`
	}
	_ = json.Unmarshal([]byte(b.plaintext), &owner) // what it may be is checked later
	return cmp.Or(owner.CombineMchID, owner.SpMchID, owner.MchID) == merchant.MchID
}

func (b *v3Body) checkPlaintext() *Error {
	b.plaintext = strings.TrimSpace(b.plaintext)
	if !strings.HasPrefix(b.plaintext, "{") || !json.Valid([]byte(b.plaintext)) || !utf8.ValidString(b.plaintext) {
		return &Error{Reason: Undecryptable, Detail: "what is decrypted is not a JSON object"}
	}
	exact, err := exactly(json.RawMessage(b.plaintext))
	if err != nil {
		return &Error{Reason: BadField, Detail: err.Error()}
	}
	b.exact = exact
	return nil
}

// read reads those members of the plaintext that a kind looks at.
func (b *v3Body) read(members any) *Error {
	err := json.Unmarshal(b.exact, members)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		reason := BadField
		if strings.Contains(wrong.Field, "amount") {
			reason = BadAmount
		}
		return &Error{Reason: reason, Detail: wrong.Field}
	}
	if err != nil {
		return &Error{Reason: BadField, Detail: "resource"}
	}
	return nil
}

// appendPlaintext appends the members of the resource as WeChat Pay wrote them.
func appendPlaintext(dst []byte, n *Notification) []byte {
	text := n.withAttach()
	return append(dst, text[1:len(text)-1]...) // the braces are there already
}
