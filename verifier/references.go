package verifier

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// decodeReferences replaces the five predefined entities and numeric character
// references. It knows no others: there is no DTD that could define them.
func decodeReferences(text string) (string, bool) {
	before, after, found := strings.Cut(text, "&")
	if !found {
		return text, true
	}
	var decoded strings.Builder
	for found {
		decoded.WriteString(before)
		name, tail, ended := strings.Cut(after, ";")
		r, known := reference(name)
		if !ended || !known {
			return "", false
		}
		decoded.WriteRune(r)
		before, after, found = strings.Cut(tail, "&")
	}
	decoded.WriteString(before)
	return decoded.String(), true
}

func reference(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, numeric := strings.CutPrefix(name, "#")
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	code, err := strconv.ParseUint(digits, base, 31)
	r := rune(code)
	return r, numeric && err == nil && utf8.ValidRune(r) && isXMLChar(r)
}
