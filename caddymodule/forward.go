package caddymodule

import "github.com/caddy-wechatpay/caddy-wechatpay/verifier"

// form is how a notification is written for the upstream.
type form struct {
	contentType string
	write       func(*verifier.Notification, []byte) []byte
	// onlyV2 is set for the form that only APIv2 has.
	onlyV2 bool
}

// forms are the values of forward.
var forms = map[string]form{
	forwardJSON: {
		contentType: "application/json; charset=utf-8",
		write:       (*verifier.Notification).AppendJSON,
	},
	forwardXML: {
		contentType: "text/xml; charset=utf-8",
		write:       (*verifier.Notification).AppendXML,
		onlyV2:      true,
	},
	forwardCloudEvents: {
		contentType: "application/cloudevents+json; charset=utf-8",
		write:       (*verifier.Notification).AppendCloudEvent,
	},
}

// fits refuses a notification that cannot be written in this form.
func (f form) fits(n *verifier.Notification) error {
	if f.onlyV2 && n.APIVersion != "v2" {
		return &verifier.Error{Reason: verifier.UnknownKind, Detail: "an APIv3 notification cannot be forwarded as XML"}
	}
	return nil
}
