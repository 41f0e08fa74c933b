package verifier

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// maxElements bounds the elements of one body. Real ones have about twenty.
const maxElements = 256

// Field is one element of a flat XML body: its name and its decoded text.
type Field struct{ Name, Value string }

// Fields are the non-empty elements of a flat XML body, sorted by name in byte
// order, which is the order in which they are signed.
type Fields []Field

// Get returns the value of the named field, or "" when there is none. WeChat Pay
// treats an empty element as absent, and so does [ParseXML].
func (f Fields) Get(name string) string {
	for i := range f {
		if f[i].Name == name {
			return f[i].Value
		}
	}
	return ""
}

// Has reports whether there is a field of that name.
func (f Fields) Has(name string) bool { return f.Get(name) != "" }

// ParseXML reads a flat XML document with the root element <xml>. It is far
// stricter than XML: no DTD, processing instruction, comment, attribute,
// namespace, nesting or repeated element, so that no two readers can see two
// meanings in what it accepts. Errors are of type [*Error] with the reason
// [Malformed].
func ParseXML(text string) (Fields, error) {
	fields, err := parseXML(text, nil, "xml")
	if err != nil {
		return nil, err
	}
	return fields, nil
}

// parseXML reads a document with one of the root elements. It appends to fields, whose
// storage it may reuse. Values point into text wherever they stand there literally.
func parseXML(text string, fields Fields, roots ...string) (Fields, *Error) {
	text = normalizeLineEnds(text)
	fields, rest, problem := readDocument(text, fields, roots)
	if problem != "" {
		return nil, malformed(problem + " (at byte " + strconv.Itoa(len(text)-len(rest)) + ")")
	}
	sorted, full := inOrder(fields)
	if !sorted { // WeChat Pay sends them sorted
		slices.SortFunc(fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
		for i := 1; i < len(fields); i++ {
			if fields[i].Name == fields[i-1].Name {
				return nil, malformed("element " + shorten(fields[i].Name) + " occurs twice")
			}
		}
	}
	if !full {
		fields = slices.DeleteFunc(fields, func(f Field) bool { return f.Value == "" })
	}
	return fields, nil
}

// inOrder reports whether each name is greater than the one before it, and whether
// no element is empty.
func inOrder(fields Fields) (sorted, full bool) {
	sorted, full = true, true
	previous := ""
	for i := range fields {
		name := fields[i].Name
		sorted = sorted && (i == 0 || name[0] > previous[0] || name > previous)
		full = full && fields[i].Value != ""
		previous = name
	}
	return sorted, full
}

func malformed(detail string) *Error { return &Error{Reason: Malformed, Detail: detail} }

// The functions below each read one piece off the front of a text and return the
// rest of it. A problem, in words, ends the reading; the rest then tells where.

// readDocument reads the root element and everything in it, to the end of text.
func readDocument(text string, fields Fields, roots []string) (_ Fields, rest, problem string) {
	text, problem = skipDeclaration(text)
	if problem != "" {
		return nil, text, problem
	}
	rest = skipBlanks(text)
	root, empty, rest, problem := readStartTag(rest)
	if problem != "" {
		return nil, rest, problem
	}
	if !slices.Contains(roots, root) {
		return nil, rest, "the root element is not <" + roots[0] + ">"
	}
	if !empty {
		fields, rest, problem = readElements(rest, fields)
		if problem == "" {
			rest, problem = readEndTag(rest, root)
		}
		if problem != "" {
			return nil, rest, problem
		}
	}
	if rest = skipBlanks(rest); rest != "" {
		return nil, rest, "there is content after the root element"
	}
	return fields, rest, ""
}

// readElements reads the children of the root up to its end tag.
func readElements(text string, fields Fields) (_ Fields, rest, problem string) {
	for count := 0; ; count++ {
		if text = skipBlanks(text); strings.HasPrefix(text, "</") {
			return fields, text, ""
		}
		if count == maxElements {
			return nil, text, "there are more than " + strconv.Itoa(maxElements) + " elements"
		}
		field, rest := readPlainElement(text)
		if field.Name == "" {
			field, rest, problem = readElement(text)
		}
		if problem != "" {
			return nil, rest, problem
		}
		if field.Name == "key" {
			// It would stand in the string to sign where the API key belongs.
			return nil, text, "an element must not be named key"
		}
		fields = append(fields, field)
		text = rest
	}
}

// readElement reads <name>value</name> or <name/>.
func readElement(text string) (field Field, rest, problem string) {
	name, empty, rest, problem := readStartTag(text)
	value := ""
	if problem == "" && !empty {
		value, rest, problem = readValue(rest)
		if problem == "" {
			rest, problem = readEndTag(rest, name)
		}
	}
	return Field{name, value}, rest, problem
}

// readPlainElement is readElement for the one form in which WeChat Pay writes nearly
// all elements, <name><![CDATA[value]]></name> with a value in ASCII, and takes half
// the time. It leaves everything else alone and returns no name.
func readPlainElement(text string) (field Field, rest string) {
	const opening, closing = "<![CDATA[", "]]></"
	end := 1
	for end < len(text) && isNameByte(text[end]) {
		end++
	}
	if end == 1 || text[0] != '<' || isDigit(text[1]) || !strings.HasPrefix(text[end:], ">"+opening) {
		return Field{}, text
	}
	name, data := text[1:end], text[end+len(">"+opening):]
	length := printableUpTo(data, ']')
	if !strings.HasPrefix(data[length:], closing) {
		return Field{}, text
	}
	after := data[length+len(closing):]
	if len(after) <= len(name) || after[:len(name)] != name || after[len(name)] != '>' {
		return Field{}, text
	}
	return Field{name, data[:length]}, after[len(name)+1:]
}

// readStartTag reads <name> or <name/>.
func readStartTag(text string) (name string, empty bool, rest, problem string) {
	end := 1
	for end < len(text) && isNameByte(text[end]) {
		end++
	}
	if end == 1 || text[0] != '<' || isDigit(text[1]) {
		return "", false, text, "an element is expected; text, comments, DTDs and processing instructions are not allowed"
	}
	name, rest = text[1:end], text[end:]
	if strings.HasPrefix(rest, ">") {
		return name, false, rest[1:], ""
	}
	rest, empty = strings.CutPrefix(skipBlanks(rest), "/")
	if !strings.HasPrefix(rest, ">") {
		return "", false, rest, "a start tag holds nothing but its name; attributes and namespaces are not allowed"
	}
	return name, empty, rest[1:], ""
}

func readEndTag(text, name string) (rest, problem string) {
	if end := len("</") + len(name); len(text) > end && text[:2] == "</" && text[2:end] == name {
		if text[end] == '>' {
			return text[end+1:], ""
		}
		if rest = skipBlanks(text[end:]); strings.HasPrefix(rest, ">") {
			return rest[1:], ""
		}
	}
	return text, "</" + shorten(name) + "> is expected; nested elements are not allowed"
}

// readValue reads text and CDATA sections up to the next tag. One literal piece,
// by far the commonest case, is returned without copying it.
func readValue(text string) (value, rest, problem string) {
	value, rest, problem = readPiece(text)
	if problem != "" || strings.HasPrefix(rest, "</") {
		return value, rest, problem
	}
	var mixed strings.Builder
	mixed.WriteString(value)
	for !strings.HasPrefix(rest, "</") {
		before := rest
		if value, rest, problem = readPiece(rest); problem != "" {
			return "", rest, problem
		}
		if len(rest) == len(before) {
			return "", rest, "an element holds nothing but text and CDATA"
		}
		mixed.WriteString(value)
	}
	return mixed.String(), rest, ""
}

// readPiece reads one CDATA section or one stretch of text, which may be empty.
func readPiece(text string) (value, rest, problem string) {
	if strings.HasPrefix(text, "<![CDATA[") {
		return readCDATA(text[len("<![CDATA["):])
	}
	end := strings.IndexByte(text, '<')
	if end < 0 {
		return "", text, "the text ends inside an element"
	}
	value, ok := decodeReferences(text[:end])
	switch {
	case !isXMLText(text[:end]):
		return "", text, notXMLText
	case strings.Contains(text[:end], "]]>"):
		return "", text, "]]> stands outside of a CDATA section"
	case !ok:
		return "", text, "an & begins no known reference"
	}
	return value, text[end:], ""
}

// readCDATA reads the rest of a CDATA section.
func readCDATA(text string) (value, rest, problem string) {
	value, rest, found := strings.Cut(text, "]]>")
	switch {
	case !found:
		return "", text, "a CDATA section has no end"
	case !isXMLText(value):
		return "", text, notXMLText
	}
	return value, rest, ""
}

const notXMLText = "not UTF-8, or a control character"

func skipBlanks(text string) string {
	for text != "" && isBlank(text[0]) {
		text = text[1:]
	}
	return text
}

// skipDeclaration skips a leading XML declaration, if there is one. Nothing may
// stand before it, and it may name no other encoding than UTF-8.
func skipDeclaration(text string) (rest, problem string) {
	if !strings.HasPrefix(text, "<?") {
		return text, ""
	}
	found := xmlDeclaration.FindString(text)
	if found == "" {
		return text, "not an XML declaration of version 1.0 and encoding UTF-8"
	}
	return text[len(found):], ""
}

var xmlDeclaration = regexp.MustCompile(strings.ReplaceAll(
	`^<\?xmlB+versionB*=B*("1\.0"|'1\.0')`+
		`(B+encodingB*=B*("(?i:utf-8)"|'(?i:utf-8)'))?`+
		`(B+standaloneB*=B*("(yes|no)"|'(yes|no)'))?B*\?>`, "B", "[ \t\n]"))
