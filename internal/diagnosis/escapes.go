package diagnosis

import (
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var backslashEscapes = regexp.MustCompile(`\\(?:x[0-9A-Fa-f]{2}|u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|[nrt"'/\\])`)

// unescapeBackslashes undoes the escapes of JSON, of PHP's addslashes, and of nginx, which
// writes \x22 for a quote.
func unescapeBackslashes(text string) string {
	return backslashEscapes.ReplaceAllStringFunc(text, func(escape string) string {
		switch kind := escape[1]; kind {
		case 'n':
			return "\n"
		case 'r':
			return "\r"
		case 't':
			return "\t"
		case 'x':
			data, _ := hex.DecodeString(escape[2:]) // two digits, as was matched
			return string(data)
		case 'u':
			if len(escape) == len(`\uD83D\uDE00`) {
				return string(utf16.DecodeRune(parseHex(escape[2:6]), parseHex(escape[8:])))
			}
			return string(parseHex(escape[2:]))
		default:
			return escape[1:]
		}
	})
}

// parseHex reads digits that are known to be hexadecimal, and few.
func parseHex(digits string) rune {
	number, _ := strconv.ParseUint(digits, 16, 16)
	return rune(number)
}

// undoLogEscapes undoes what programs write into logs in place of line breaks and quotes.
func undoLogEscapes(body string) string {
	if plain := unescapeBackslashes(body); utf8.ValidString(plain) {
		return plain
	}
	return ""
}

// escapeUnicode writes all that is not ASCII as \uXXXX.
func escapeUnicode(text string, upper bool) string {
	var escaped strings.Builder
	for _, r := range text {
		if r < utf8.RuneSelf {
			escaped.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			digits := strconv.FormatUint(0x10000|uint64(unit), 16)[1:]
			if upper {
				digits = strings.ToUpper(digits)
			}
			escaped.WriteString(`\u` + digits)
		}
	}
	return escaped.String()
}
