package diagnosis

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/unicode/norm"
)

// charsetSteps undo that text was read in one character set and written in another.
var charsetSteps = []fieldStep{
	valueStep(mojibakeGBK, undoReadAsGBK),
	valueStep(mojibakeGBK, fillLost),
	valueStep(bodyGBK, func(value string) []string { return []string{cmp.Or(fromGBK(value), value)} }),
	valueStep(mojibakeLatin1, undoReadAsLatin1),
	valueStep(valueNormalized, func(value string) []string {
		return []string{norm.NFC.String(value), norm.NFD.String(value)}
	}),
	namedValueStep(charactersReplaced, undoQuestionMarks),
}

// undoReadAsGBK makes 订单 of 璁㈠崟, whose bytes in GBK are those of 订单 in UTF-8.
func undoReadAsGBK(text string) []string {
	return []string{
		reread(text, simplifiedchinese.GB18030),
		reread(text, simplifiedchinese.GBK),
	}
}

// maxLost bounds the characters that were lost in between.
const maxLost = 2

// fillLost is undoReadAsGBK for text that lost some bytes, which no character of GBK has.
// Each is one of the later bytes of a character in UTF-8; two of them go where the reader
// took two for one.
func fillLost(text string) (before []string) {
	parts := strings.Split(text, "\uFFFD")
	if len(parts) == 1 {
		parts = strings.Split(text, "?")
	}
	if len(parts) == 1 || len(parts) > maxLost+1 || isASCII(text) {
		return nil
	}
	for i, part := range parts {
		data, err := simplifiedchinese.GB18030.NewEncoder().String(part)
		if err != nil {
			return nil
		}
		parts[i] = data
	}
	add := func(data string) {
		if utf8.ValidString(data) {
			before = append(before, data)
		}
	}
	for first := byte(0x80); first <= 0xBF; first++ {
		if len(parts) == 2 {
			add(parts[0] + string([]byte{first}) + parts[1])
		}
		for second := byte(0x80); second < 0xF0; second++ {
			if len(parts) == 2 {
				add(parts[0] + string([]byte{first, second}) + parts[1])
			} else {
				add(parts[0] + string([]byte{first}) + parts[1] + string([]byte{second}) + parts[2])
			}
		}
	}
	return before
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf && r != utf8.RuneError }) < 0
}

func undoReadAsLatin1(text string) []string {
	windows := reread(text, charmap.Windows1252)
	before := []string{
		windows,
		reread(text, charmap.ISO8859_1),
		reread(windows, charmap.Windows1252), // twice
		text,
	}
	for _, latin := range []encoding.Encoding{charmap.Windows1252, charmap.ISO8859_1} { // of GBK
		if data, err := latin.NewEncoder().String(text); err == nil && data != text && !utf8.ValidString(data) {
			before[3] = cmp.Or(fromGBK(data), text)
		}
	}
	return before
}

// reread returns text as UTF-8 whose bytes are those that it has in another character set;
// text itself where there is no such.
func reread(text string, read encoding.Encoding) string {
	data, err := read.NewEncoder().String(text)
	if err != nil || !utf8.ValidString(data) {
		return text
	}
	return data
}

// provinces begin the licence plates of China.
const provinces = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"

// undoQuestionMarks guesses what stood where there are question marks now.
func undoQuestionMarks(name, value string) (before []string) {
	if !strings.ContainsAny(value, "?\uFFFD") {
		return nil
	}
	if rest := strings.TrimLeft(value, "?\uFFFD"); name == "plate_number" {
		for _, province := range provinces {
			before = append(before, string(province)+rest)
		}
	}
	for _, usual := range usualValues {
		if usual.name == name {
			before = append(before, strings.Fields(usual.values)...)
		}
	}
	return before
}
