package caddymodule

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"regexp"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// prepareAnswer notes what WeChat Pay expects.
func (d *delivery) prepareAnswer(n *verifier.Notification) {
	if d.answer = n.Answer(); d.answer == verifier.NativeData {
		native := n.NativeReply()
		d.native = &native
	}
}

// readPrepayID reads the answer to a scan in native mode 1: {"prepay_id": "..."}, or a
// no as in an answer to any other notification.
func (j judge) readPrepayID(text string) verdict {
	members, isObject := jsonMembers(text)
	raw, there := members["prepay_id"]
	if !isObject || !there {
		v := j.read(text)
		if v.reason == verifier.OK {
			return unreadable("it has no prepay_id, which a scan in native mode 1 is answered with")
		}
		return v
	}
	prepayID, isText := jsonText(raw)
	if !isText || !prepayIDForm.MatchString(prepayID) {
		return unreadable("its prepay_id has another form than WeChat Pay's")
	}
	if _, coded := members["code"]; coded || members["return_code"] != nil {
		if v := j.readJSON(text); v.reason != verifier.OK {
			return v
		}
	}
	return verdict{reason: verifier.OK, data: prepayID}
}

var prepayIDForm = regexp.MustCompile(`^[0-9A-Za-z_-]{1,128}$`)

// readData takes JSON as it is, for WeChat Pay to read.
func readData(text string) verdict {
	if !json.Valid([]byte(text)) {
		return unreadable("it is not JSON, which this event is answered with")
	}
	return verdict{reason: verifier.OK, data: text}
}

// reply returns what WeChat Pay gets: an ack, or the data that it asked for.
func (d *delivery) reply(v verdict) (status int, contentType, body string) {
	status, contentType = v.reason.Status(), d.format.ContentType()
	switch {
	case d.answer == verifier.NativeData && v.reason == verifier.OK:
		return status, contentType, d.native.Order(newNonce(), v.data)
	case d.answer == verifier.NativeData && v.reason == verifier.UpstreamDeclined:
		return http.StatusOK, contentType, d.native.Refusal(newNonce(), ackMessage(v))
	case d.answer == verifier.JSONData && v.reason == verifier.OK:
		return status, contentType, v.data
	case status == http.StatusOK: // with which goes SUCCESS, and nothing else
		return status, contentType, d.format.Success()
	}
	return status, contentType, d.format.Fail(ackMessage(v))
}

// newNonce returns a nonce_str, of which WeChat Pay allows 32 characters.
func newNonce() string { return rand.Text() }
