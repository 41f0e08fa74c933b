package inspector

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// mask returns what is shown of a forwarded document: its structure, and the values of
// members that are known not to be personal. What it cannot read it masks as a whole.
func mask(document, contentType string) (string, *maskedTexts) {
	m := masker{texts: maskedTexts{shown: map[string]bool{}}}
	var err error
	switch {
	case document == "":
	case strings.Contains(contentType, "xml"):
		err = m.xml(document)
	default:
		err = m.json(document)
	}
	if err != nil {
		return maskOf(document), &m.texts
	}
	return strings.Clone(cut(m.out.String(), mostOfDocument)), &m.texts
}

// Bounds of a document as it is shown.
const (
	mostOfDocument = 16 << 10 // bytes
	mostOfName     = 64
	deepest        = 8
)

// cut returns at most so many bytes of s.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "\n…"
}

// masker writes a masked document, indented for people.
type masker struct {
	out     strings.Builder
	decoder *json.Decoder
	texts   maskedTexts
}

var errUnreadable = errors.New("this is not a document that was forwarded")

// xml masks flat XML.
func (m *masker) xml(document string) error {
	fields, err := verifier.ParseXML(document)
	if err != nil {
		return err
	}
	m.out.WriteString("<xml>")
	for _, field := range fields {
		m.out.WriteString("\n  <" + field.Name + ">")
		if isShown(content, field.Name) {
			m.texts.shown[field.Value] = true
			m.out.WriteString(xmlEscape.Replace(legible(field.Value, mostOfValue)))
		} else {
			m.texts.add(field.Value)
			m.out.WriteString(maskOf(field.Value))
		}
		m.out.WriteString("</" + field.Name + ">")
	}
	m.out.WriteString("\n</xml>")
	return nil
}

var xmlEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// json masks a JSON object.
func (m *masker) json(document string) error {
	m.decoder = json.NewDecoder(strings.NewReader(document))
	m.decoder.UseNumber()
	if start, err := m.decoder.Token(); err != nil || start != json.Delim('{') {
		return errUnreadable
	}
	if err := m.object(envelope, 1); err != nil {
		return err
	}
	if _, err := m.decoder.Token(); !errors.Is(err, io.EOF) {
		return errUnreadable
	}
	return nil
}

// object writes the rest of an object, whose brace is read.
func (m *masker) object(parent string, depth int) error {
	m.out.WriteByte('{')
	first := true
	for ; m.decoder.More(); first = false {
		token, err := m.decoder.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		m.separate(first, depth)
		m.out.WriteString(`"` + legibleName(name) + `": `)
		if err := m.value(parent, name, depth); err != nil {
			return err
		}
	}
	return m.close("}", first, depth)
}

// array writes the rest of an array, whose elements are taken for members of its name.
func (m *masker) array(parent, name string, depth int) error {
	m.out.WriteByte('[')
	first := true
	for ; m.decoder.More(); first = false {
		m.separate(first, depth)
		if err := m.value(parent, name, depth); err != nil {
			return err
		}
	}
	return m.close("]", first, depth)
}

// value writes the value of a member.
func (m *masker) value(parent, name string, depth int) error {
	token, err := m.decoder.Token()
	if err != nil {
		return err
	}
	if token == json.Delim('{') || token == json.Delim('[') {
		return m.container(token, parent, name, depth)
	}
	if id, isText := token.(string); isText && parent == envelope && name == "id" {
		token = maskID(id)
	}
	m.scalar(token, isShown(parent, name))
	return nil
}

// container writes the rest of an object or an array, if it is one that is looked into.
func (m *masker) container(start json.Token, parent, name string, depth int) error {
	inside, opened := isOpened(parent, name)
	isArray := start == json.Delim('[')
	switch {
	case depth >= deepest:
	case isArray && (opened || isShown(parent, name)):
		return m.array(parent, name, depth+1)
	case !isArray && opened:
		return m.object(inside, depth+1)
	}
	kind := "object"
	if isArray {
		kind = "array"
	}
	m.out.WriteString(`"•••• ` + kind + `"`)
	return m.skip()
}

// skip reads the rest of an object or an array.
func (m *masker) skip() error {
	for open := 1; open > 0; {
		token, err := m.decoder.Token()
		if err != nil {
			return err
		}
		switch value := token.(type) {
		case string:
			m.texts.add(value)
		case json.Delim:
			if value == '{' || value == '[' {
				open++
			} else {
				open--
			}
		}
	}
	return nil
}

// scalar writes a value that has no parts. That there is none is nothing to hide.
func (m *masker) scalar(token json.Token, isShown bool) {
	switch value := token.(type) {
	case nil:
		m.out.WriteString("null")
	case string:
		if isShown {
			m.texts.shown[value] = true
			m.quote(value)
			return
		}
		m.texts.add(value)
		m.out.WriteString(`"` + maskOf(value) + `"`)
	case json.Number:
		if isShown {
			m.out.WriteString(legible(value.String(), mostOfValue))
			return
		}
		m.out.WriteString(`"•••• number"`)
	default:
		m.out.WriteString(`"•••• boolean"`)
	}
}

// quote writes a JSON string.
func (m *masker) quote(s string) {
	m.out.WriteString(`"` + escape(jsonEscape.Replace(shorten(s, mostOfValue))) + `"`)
}

var jsonEscape = strings.NewReplacer(`"`, `\"`, `\`, `\\`)

// separate begins a line for the next member or element.
func (m *masker) separate(first bool, depth int) {
	if !first {
		m.out.WriteByte(',')
	}
	m.out.WriteString("\n" + strings.Repeat("  ", depth))
}

// close reads and writes the end of an object or an array.
func (m *masker) close(bracket string, empty bool, depth int) error {
	if !empty {
		m.out.WriteString("\n" + strings.Repeat("  ", depth-1))
	}
	m.out.WriteString(bracket)
	_, err := m.decoder.Token()
	return err
}

// legibleName is the name of a member, if it looks like one.
func legibleName(name string) string {
	isPlain := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_' || r == '-' || r == '.'
	}
	if len(name) > mostOfName || strings.TrimFunc(name, isPlain) != "" {
		return maskOf(name)
	}
	return name
}
