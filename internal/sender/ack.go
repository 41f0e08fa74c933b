package sender

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// Ack is what WeChat Pay makes of an answer. Its texts quote what a stranger sent.
type Ack struct {
	// Acked is whether WeChat Pay is content, and will not come again.
	Acked bool
	// Reason is why it is not.
	Reason string
	// Warnings are what WeChat Pay takes, but had better not be sent.
	Warnings []string
}

// JudgeAck judges an answer to a notification as WeChat Pay does. Where nothing is known
// about how WeChat Pay takes something, it counts as no ack. The issuer is the one of the
// notification; without it, nobody can tell whether an answer is signed right.
func JudgeAck(i *issuer.Issuer, m issuer.Message, a Answer) Ack {
	if verifier.AckFormatFor(m.Body) == verifier.JSONAck {
		return judgeV3(a)
	}
	if reason := unreadableV2(a); reason != "" {
		return Ack{Reason: reason}
	}
	fields, err := verifier.ParseXML(a.Body)
	if err != nil {
		return Ack{Reason: fmt.Sprintf("the body is XML that WeChat Pay may not read: %v; %s", err, wantXML)}
	}
	asked, _ := verifier.ParseXML(m.Body) // a body of one's own may be anything
	switch {
	case asked.Has("product_id") && !asked.Has("result_code"):
		return judgeNative(i, fields).warned(a)
	case asked.Has("event_ciphertext") && !fields.Has("return_code"):
		return judgeCode(fields, "code", "message").warned(a) // as some of the documents have it
	}
	return judgeCode(fields, "return_code", "return_msg").warned(a)
}

const wantXML = "it is to be <xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>"

// unreadableV2 says why an answer is no XML with status 200.
// Source: WeChat Pay APIv2, "支付结果通知".
func unreadableV2(a Answer) string {
	body := strings.TrimSpace(a.Body)
	switch {
	case a.Status != http.StatusOK:
		return wrongStatus(a, "200")
	case body == "" && strings.HasPrefix(a.Header.Get("Server"), "Caddy"):
		return "the body is empty: Caddy answers so where no site or route takes this host and path; compare the URL with the Caddyfile"
	case body == "":
		return "the body is empty; " + wantXML
	case looksLikeHTML(body):
		return "the body is an HTML page; " + wantXML
	case strings.Contains(body, "<return-code"):
		return "the element is spelt return-code; it is to be return_code"
	case strings.HasPrefix(body, "\uFEFF"):
		return "the body begins with a byte order mark; " + wantXML
	case json.Valid([]byte(body)):
		return "the body is JSON, with which APIv3 is answered; " + wantXML
	case body[0] != '<':
		return fmt.Sprintf("the body is the text %q; %s", shorten(body), wantXML)
	}
	return ""
}

func wrongStatus(a Answer, want string) string {
	if location := a.Header.Get("Location"); a.Status/100 == 3 && location != "" {
		return fmt.Sprintf("the status is %d, a redirect to %q, which WeChat Pay does not follow", a.Status, shorten(location))
	}
	return fmt.Sprintf("the status is %d, not %s%s", a.Status, want, message(a.Body))
}

// message is what an answer says in words, if it can be read.
func message(body string) string {
	var inJSON struct{ Message string }
	fields, err := verifier.ParseXML(body)
	switch {
	case err == nil && fields.Get("return_msg") != "":
		return fmt.Sprintf(": %q", shorten(fields.Get("return_msg")))
	case json.Unmarshal([]byte(body), &inJSON) == nil && inJSON.Message != "":
		return fmt.Sprintf(": %q", shorten(inJSON.Message))
	}
	return ""
}

func looksLikeHTML(body string) bool {
	start := strings.ToLower(body[:min(len(body), len("<!doctype html"))])
	return strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html") || strings.HasPrefix(start, "<br")
}

// judgeCode judges an ack by its code.
func judgeCode(fields verifier.Fields, code, message string) Ack {
	switch value := fields.Get(code); {
	case value == "SUCCESS":
		return Ack{Acked: true}
	case value == "":
		return Ack{Reason: "there is no " + code + "; " + wantXML}
	case value == "FAIL":
		return Ack{Reason: fmt.Sprintf("%s is FAIL: %q", code, shorten(fields.Get(message)))}
	default:
		return Ack{Reason: fmt.Sprintf("%s is %q, not SUCCESS", code, shorten(value))}
	}
}

var blanksBetween = regexp.MustCompile(`>\s+<|^\s|\s$`)

// warned adds what is odd about an ack in XML.
func (k Ack) warned(a Answer) Ack {
	if !k.Acked {
		return k
	}
	if blanksBetween.MatchString(a.Body) {
		k.warn("there are blanks or line breaks between the elements, after which WeChat Pay is said to come again; send it in one line")
	}
	if !strings.Contains(a.Body, "<![CDATA[SUCCESS]]>") {
		k.warn("SUCCESS is not in CDATA, as WeChat Pay's examples have it")
	}
	if mediaType := a.Header.Get("Content-Type"); !strings.HasPrefix(mediaType, "text/xml") && !strings.HasPrefix(mediaType, "application/xml") {
		k.warn(fmt.Sprintf("the Content-Type is %q, not text/xml", shorten(mediaType)))
	}
	return k
}

func (k *Ack) warn(text string) { k.Warnings = append(k.Warnings, text) }

// judgeV3 judges an answer to APIv3, of which the status alone counts.
// Source: WeChat Pay APIv3, "支付成功回调通知".
func judgeV3(a Answer) Ack {
	if a.Status != http.StatusOK && a.Status != http.StatusNoContent {
		return Ack{Reason: wrongStatus(a, "200 or 204")}
	}
	k := Ack{Acked: true}
	body := strings.TrimSpace(a.Body)
	var answer struct{ Code string }
	switch {
	case body == "":
	case looksLikeHTML(body):
		k.warn("the body is an HTML page, but the status says yes: WeChat Pay will not come again")
	case body[0] == '<':
		k.warn("the body is XML, with which APIv2 is answered; WeChat Pay is said to come again after that")
	case json.Unmarshal([]byte(body), &answer) != nil:
		k.warn(`the body is not JSON, such as {"code":"SUCCESS","message":"OK"}`)
	case answer.Code != "SUCCESS":
		k.warn(fmt.Sprintf("code is %q, but the status says yes: WeChat Pay will not come again", shorten(answer.Code)))
	}
	return k
}
