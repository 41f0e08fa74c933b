package diagnosis

import (
	"html"
	"net/url"
	"regexp"
	"strings"
)

// escapeSteps undo that a value was escaped, or an escape undone, once too often.
var escapeSteps = []fieldStep{
	valueStep(entityLeft, func(value string) []string {
		once := html.UnescapeString(value)
		return []string{once, html.UnescapeString(once)}
	}),
	valueStep(entityDecoded, escapeEntities),
	valueStep(backslashAdded, func(value string) []string {
		return []string{unescapeBackslashes(value), backslashed.ReplaceAllString(value, "$1")}
	}),
	valueStep(backslashLost, addBackslashes),
	valueStep(plusBlank, exchangePlus),
	valueStep(percentLeft, func(value string) []string {
		return []string{orSame(url.QueryUnescape, value), orSame(url.PathUnescape, value)}
	}),
	valueStep(percentDecoded, func(value string) []string {
		form := url.QueryEscape(value)
		return []string{form, strings.ReplaceAll(form, "+", "%20"), lowerEscapes(form), strings.ReplaceAll(value, "%", "%25")}
	}),
	valueStep(cdataLiteral, func(value string) []string {
		inner, opened := strings.CutPrefix(strings.TrimSpace(value), "<![CDATA[")
		if inner, closed := strings.CutSuffix(inner, "]]>"); opened && closed {
			return []string{inner}
		}
		return nil
	}),
	valueStep(valueQuoted, func(value string) []string {
		if len(value) < 2 || value[0] != value[len(value)-1] || !strings.ContainsAny(value[:1], `"'`) {
			return nil
		}
		return []string{value[1 : len(value)-1]}
	}),
}

var backslashed = regexp.MustCompile(`\\(.)`)

func orSame(decode func(string) (string, error), value string) string {
	decoded, err := decode(value)
	if err != nil {
		return value
	}
	return decoded
}

// escapeEntities escapes as XML writers and PHP's htmlspecialchars do.
func escapeEntities(value string) []string {
	ampersand := strings.ReplaceAll(value, "&", "&amp;")
	angles := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(value)
	quotes := strings.ReplaceAll(angles, `"`, "&quot;")
	return []string{
		ampersand, angles, quotes,
		strings.ReplaceAll(quotes, "'", "&#039;"),
		html.EscapeString(value),
		strings.ReplaceAll(quotes, "'", "&apos;"),
		strings.ReplaceAll(value, `"`, "&quot;"),
		strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(value),
	}
}

// addBackslashes escapes as JSON, PHP's addslashes and json_encode do.
func addBackslashes(value string) []string {
	plain := jsonStyle{}.quote(value)
	return []string{
		plain[1 : len(plain)-1],
		strings.NewReplacer(`\`, `\\`, `"`, `\"`, "'", `\'`).Replace(value),
		strings.ReplaceAll(value, "/", `\/`),
		escapeUnicode(value, false),
		escapeUnicode(value, true),
		strings.ReplaceAll(escapeUnicode(value, false), "/", `\/`),
		strings.ReplaceAll(value, `\`, `\\`),
		strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(value),
	}
}

// maxPluses bounds the blanks and pluses that are exchanged one by one.
const maxPluses = 16

// exchangePlus makes blanks of pluses and the reverse: all of them, then each alone.
func exchangePlus(value string) []string {
	before := []string{strings.ReplaceAll(value, " ", "+"), strings.ReplaceAll(value, "+", " ")}
	for at := 0; at < len(value) && len(before) < maxPluses; at++ {
		switch value[at] {
		case ' ':
			before = append(before, value[:at]+"+"+value[at+1:])
		case '+':
			before = append(before, value[:at]+" "+value[at+1:])
		}
	}
	return before
}
