package verifier

import (
	"encoding/json"
	"strings"
	"unicode"
)

// AckFormat is the form in which a notification is answered: that of its body.
type AckFormat uint8

// The ack formats: XML for APIv2, JSON for APIv3.
const (
	XMLAck AckFormat = iota
	JSONAck
)

// AckFormatFor tells how to answer body.
func AckFormatFor(body string) AckFormat {
	body = skipBlanks(body)
	switch {
	case body == "" || body[0] == '<':
		return XMLAck
	case body[0] == '{' || json.Valid([]byte(body)):
		return JSONAck
	}
	return XMLAck
}

// ContentType is the media type of the ack.
func (f AckFormat) ContentType() string {
	if f == JSONAck {
		return "application/json"
	}
	return "text/xml; charset=utf-8"
}

// The longest messages that WeChat Pay documents for return_msg (APIv2) and
// message (APIv3), in characters.
const (
	maxXMLMessage  = 128
	maxJSONMessage = 64
)

// Success returns the ack after which WeChat Pay stops repeating a notification.
// It belongs to status 200.
func (f AckFormat) Success() string {
	if f == JSONAck {
		return jsonSuccess
	}
	return xmlSuccess
}

var (
	xmlSuccess  = xmlAck("SUCCESS", "OK")
	jsonSuccess = jsonAck("SUCCESS", "OK")
)

// Fail returns the ack after which WeChat Pay repeats the notification. It must
// never go out with status 200. Control characters in message are replaced, and
// what exceeds WeChat Pay's limit is cut off.
func (f AckFormat) Fail(message string) string {
	if f == JSONAck {
		return jsonAck("FAIL", cleanMessage(message, maxJSONMessage))
	}
	return xmlAck("FAIL", cleanMessage(message, maxXMLMessage))
}

func xmlAck(code, message string) string {
	return "<xml><return_code>" + cdata(code) + "</return_code><return_msg>" + cdata(message) + "</return_msg></xml>"
}

// cdata wraps text, splitting any "]]>" in it over two sections.
func cdata(text string) string {
	return "<![CDATA[" + strings.ReplaceAll(text, "]]>", "]]]]><![CDATA[>") + "]]>"
}

func jsonAck(code, message string) string {
	return `{"code":` + string(appendString(nil, code)) + `,"message":` + string(appendString(nil, message)) + `}`
}

// cleanMessage makes text fit for an ack.
func cleanMessage(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !isXMLChar(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if len(text) > limit { // bytes, of which a character may take several
		runes := []rune(text)
		text = string(runes[:min(len(runes), limit)])
	}
	return strings.TrimSpace(text)
}
