package verifier_test

import (
	"encoding/json"
	"maps"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// members are a JSON object to be written.
type members map[string]any

// with returns a copy in which the member at path, such as amount.total, is value. A
// json.RawMessage is written as it is; absent takes the member away.
func (m members) with(path string, value any) members {
	changed := maps.Clone(m)
	name, rest, nested := strings.Cut(path, ".")
	switch {
	case nested:
		inner, _ := changed[name].(members)
		changed[name] = inner.with(rest, value)
	case value == absent:
		delete(changed, name)
	default:
		changed[name] = value
	}
	return changed
}

// absent is the value of a member that is not there.
var absent = any(struct{ absent bool }{})

// raw is JSON that encoding/json would not write.
func raw(text string) json.RawMessage { return json.RawMessage(text) }

func (m members) json() string {
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // the values are those of tests
	}
	return string(text)
}

// v3Event is an APIv3 notification to be made, the same every time.
type v3Event struct {
	eventType, originalType, plaintext string
	// key and nonce encrypt; empty, they are the usual ones.
	key, nonce string
	// change alters what goes around the plaintext, which is encrypted already.
	change func(envelope, resource members)
}

const (
	v3Nonce          = "pAzJ2F9zRqcL"
	v3NotificationID = "c3a1f0de-5b52-5b1a-9d3f-0b7b1f8f2a11"
)

// body renders the notification.
func (e v3Event) body() string {
	if e.key == "" {
		e.key = v3Key
	}
	if e.nonce == "" {
		e.nonce = v3Nonce
	}
	resource := members{
		"original_type": e.originalType, "algorithm": "AEAD_AES_256_GCM", "nonce": e.nonce, "associated_data": e.originalType,
		"ciphertext": wechatpaytest.EncryptGCM(e.plaintext, e.key, e.nonce, e.originalType),
	}
	envelope := members{
		"id": v3NotificationID, "create_time": "2018-08-22T20:56:07+08:00", "event_type": e.eventType,
		"resource_type": "encrypt-resource", "summary": "通知", "resource": resource,
	}
	if e.change != nil {
		e.change(envelope, resource)
	}
	return envelope.json()
}

// v3Payment returns a notification of plaintext as a payment.
func v3Payment(plaintext string) v3Event {
	return v3Event{eventType: "TRANSACTION.SUCCESS", originalType: "transaction", plaintext: plaintext}
}

func asPayment(m members) v3Event { return v3Payment(m.json()) }

// asFailure is a payment that did not come about.
func asFailure(m members) v3Event {
	return v3Event{eventType: "TRANSACTION.FAIL", originalType: "transaction", plaintext: m.json()}
}

// v3Refund returns a notification of a refund.
func v3Refund(m members) v3Event {
	return v3Event{eventType: "REFUND.SUCCESS", originalType: "refund", plaintext: m.json()}
}

// v3RefundOf is one that came to another end.
func v3RefundOf(status string) v3Event {
	e := v3Refund(v3RefundResource().with("refund_status", status).with("success_time", absent))
	e.eventType = "REFUND." + status
	return e
}
