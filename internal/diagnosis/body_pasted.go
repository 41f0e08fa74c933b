package diagnosis

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// pastedSteps undo what was copied along with a body.
var pastedSteps = []bodyStep{
	bodyStepOf(bodyHTTPMessage, bodyOfMessage),
	bodyStepOf(bodyChunked, joinChunks),
	bodyStepOf(bodyLeading, cutBeforeJSON),
	bodyStepOf(bodyTrailing, cutAfterJSON),
}

var messageStart = regexp.MustCompile(`^(?:(?:[A-Z]+ \S+ HTTP/[0-9.]+|HTTP/[0-9.]+ [0-9]{3}[^\n]*)\r?\n)?(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\r?\n)+\r?\n`)

// bodyOfMessage cuts off the request line and the headers.
func bodyOfMessage(body string) string {
	start := messageStart.FindString(body)
	if start == "" {
		return ""
	}
	return body[len(start):]
}

// headersOf returns the headers that were given or, where those are none of APIv3's, that
// were pasted along with the body.
func headersOf(in Input) http.Header {
	for _, name := range v3Names {
		if in.Header.Get(name) != "" {
			return in.Header
		}
	}
	if pasted := headerOfMessage(string(in.Body[:min(len(in.Body), maxBody)])); pasted != nil {
		return pasted
	}
	return in.Header
}

// headerOfMessage reads the headers that were pasted along with a body.
func headerOfMessage(body string) http.Header {
	start := messageStart.FindString(body)
	if first, rest, _ := strings.Cut(start, "\n"); strings.Contains(first, " HTTP/") || strings.HasPrefix(first, "HTTP/") {
		start = rest
	}
	header, err := textproto.NewReader(bufio.NewReader(strings.NewReader(start))).ReadMIMEHeader()
	if err != nil {
		return nil
	}
	return http.Header(header)
}

// joinChunks takes out the sizes of a Transfer-Encoding: chunked.
func joinChunks(body string) string {
	var joined strings.Builder
	for rest := body; ; {
		line, after, found := strings.Cut(rest, "\n")
		size, err := strconv.ParseUint(strings.TrimSpace(line), 16, 32)
		switch {
		case err != nil || !found && size > 0 || size > uint64(len(after)):
			return ""
		case size == 0:
			return joined.String()
		}
		joined.WriteString(after[:size])
		rest = strings.TrimLeft(after[size:], "\r\n")
		if rest == "" {
			return joined.String()
		}
	}
}

// cutBeforeJSON takes off what stands before an object.
func cutBeforeJSON(body string) string {
	at := strings.IndexByte(body, '{')
	if at <= 0 || !strings.Contains(body, `"resource"`) {
		return ""
	}
	return body[at:]
}

// cutAfterJSON takes off what stands behind an object.
func cutAfterJSON(body string) string {
	if !strings.HasPrefix(strings.TrimSpace(body), "{") {
		return ""
	}
	decoder := json.NewDecoder(strings.NewReader(body))
	var object json.RawMessage
	if decoder.Decode(&object) != nil {
		return ""
	}
	end := int(decoder.InputOffset())
	if strings.Trim(body[end:], " \t\r\n") == "" {
		return "" // blanks are part of what is signed
	}
	return body[:end]
}

// notationSteps turn another notation of the elements back into XML.
var notationSteps = []bodyStep{
	bodyStepOf(bodyJSON, elementsOfJSON),
	bodyStepOf(bodyQueryString, elementsOfQuery),
	bodyStepOf(bodyDump, elementsOfDump),
}

// elementsOfJSON reads what a program makes of the XML when it converts it to JSON.
func elementsOfJSON(body string) string {
	object, ok := parseJSON(body)
	if !ok {
		return ""
	}
	if inner := object.member("xml"); len(object.members) == 1 && inner != nil {
		object = inner
	}
	var elements []verifier.Field
	isNotification := false
	for _, member := range object.members {
		value, isText := member.value.text()
		if !isText {
			return ""
		}
		isNotification = isNotification || telling[member.name]
		elements = append(elements, verifier.Field{Name: member.name, Value: value})
	}
	if !isNotification || len(elements) > maxLoose {
		return ""
	}
	return render(elements, false)
}

// elementsOfQuery reads name=value pairs, such as a string to sign.
func elementsOfQuery(body string) string {
	return elementsOf(strings.Split(strings.TrimSpace(body), "&"))
}

// elementsOf writes pairs as XML; "" where they are not those of a notification.
func elementsOf(pairs []string) string {
	var elements []verifier.Field
	isNotification := false
	for _, pair := range pairs {
		name, value, found := strings.Cut(pair, "=")
		if !found || !plainName.MatchString(name) || len(elements) == maxLoose {
			return ""
		}
		isNotification = isNotification || telling[name]
		if name != "key" { // of a string to sign
			elements = append(elements, verifier.Field{Name: name, Value: value})
		}
	}
	if !isNotification {
		return ""
	}
	return render(elements, false)
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// dumps are the ways in which PHP's print_r, var_dump and var_export, and Python print a
// map.
var dumps = []*regexp.Regexp{
	regexp.MustCompile(`(?m)^\s*\[([a-z0-9_]+)\] => ?(.*?)\s*$`),
	regexp.MustCompile(`\["?([a-z0-9_]+)"?\]\s*=>\s*string\([0-9]+\)\s*"(.*?)"`),
	regexp.MustCompile(`["']([a-z0-9_]+)["']\s*=>\s*["'](.*?)["'](?:,|\s|\)|\]|\}|$)`),
	regexp.MustCompile(`'([a-z0-9_]+)':\s*'(.*?)'(?:,|\})`),
}

// elementsOfDump reads a map as it is printed for debugging.
func elementsOfDump(body string) string {
	body = strings.TrimSpace(body)
	for _, dump := range dumps {
		var elements []verifier.Field
		isNotification := false
		for _, match := range dump.FindAllStringSubmatch(body, maxLoose) {
			isNotification = isNotification || telling[match[1]]
			elements = append(elements, verifier.Field{Name: match[1], Value: match[2]})
		}
		if isNotification && len(elements) > 2 {
			return render(elements, false)
		}
	}
	return elementsOfMap(body)
}

var mapEntry = regexp.MustCompile(`^[A-Za-z0-9_]+=`)

// elementsOfMap reads what Java's Map.toString prints.
func elementsOfMap(body string) string {
	inner, opened := strings.CutPrefix(body, "{")
	inner, closed := strings.CutSuffix(inner, "}")
	if !opened || !closed || !strings.Contains(inner, "=") {
		return ""
	}
	var pairs []string
	for part := range strings.SplitSeq(inner, ", ") {
		if mapEntry.MatchString(part) || len(pairs) == 0 {
			pairs = append(pairs, part)
		} else {
			pairs[len(pairs)-1] += ", " + part // of a value
		}
	}
	return elementsOf(pairs)
}
