package diagnosis

import (
	"bytes"
	"encoding/json"
	"html"
	"iter"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// asReceived yields a body as it is.
func asReceived(body string) iter.Seq[form] {
	return func(yield func(form) bool) { yield(form{body, nil}) }
}

// textForms undo what became of an APIv3 body as a text. Its signature is over its bytes.
var textForms = []struct {
	cause cause
	undo  undoValue
}{
	{v3BodyNewline, func(body string) []string {
		plain := strings.TrimRight(body, "\r\n")
		return []string{plain, plain + "\n", plain + "\r\n", strings.TrimSpace(body), bom + body}
	}},
	{v3BodyLineEnds, func(body string) []string {
		unix := strings.ReplaceAll(body, "\r\n", "\n")
		return []string{unix, strings.ReplaceAll(unix, "\n", "\r\n")}
	}},
	{v3BodyCharset, func(body string) []string {
		forms := append(undoReadAsGBK(body), undoReadAsLatin1(body)...)
		return append(forms, fromGBK(body), norm.NFC.String(body))
	}},
	{v3BodyReescaped, func(body string) []string {
		return []string{html.UnescapeString(body), escapeUnicode(body, false), strings.ReplaceAll(body, `\/`, "/"), strings.ReplaceAll(body, "/", `\/`)}
	}},
	{v3BodyPlus, func(body string) []string {
		return []string{withPlus.ReplaceAllStringFunc(body, func(member string) string {
			at := strings.IndexByte(member, ':')
			return member[:at] + strings.ReplaceAll(member[at:], " ", "+")
		})}
	}},
}

var withPlus = regexp.MustCompile(`"(?:ciphertext|create_time)":"[^"]*"`)

// bodyForms yields what an APIv3 body may have been before somebody changed it.
func bodyForms(body string) iter.Seq[form] {
	return func(yield func(form) bool) {
		for _, f := range textForms {
			for _, before := range f.undo(body) {
				if before != body && !yield(form{before, []found{{cause: f.cause}}}) {
					return
				}
			}
		}
		object, ok := parseJSON(body)
		if !ok || len(body) > maxV3Body {
			return
		}
		rewritten := v3BodyReescaped
		if compact := new(bytes.Buffer); json.Compact(compact, []byte(body)) == nil && compact.Len() < len(body) {
			rewritten = v3BodyPretty
		}
		_ = yieldStyles(object, rewritten, yield) && yieldOrders(object, yield) && yieldAssociatedData(object, yield)
	}
}

// maxV3Body is the largest APIv3 body that is written anew in many ways.
const maxV3Body = 64 << 10

// yieldStyles writes an object as the usual programs do. rewritten is what then happened to
// it, unless it lost its blanks.
func yieldStyles(object *jsonValue, rewritten cause, yield func(form) bool) bool {
	for style := range jsonStyles() {
		c := rewritten
		if c != v3BodyReordered && style.comma+style.colon+style.indent != ",:" {
			c = v3BodyCompacted
		}
		if !yield(form{style.write(object), []found{{cause: c}}}) {
			return false
		}
	}
	return true
}

// memberOrders are those in which the documents, and WeChat Pay, write the members.
var memberOrders = [][]string{
	nil, // sorted
	{"id", "create_time", "resource_type", "event_type", "summary", "resource", "original_type", "algorithm", "ciphertext", "associated_data", "nonce"},
	{"id", "create_time", "event_type", "resource_type", "resource", "algorithm", "original_type", "ciphertext", "nonce", "associated_data", "summary"},
	{"id", "create_time", "event_type", "resource_type", "summary", "resource", "algorithm", "ciphertext", "associated_data", "original_type", "nonce"},
	{"id", "create_time", "resource_type", "event_type", "resource", "algorithm", "ciphertext", "nonce", "original_type", "associated_data", "summary"},
}

func yieldOrders(object *jsonValue, yield func(form) bool) bool {
	for _, order := range memberOrders {
		if !yieldStyles(object.reordered(order), v3BodyReordered, yield) {
			return false
		}
	}
	return true
}

// yieldAssociatedData puts associated_data back where it was lost.
func yieldAssociatedData(object *jsonValue, yield func(form) bool) bool {
	resource := object.member("resource")
	if resource == nil || resource.member("associated_data") != nil {
		return true
	}
	members := resource.members
	for at := range len(members) + 1 {
		for _, value := range usualAssociatedData {
			lost := jsonMember{"associated_data", &jsonValue{literal: value, isText: true}}
			resource.members = append(append(members[:at:at], lost), members[at:]...)
			f := form{jsonStyle{comma: ",", colon: ":"}.write(object), []found{{cause: v3AssociatedData}}}
			if !yield(f) {
				return false
			}
		}
	}
	return true
}
