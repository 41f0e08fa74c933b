package caddymodule

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// verdict is what a delivery comes to.
type verdict struct {
	reason verifier.Reason
	// message goes to WeChat Pay with a FAIL, where the upstream gave one.
	message string
	// data is what WeChat Pay gets instead of an ack, where it asked for data: a
	// prepay_id, or the upstream's JSON.
	data string
	// detail explains the reason in the log.
	detail string
	// reply is what the upstream answered, and took how long that took; there is
	// none when it was not called, or has not come back.
	reply *reply
	took  time.Duration
}

// judge decides whether a reply of the upstream's is its yes. Only what is plainly
// a yes is one: taking an error page for it would lose the payment, while an
// overlooked yes merely comes again.
type judge struct {
	byStatus bool
	codes    []string
}

// verdict judges what the handler chain wrote and returned.
func (j judge) verdict(wanted verifier.Answer, r *reply, err error) verdict {
	if err != nil {
		return failure(err)
	}
	return j.judge(wanted, r)
}

// failure judges an error of the handler chain's, whatever was written before it.
func failure(err error) verdict {
	reason := verifier.UpstreamUnreachable
	if errors.Is(err, errPanicked) || errors.Is(err, http.ErrAbortHandler) {
		reason = verifier.UpstreamUnreadable
	}
	if handlerErr, ok := errors.AsType[caddyhttp.HandlerError](err); ok {
		switch handlerErr.StatusCode {
		case http.StatusBadGateway, http.StatusServiceUnavailable:
		case http.StatusGatewayTimeout:
			reason = verifier.UpstreamTimeout
		default:
			reason = verifier.UpstreamStatus
		}
	}
	return verdict{reason: reason, detail: err.Error()}
}

func (j judge) judge(wanted verifier.Answer, r *reply) verdict {
	switch {
	case r.status == 0, r.unhandled():
		return verdict{reason: verifier.NoUpstream, detail: "put reverse_proxy, php_fastcgi or another handler behind wechatpay_notify"}
	case r.status >= 300 && r.status <= 399:
		return verdict{reason: verifier.UpstreamStatus, detail: "it redirects; let the notify URL name the script itself, with the trailing slash or scheme that the app insists on, and exempt it from login and CSRF checks"}
	case r.status < 200 || r.status > 299:
		return verdict{reason: verifier.UpstreamStatus}
	case wanted == verifier.Ack && (j.byStatus || r.status == http.StatusNoContent):
		return verdict{reason: verifier.OK}
	case isEncoded(r.header):
		return unreadable("it is compressed although identity was asked for")
	case !r.complete():
		return unreadable("it is cut off, or too long for an answer")
	}
	text := r.body.String()
	switch wanted {
	case verifier.NativeData:
		return j.readPrepayID(strings.TrimSpace(text))
	case verifier.JSONData:
		return readData(text)
	default:
		return j.read(strings.TrimSpace(text))
	}
}

func unreadable(detail string) verdict {
	return verdict{reason: verifier.UpstreamUnreadable, detail: detail}
}

func (j judge) read(text string) verdict {
	switch {
	case text == "", strings.EqualFold(text, "success"), strings.EqualFold(text, "ok"):
		return verdict{reason: verifier.OK}
	case len(text) >= 4 && strings.EqualFold(text[:4], "fail"):
		return verdict{reason: verifier.UpstreamDeclined, message: text}
	case text[0] == '{':
		return j.readJSON(text)
	case text[0] == '<':
		return j.readXML(text)
	}
	return unreadable("it is neither success, fail, JSON nor XML")
}

// readXML reads the ack that an app already writes for WeChat Pay.
func (j judge) readXML(text string) verdict {
	fields, err := verifier.ParseXML(text)
	if err != nil || !fields.Has("return_code") {
		return unreadable("it is markup, but not an ack with return_code; an HTML page?")
	}
	if j.isYes(fields.Get("return_code")) {
		return verdict{reason: verifier.OK}
	}
	return verdict{reason: verifier.UpstreamDeclined, message: fields.Get("return_msg")}
}

// readJSON reads an object with code, return_code or both.
func (j judge) readJSON(text string) verdict {
	members, ok := jsonMembers(text)
	if !ok {
		return unreadable("it begins like a JSON object, but is none, or repeats a member")
	}
	declined, answered := false, false
	for _, name := range []string{"code", "return_code"} {
		raw, there := members[name]
		if !there {
			continue
		}
		answered = true
		code, isText := jsonText(raw)
		switch {
		case isText && (j.isYes(code)), slices.Contains(j.codes, string(raw)):
		case isText:
			declined = true
		default:
			return unreadable("its " + name + " is not a text; if it is the app's yes, name it in: accept explicit <code>")
		}
	}
	switch {
	case !answered:
		return unreadable("it is JSON without code or return_code")
	case declined:
		return verdict{reason: verifier.UpstreamDeclined, message: declineMessage(members)}
	}
	return verdict{reason: verifier.OK}
}

func (j judge) isYes(code string) bool {
	return strings.EqualFold(code, "SUCCESS") || strings.EqualFold(code, "OK") || slices.Contains(j.codes, code)
}

func declineMessage(members map[string]json.RawMessage) string {
	for _, name := range []string{"message", "return_msg"} {
		if message, ok := jsonText(members[name]); ok && message != "" {
			return message
		}
	}
	return ""
}

func jsonText(raw json.RawMessage) (text string, ok bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	return text, json.Unmarshal(raw, &text) == nil
}

// jsonMembers reads one JSON object. Unlike json.Unmarshal it minds the case of
// names and refuses repeated ones: an answer with two meanings is no answer.
func jsonMembers(text string) (map[string]json.RawMessage, bool) {
	if !json.Valid([]byte(text)) {
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	if _, err := decoder.Token(); err != nil {
		return nil, false
	}
	members := make(map[string]json.RawMessage)
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, false
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, false
		}
		if _, repeated := members[name.(string)]; repeated {
			return nil, false
		}
		members[name.(string)] = value
	}
	return members, true
}
