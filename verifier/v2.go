package verifier

import (
	"net/http"
	"strings"
)

// authenticateV2 proves who wrote an XML body. It fills in n only with what is proven.
func (v *Verifier) authenticateV2(body string, _ http.Header, n *Notification) *Error {
	fields, malformed := parseXML(body, n.Fields, "xml")
	if malformed != nil {
		return malformed
	}
	n.Fields = fields[:0] // no more than the storage, for the next body
	isRefund := fields.Has("req_info")
	if !isRefund && !fields.Has("sign") {
		return &Error{Reason: Unsigned}
	}
	mchID := fields.Get("mch_id")
	if mchID == "" && combined.matches(fields) {
		mchID = fields.Get("combine_mch_id")
	}
	merchant := v.merchants[mchID]
	switch {
	case merchant == nil:
		return &Error{Reason: UnknownMerchant}
	case len(merchant.Keys) == 0:
		return &Error{Reason: UnknownMerchant, Detail: "merchant " + merchant.MchID + " has no APIv2 key"}
	}
	n.APIVersion, n.merchant = "v2", merchant
	if isRefund {
		return n.openRefund(fields)
	}
	signType, key, err := merchant.authenticate(fields, &n.scratch)
	if err != nil {
		return err
	}
	n.Authenticity, n.key = string(signType), key
	n.MchID, n.Fields = merchant.MchID, fields
	n.used(merchant.fingerprints[key])
	return nil
}

// interpretV2 finds out what the authentic fields say.
func interpretV2(body string, n *Notification) *Error {
	kind := kindOf(n)
	if kind == nil {
		return &Error{Reason: UnknownKind}
	}
	if n.refund == nil && strings.Contains(body, "&") && isResplit(n.Fields, kind.freeText) {
		return &Error{Reason: UnknownKind, Detail: "a value holds other fields: another message was cut up into this one"}
	}
	n.Kind, n.ResourceType, n.kind = kind.name, kind.resourceType, kind
	if err := n.merchant.owns(n, kind); err != nil {
		return err
	}
	if err := kind.decode(n); err != nil {
		if err.Reason == UnknownKind {
			n.Kind = "" // it only looked like one
		}
		return err
	}
	return nil
}
