package inspector

import (
	"strings"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// entry is what is kept of a delivery, and shown. It holds nothing personal, no text in
// it is long, and none does anything to whoever reads it: see legible.
type entry struct {
	Seq   uint64 `json:"seq"`
	Nth   int    `json:"nth"`             // which delivery of its fact it is
	Group string `json:"group,omitempty"` // equal for deliveries of one fact
	Level string `json:"level"`

	Received time.Time `json:"received"`
	Took     took      `json:"took"`

	Outcome verifier.Outcome `json:"outcome"`
	Reason  string           `json:"reason"`
	Text    text             `json:"text"` // the reason in words
	Detail  string           `json:"detail,omitempty"`
	Shadow  bool             `json:"shadow,omitempty"`
	Steps   []step           `json:"steps"`

	Merchant      string   `json:"merchant"`
	Kind          string   `json:"kind"`
	APIVersion    string   `json:"api_version,omitempty"`
	Authenticity  string   `json:"authenticity,omitempty"`
	ID            string   `json:"id,omitempty"`
	EventType     string   `json:"event_type,omitempty"`
	OutTradeNo    string   `json:"out_trade_no,omitempty"`
	TransactionID string   `json:"transaction_id,omitempty"`
	Amount        *text    `json:"amount,omitempty"`
	Warnings      []string `json:"warnings,omitempty"`

	Forwarded     string    `json:"forwarded,omitempty"`
	ForwardedType string    `json:"forwarded_type,omitempty"`
	Upstream      *upstream `json:"upstream,omitempty"`
	Ack           *ack      `json:"ack,omitempty"`
	RemoteIP      string    `json:"remote_ip,omitempty"`
}

// took is how long everything and its parts took, in microseconds; 0 where a part did not
// take place.
type took struct {
	All      int64 `json:"all"`
	Verify   int64 `json:"verify,omitempty"`
	Lookup   int64 `json:"lookup,omitempty"`
	Store    int64 `json:"store,omitempty"`
	Upstream int64 `json:"upstream,omitempty"`
}

type upstream struct {
	Status int    `json:"status"`
	Type   string `json:"type,omitempty"`
	Size   int    `json:"size"`
}

type ack struct {
	Status  int    `json:"status"`
	Message string `json:"message,omitempty"`
}

// text is said in both languages.
type text struct {
	English string `json:"en"`
	Chinese string `json:"zh"`
}

// unknown is the merchant of a delivery that has not proven one.
const unknown = "unknown"

// The most runes that are kept of a text.
const (
	mostOfValue  = 200 // the longest ID has four parts of 64
	mostOfPhrase = 400
	mostWarnings = 10
)

func (d *Delivery) level() level {
	switch {
	case d.Merchant == "" || d.Merchant == unknown:
		return stranger
	case d.ID == "":
		return merchant
	}
	return fact
}

// newEntry masks d.
func newEntry(d *Delivery) *entry {
	document, masked := mask(d.Forwarded, d.ForwardedType)
	value := func(s string) string { return legible(s, mostOfValue) }
	phrase := func(s string) string { return legible(masked.strike(s), mostOfPhrase) }
	e := &entry{
		Level:    levelNames[d.level()],
		Received: d.Received.UTC(),
		Took: took{
			d.Took.Microseconds(), d.Verify.Microseconds(), d.Lookup.Microseconds(),
			d.Store.Microseconds(), d.Upstream.Microseconds(),
		},
		Outcome: d.Reason.Outcome(), Reason: d.Reason.String(),
		Text:   text{d.Reason.Error(), d.Reason.Chinese()},
		Detail: phrase(d.Detail), Shadow: d.Shadow,
		Merchant: value(d.Merchant), Kind: value(d.Kind),
		APIVersion: value(d.APIVersion), Authenticity: value(d.Authenticity),
		ID: value(maskID(d.ID)), EventType: value(d.EventType),
		OutTradeNo: value(d.OutTradeNo), TransactionID: value(d.TransactionID), Amount: d.amount(),
		Forwarded: document, ForwardedType: value(d.ForwardedType),
		RemoteIP: value(d.RemoteIP),
	}
	for _, warning := range d.Warnings[:min(len(d.Warnings), mostWarnings)] {
		e.Warnings = append(e.Warnings, phrase(warning))
	}
	if d.UpstreamStatus != 0 {
		e.Upstream = &upstream{d.UpstreamStatus, phrase(d.UpstreamType), d.UpstreamSize}
	}
	if d.AckStatus != 0 {
		e.Ack = &ack{d.AckStatus, phrase(d.AckMessage)}
	}
	e.Steps = d.steps(e)
	return e
}

var levelNames = [levels]string{"fact", "merchant", "stranger"}

// maskID masks the number in the ID of a licence plate's state, which is the plate.
func maskID(id string) string {
	parts := strings.Split(id, ":")
	if parts[0] == "vehicle" && len(parts) > 2 {
		parts[2] = maskOf(parts[2])
	}
	return strings.Join(parts, ":")
}
