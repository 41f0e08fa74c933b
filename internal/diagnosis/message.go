package diagnosis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// message is an APIv2 body as its signature sees it.
type message struct {
	elements []verifier.Field // in the order of the body, empty ones too, without sign
	fields   verifier.Fields  // what is signed: sorted, without empty ones and sign
	merchant string           // the number of the merchant that was given
	sign     string
	// signName is under which name sign was found, and signThere whether there is such an
	// element at all.
	signName  string
	signThere bool
}

// readMessage reads a body that the strict reader accepts.
func (q *inquiry) readMessage(body string) *message {
	m := &message{merchant: q.mchID}
	elements := readLoosely(body).elements
	for _, element := range elements {
		if element.Name == "sign" {
			m.signName, m.sign, m.signThere = "sign", element.Value, true
		}
	}
	for _, element := range elements {
		if m.sign == "" && element.Value != "" && isSignName(element.Name) {
			m.signName, m.sign = element.Name, element.Value
		}
	}
	for _, element := range elements {
		if element.Name != "sign" && element.Name != m.signName {
			m.elements = append(m.elements, element)
		}
	}
	m.fields = signedOf(m.elements)
	return m
}

// signedOf returns what is signed of the elements, in order.
func signedOf(elements []verifier.Field) verifier.Fields {
	fields := make(verifier.Fields, 0, len(elements))
	for _, element := range elements {
		if element.Value != "" {
			fields = append(fields, element)
		}
	}
	slices.SortStableFunc(fields, func(a, b verifier.Field) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

// mchID is the merchant number by which the edge would choose the keys.
func (m *message) mchID() string {
	return cmp.Or(m.fields.Get("mch_id"), m.fields.Get("combine_mch_id"))
}

// messageShape is what a delivery is signed as, to be compared with what a program signs.
func (q *inquiry) messageShape(d delivery) string {
	if isJSON(d.body) {
		return fmt.Sprintf("%s\n%s\n(the body as it was received, %d bytes)\n",
			cmp.Or(d.header.Get("Wechatpay-Timestamp"), "(Wechatpay-Timestamp)"),
			cmp.Or(d.header.Get("Wechatpay-Nonce"), "(Wechatpay-Nonce)"), len(d.body))
	}
	fields, err := verifier.ParseXML(d.body)
	if err != nil || fields.Has("req_info") || len(d.body) > maxBody {
		return ""
	}
	for i := range fields {
		if isSignName(fields[i].Name) {
			fields[i].Value = masked // perhaps all but right
		}
	}
	q.hideSignatures(fields)
	text := verifier.StringToSign(fields)
	if text == "" {
		return ""
	}
	return text + "&key=" + masked
}

// hideSignatures makes secrets of the signatures that these fields could have, and could
// have without any one of them, which might hold it: whatever was searched for or not.
func (q *inquiry) hideSignatures(fields verifier.Fields) {
	_, likely := q.signingKeys()
	hide := func(fields verifier.Fields) {
		text := verifier.StringToSign(fields)
		for _, key := range likely {
			for _, digest := range rightDigests {
				if q.work.spend(len(text)) {
					q.mask.digest(digest.sum(text, key.key))
				}
			}
		}
	}
	hide(fields)
	for i := range fields {
		hide(slices.Delete(slices.Clone(fields), i, i+1))
	}
}
