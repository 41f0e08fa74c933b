package issuer

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// set sets elements to the values of fields.
func set(elements wechatpaytest.Fields, fields []Field) error {
	for _, field := range fields {
		if field.Name == "" || strings.Trim(field.Name, elementBytes) != "" {
			return fmt.Errorf("%q is not the name of an element: those consist of letters, digits and _", field.Name)
		}
		elements[field.Name] = field.Value
	}
	return nil
}

const elementBytes = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"

// split tells the fields that stand around what is encrypted from all others.
func split(fields []Field, envelope []string) (around, within []Field) {
	for _, field := range fields {
		if slices.Contains(envelope, field.Name) {
			around = append(around, field)
		} else {
			within = append(within, field)
		}
	}
	return around, within
}

func given(fields []Field, name string) bool {
	return slices.ContainsFunc(fields, func(field Field) bool { return field.Name == name })
}

// valueOf is the last word on a field.
func valueOf(fields []Field, name string) (value string) {
	for _, field := range fields {
		if field.Name == name {
			value = field.Value
		}
	}
	return value
}

// follower is a field that takes the value of another unless it is given itself.
type follower struct{ name, leader string }

// refundFollowers: all of an order is refunded, and no less of it was paid.
var refundFollowers = []follower{
	{"total_fee", "refund_fee"}, {"refund_fee", "total_fee"},
	{"settlement_total_fee", "total_fee"}, {"settlement_refund_fee", "refund_fee"},
}

// follow adds what follows from fields, in the order of followers.
func follow(fields []Field, followers []follower) []Field {
	fields = slices.Clone(fields)
	for _, f := range followers {
		if value := valueOf(fields, f.leader); value != "" && !given(fields, f.name) {
			fields = append(fields, Field{f.name, value})
		}
	}
	return fields
}

// cashFollows keeps the parts of a payment adding up, unless cash_fee is given or there is
// no such sum. Source: WeChat Pay APIv2, "支付结果通知".
func cashFollows(elements wechatpaytest.Fields, fields []Field) {
	if _, carried := elements["cash_fee"]; !carried || given(fields, "cash_fee") {
		return
	}
	total, err := strconv.ParseInt(elements["total_fee"], 10, 64)
	coupons, couponErr := strconv.ParseInt(cmp.Or(elements["coupon_fee"], "0"), 10, 64)
	if err == nil && couponErr == nil && total >= coupons {
		elements["cash_fee"] = strconv.FormatInt(total-coupons, 10)
	}
}

// sign signs elements of which some were set by fields. An element that names the digest
// tells the truth, and so does the digest follow it, unless both are given.
func (i *Issuer) sign(elements wechatpaytest.Fields, fields []Field, usual verifier.SignType) Message {
	signType := cmp.Or(i.SignType, declared(fields), usual)
	for _, name := range signTypeElements {
		if _, carried := elements[name]; carried && !given(fields, name) {
			elements[name] = string(signType)
		}
	}
	if given(fields, "sign") {
		return xmlMessage(elements.XML())
	}
	return xmlMessage(elements.Sign(i.Key, signType))
}

// signTypeElements name the digest: the latter that of PayScore.
var signTypeElements = []string{"sign_type", "algorithm"}

// declared returns the digest that fields name, if any.
func declared(fields []Field) verifier.SignType {
	for _, name := range signTypeElements {
		value := verifier.SignType(valueOf(fields, name))
		if value == verifier.MD5 || value == verifier.HMACSHA256 {
			return value
		}
	}
	return verifier.AnySignType
}

func xmlMessage(body string) Message {
	return Message{Header: http.Header{"Content-Type": {"text/xml"}}, Body: body}
}
