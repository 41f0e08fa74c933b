package verifier

import (
	"math/bits"
	"strings"
	"unicode/utf8"
)

// normalizeLineEnds turns CR LF and a lone CR into LF, as every XML reader must.
func normalizeLineEnds(text string) string {
	if strings.IndexByte(text, '\r') < 0 {
		return text
	}
	return lineEnds.Replace(text)
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// isXMLText reports whether text is UTF-8 made of characters that XML 1.0 allows.
func isXMLText(text string) bool {
	if printableUpTo(text, 0) == len(text) {
		return true
	}
	return utf8.ValidString(text) && strings.IndexFunc(text, isNotXMLChar) < 0
}

// printableUpTo returns how many bytes of text are printable ASCII, up to the first
// stop. It looks at eight bytes at a time: it runs over every value of every forgery.
func printableUpTo(text string, stop byte) int {
	const each, top = 0x0101010101010101, 0x8080808080808080
	at := 0
	for ; at+8 <= len(text); at += 8 {
		word := eightBytes(text[at:])
		differs := word ^ uint64(stop)*each
		if found := (word | (word - ' '*each) | (differs-each)&^differs) & top; found != 0 {
			return at + bits.TrailingZeros64(found)/8 // the first one found is exact
		}
	}
	for at < len(text) && ' ' <= text[at] && text[at] < utf8.RuneSelf && text[at] != stop {
		at++
	}
	return at
}

func eightBytes(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// isXMLChar is XML 1.0's production Char for valid runes.
func isXMLChar(r rune) bool {
	return r >= ' ' && r != 0xFFFE && r != 0xFFFF || r == '\t' || r == '\n' || r == '\r'
}

func isNotXMLChar(r rune) bool { return !isXMLChar(r) }

func isBlank(c byte) bool { return classes[c]&blankByte != 0 }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// The character classes of bytes.
const (
	blankByte = 1 << iota // between elements
	nameByte              // of an element's name
	idByte                // of an identifier of WeChat Pay's: appid, mch_id, transaction_id
	orderByte             // of an out_trade_no
)

var classes = func() (table [256]uint8) {
	for c := range table {
		switch c := byte(c); {
		case isDigit(c), 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_':
			table[c] = nameByte | idByte | orderByte
		case c == '-':
			table[c] = idByte | orderByte
		case c == '|', c == '*', c == '@':
			table[c] = orderByte
		case c == ' ', c == '\t', c == '\n', c == '\r':
			table[c] = blankByte
		}
	}
	return table
}()

func isNameByte(c byte) bool { return classes[c]&nameByte != 0 }

func isID(text string) bool { return isNumberOf(text, idByte) }

func isOrderNumber(text string) bool { return isNumberOf(text, orderByte) }

// isNumberOf reports whether text is 1 to 64 characters of class. WeChat Pay
// documents 32, but longer values exist.
func isNumberOf(text string, class uint8) bool {
	for i := 0; i < len(text); i++ {
		if classes[text[i]]&class == 0 {
			return false
		}
	}
	return 1 <= len(text) && len(text) <= 64
}

// shorten keeps what a stranger sent from filling a log.
func shorten(name string) string {
	const limit = 64
	if len(name) <= limit {
		return name
	}
	return name[:limit] + "..."
}
