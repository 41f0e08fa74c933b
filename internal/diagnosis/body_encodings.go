package diagnosis

import (
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

const bom = "\uFEFF"

// encodingSteps undo encodings of a body as a whole.
var encodingSteps = []bodyStep{
	bodyStepOf(bodyBOM, cutBOM),
	bodyStepOf(bodyUTF16, decodeUTF16),
	bodyStepOf(bodyGzip, gunzip),
	bodyStepOf(bodyBase64, decodeBody),
	bodyStepOf(bodyGBK, decodeGBK),
	bodyStepOf(bodyForm, formValue),
	bodyStepOf(bodyPercentEncoded, percentDecode),
	bodyStepOf(bodyHTMLEscaped, unescapeHTML),
	bodyStepOf(bodyQuoted, unquote),
	bodyStepOf(bodyLogEscapes, undoLogEscapes),
	bodyStepOf(bodyControl, dropControls),
}

func cutBOM(body string) string {
	plain, is := strings.CutPrefix(body, bom)
	if !is {
		plain = strings.TrimPrefix(body, "ï»¿") // read as Latin-1 and written again
	}
	return plain
}

func decodeUTF16(body string) string {
	order := unicode.LittleEndian
	switch {
	case len(body) < 2 || len(body)%2 != 0:
		return ""
	case strings.HasPrefix(body, "\xFE\xFF") || body[0] == 0 && body[1] != 0:
		order = unicode.BigEndian
	case strings.HasPrefix(body, "\xFF\xFE") || body[1] == 0 && body[0] != 0:
	default:
		return ""
	}
	decoded, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().String(withMark(body, order))
	if err != nil {
		return ""
	}
	return decoded
}

// withMark puts the byte order mark there that some writers leave out.
func withMark(body string, order unicode.Endianness) string {
	mark := "\xFF\xFE"
	if order == unicode.BigEndian {
		mark = "\xFE\xFF"
	}
	return mark + strings.TrimPrefix(body, mark)
}

func gunzip(body string) string {
	if !strings.HasPrefix(body, "\x1F\x8B") {
		return ""
	}
	reader, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		return ""
	}
	plain, err := io.ReadAll(io.LimitReader(reader, maxBody+1))
	if err != nil {
		return ""
	}
	return string(plain)
}

// decodeBody decodes base64 of a body, however it is broken into lines.
func decodeBody(body string) string {
	plain := without(body, " \t\r\n")
	data, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(urlAlphabet.Replace(plain), "="))
	if err != nil || !looksLikeBody(string(data)) {
		return ""
	}
	return string(data)
}

// looksLikeBody reports whether text begins as a notification does, or as gzip.
func looksLikeBody(text string) bool {
	text = strings.TrimSpace(strings.TrimPrefix(text, bom))
	return strings.HasPrefix(text, "<") || strings.HasPrefix(text, "{") || strings.HasPrefix(text, "\x1F\x8B")
}

func decodeGBK(body string) string {
	if utf8.ValidString(body) {
		return ""
	}
	return encodingIn.ReplaceAllString(fromGBK(body), `encoding="UTF-8"`)
}

// fromGBK returns GBK as UTF-8, or "". Some GBK is UTF-8 by chance.
func fromGBK(text string) string {
	decoded, err := simplifiedchinese.GB18030.NewDecoder().String(text)
	if err != nil || strings.ContainsRune(decoded, utf8.RuneError) {
		return ""
	}
	return decoded
}

// formValue finds the body in a form.
func formValue(body string) string {
	if strings.HasPrefix(body, "<") {
		return ""
	}
	values, err := url.ParseQuery(strings.TrimSpace(body))
	if err != nil {
		return ""
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if looksLikeBody(values.Get(name)) {
			return values.Get(name)
		}
	}
	if nameless, is := strings.CutSuffix(strings.TrimSpace(body), "="); is { // a program took it for a name
		return percentDecode(nameless)
	}
	return ""
}

func percentDecode(body string) string {
	if !strings.Contains(body, "%3C") && !strings.Contains(body, "%3c") && !strings.Contains(body, "%7B") && !strings.Contains(body, "%7b") {
		return ""
	}
	decode := url.PathUnescape
	if !strings.Contains(body, "%20") { // a form's way, in which a + is a blank
		decode = url.QueryUnescape
	}
	plain, err := decode(strings.TrimSpace(body))
	if err != nil {
		return ""
	}
	return plain
}

func unescapeHTML(body string) string {
	if !strings.Contains(body, "&lt;xml") && !strings.Contains(body, "&#60;xml") && !strings.Contains(body, "&quot;resource&quot;") {
		return ""
	}
	return html.UnescapeString(body)
}

// unquote undoes the quotes of a JSON string, or such as were put around a body by hand.
func unquote(body string) string {
	body = strings.TrimSpace(body)
	var text string
	if json.Unmarshal([]byte(body), &text) == nil {
		return text
	}
	if len(body) < 2 || !strings.ContainsRune(`"'`+"`", rune(body[0])) || body[len(body)-1] != body[0] {
		return ""
	}
	return body[1 : len(body)-1]
}

func dropControls(body string) string {
	if !utf8.ValidString(body) {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, body)
}
