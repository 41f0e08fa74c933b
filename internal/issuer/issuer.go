// Package issuer plays WeChat Pay's making side: it issues a notification of any kind,
// signed or encrypted as WeChat Pay does it, around values of one's own. What is not given
// is plausible and fresh, and what hangs together follows: a cash_fee its total_fee.
package issuer

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// Issuer issues notifications for one merchant.
type Issuer struct {
	// MchID is the merchant number.
	MchID string
	// Key is the APIv2 key (API密钥), which signs notifications of APIv2, and encrypts refunds.
	Key string
	// APIv3Key is the APIv3 key (APIv3密钥), which encrypts those of APIv3, and of PayScore.
	APIv3Key string
	// SignType is how APIv2 is signed. The zero value stands for what WeChat Pay's documents
	// demand of a kind, and for MD5 where they demand nothing.
	SignType verifier.SignType
	// Platform signs notifications of APIv3.
	Platform *wechatpaytest.Platform
}

// Message is a notification as it goes over the wire: its body, and the headers that
// belong to it, which are Content-Type and, for APIv3, those of the signature.
type Message struct {
	Header http.Header
	Body   string
}

// Field is a value of one's own. An empty one empties the element of APIv2, and takes the
// member of APIv3 away.
//
// Name is the name of an element, or the path of a member: amount.total. Where a part is
// encrypted, names that stand around it reach there, all others into it.
type Field struct{ Name, Value string }

// Kinds are the kinds of notifications, by the names under which they are issued.
var Kinds = func() (names []string) {
	for _, kind := range kinds {
		names = append(names, kind.name)
	}
	return names
}()

// Issue issues a notification of a kind. It is genuine, unless a field makes a forgery of
// it: mch_id may be another's, and sign any text.
func (i *Issuer) Issue(kind string, fields []Field) (Message, error) {
	if i.MchID == "" {
		return Message{}, errors.New("a notification is that of a merchant: give the merchant number (商户号)")
	}
	for _, candidate := range kinds {
		if candidate.name == kind {
			return candidate.issue(i, fields)
		}
	}
	return Message{}, fmt.Errorf("there is no kind %q; the kinds are %s", kind, strings.Join(Kinds, ", "))
}

// Repeat returns the message as WeChat Pay delivers it again. The body stays. The signature
// of APIv3 holds for minutes, so it is made anew. Source: WeChat Pay APIv3, "如何验证签名".
func (i *Issuer) Repeat(m Message) Message {
	if i.Platform == nil || m.Header.Get("Wechatpay-Signature") == "" {
		return m
	}
	return i.signV3(m.Body)
}
