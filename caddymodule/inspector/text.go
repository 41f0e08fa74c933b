package inspector

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// legible returns a short copy of s, in which everything shows as what it is.
func legible(s string, most int) string { return escape(shorten(s, most)) }

// shorten returns at most so many runes of s.
func shorten(s string, most int) string {
	for i := range s {
		if most--; most < 0 {
			return s[:i] + "…"
		}
	}
	return s
}

// escape replaces what does not show as what it is: control characters, what turns the
// direction of text around, and what has no width.
func escape(s string) string {
	var shown strings.Builder
	shown.Grow(len(s))
	for _, r := range s {
		writeEscaped(&shown, r)
	}
	return shown.String()
}

// writeEscaped escapes as JSON does.
func writeEscaped(w *strings.Builder, r rune) {
	switch {
	case unicode.IsPrint(r):
		w.WriteRune(r)
	case r > 0xFFFF:
		high, low := utf16.EncodeRune(r)
		fmt.Fprintf(w, `\u%04x\u%04x`, high, low)
	default:
		fmt.Fprintf(w, `\u%04x`, r)
	}
}

// maskOf stands for a text that is not shown. It tells its length.
func maskOf(s string) string { return fmt.Sprintf("•••• %d", utf8.RuneCountInString(s)) }
