package issuer

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// transactionFollowers and v3RefundFollowers: no coupons are used, and all is refunded.
var (
	transactionFollowers = []follower{{"amount.payer_total", "amount.total"}}
	v3RefundFollowers    = []follower{
		{"amount.total", "amount.refund"}, {"amount.refund", "amount.total"},
		{"amount.payer_total", "amount.total"}, {"amount.payer_refund", "amount.refund"},
	}
)

// v3Envelope are the members around what is encrypted, by the names of their fields.
// Source: WeChat Pay APIv3, "支付成功回调通知".
var (
	v3EnvelopeNames = []string{"id", "create_time", "event_type", "summary", "original_type"}
	v3EnvelopePaths = map[string]string{"original_type": "resource.original_type"}
)

// keyLength is that of an APIv3 key. Source: WeChat Pay APIv3, "如何解密回调报文".
const keyLength = 32

// sealed issues a kind of APIv3.
func sealed(template func(mchID string) wechatpaytest.Event, followers []follower) func(*Issuer, []Field) (Message, error) {
	return func(i *Issuer, fields []Field) (Message, error) {
		if err := i.checkAPIv3Key(); err != nil {
			return Message{}, err
		}
		if i.Platform == nil {
			return Message{}, errors.New("APIv3 is signed with a key of WeChat Pay's, whose part is played by an RSA key of your own: " +
				"give its private half and its id; the edge is configured with its public half")
		}
		around, within := split(stateFollows(fields), v3EnvelopeNames)
		event := template(i.MchID)
		resource, err := changeJSON(event.Resource, follow(within, followers))
		if err != nil {
			return Message{}, err
		}
		event.Resource = resource
		body, err := changeJSON(event.Body(i.APIv3Key), renamed(around, v3EnvelopePaths))
		if err != nil {
			return Message{}, err
		}
		return i.signV3(body), nil
	}
}

// stateFollows gives a refund that did not come about its event_type, and no time.
// Source: WeChat Pay APIv3, "退款结果回调通知".
func stateFollows(fields []Field) []Field {
	status := valueOf(fields, "refund_status")
	if status == "" || status == "SUCCESS" {
		return fields
	}
	return append([]Field{{"event_type", "REFUND." + status}, {"success_time", ""}}, fields...) // which have the last word
}

func renamed(fields []Field, paths map[string]string) []Field {
	fields = slices.Clone(fields)
	for i := range fields {
		fields[i].Name = cmp.Or(paths[fields[i].Name], fields[i].Name)
	}
	return fields
}

func (i *Issuer) signV3(body string) Message {
	header := i.Platform.Sign(body, time.Now())
	header.Set("Content-Type", "application/json")
	return Message{Header: header, Body: body}
}

func (i *Issuer) checkAPIv3Key() error {
	switch len(i.APIv3Key) {
	case keyLength:
		return nil
	case 0:
		return errors.New("APIv3 and PayScore are encrypted with the APIv3 key: give it with --apiv3-key-file or --apiv3-key-env")
	}
	return fmt.Errorf("the APIv3 key has %d characters, but one of APIv3 has %d", len(i.APIv3Key), keyLength)
}
