package diagnosis

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// The strict reader of package verifier says no more than where it stopped. The one here
// reads on, takes note of whatever does not belong into a notification, and keeps what the
// strict one does not: the order of the elements, and the empty ones.

// maxLoose bounds the elements that are read; the strict reader takes 256.
const maxLoose = 512

// maxNesting bounds elements in elements.
const maxNesting = 4

// loose is what could be read of an XML text.
type loose struct {
	elements []verifier.Field // in the order of the text
	odd      []found
}

func (l *loose) note(c cause, where string) {
	if len(l.odd) < 16 {
		l.odd = append(l.odd, found{c, where})
	}
}

// readLoosely reads whatever looks like the elements of a notification.
func readLoosely(text string) *loose {
	l := new(loose)
	if plain, is := strings.CutPrefix(text, bom); is {
		l.note(bodyBOM, "")
		text = plain
	}
	text = lineEnds.Replace(text)
	text = l.dropMarkup(text)
	start := startTag.FindStringSubmatchIndex(text)
	if start == nil {
		return l
	}
	if before := strings.TrimSpace(text[:start[0]]); before != "" {
		l.note(bodyLeading, "")
	}
	root := text[start[2]:start[3]]
	if root != "xml" {
		l.note(bodyRootRenamed, root)
	}
	l.noteAttributes(root, text[start[4]:start[5]])
	rest := text[start[1]:]
	if size, after, closed := findEnd(rest, root); !closed {
		l.note(bodyCutOff, "")
	} else {
		if strings.TrimSpace(rest[after:]) != "" {
			l.note(bodyTrailing, "")
		}
		rest = rest[:size]
	}
	l.readElements(rest, 0)
	return l
}

var (
	startTag   = regexp.MustCompile(`<([A-Za-z_:][A-Za-z0-9_:.-]*)([^<>]*?)/?>`)
	xmlPrologs = regexp.MustCompile(`(?is)^\s*<\?xml([^<>]*)\?>`)
	encodingIn = regexp.MustCompile(`(?i)encoding\s*=\s*["']([^"']*)["']`)
)

// dropMarkup drops what stands between elements in other XML: comments, DTDs, processing
// instructions.
func (l *loose) dropMarkup(text string) string {
	if prolog := xmlPrologs.FindStringSubmatch(text); prolog != nil {
		text = text[len(prolog[0]):]
		if named := encodingIn.FindStringSubmatch(prolog[1]); named != nil && !strings.EqualFold(named[1], "utf-8") {
			l.note(bodyDeclaredEncoding, named[1])
		}
	}
	var kept strings.Builder
	for text != "" {
		at := strings.IndexByte(text, '<')
		if at < 0 {
			at = len(text)
		}
		kept.WriteString(text[:at])
		text = text[at:]
		size, dropped := markupLength(text)
		if dropped != 0 {
			l.note(dropped, "")
		} else {
			kept.WriteString(text[:size])
		}
		text = text[size:]
	}
	return kept.String()
}

// markupLength measures the markup that text begins with, and says why it is to be dropped.
func markupLength(text string) (size int, dropped cause) {
	for _, markup := range []struct {
		opening, closing string
		dropped          cause
	}{
		{"<![CDATA[", "]]>", 0},
		{"<!--", "-->", bodyComment},
		{"<!DOCTYPE", ">", bodyDTD},
		{"<!ENTITY", ">", bodyDTD},
		{"<?", "?>", bodyInstruction},
	} {
		if len(text) < len(markup.opening) || !strings.EqualFold(text[:len(markup.opening)], markup.opening) {
			continue
		}
		closing := markup.closing
		if bracket := strings.IndexAny(text, "[>"); markup.dropped == bodyDTD && bracket >= 0 && text[bracket] == '[' {
			closing = "]>"
		}
		if end := strings.Index(text, closing); end >= 0 {
			return end + len(closing), markup.dropped
		}
		return len(text), markup.dropped
	}
	return min(1, len(text)), 0
}

func (l *loose) noteAttributes(name, attributes string) {
	if strings.TrimSpace(attributes) != "" || strings.Contains(name, ":") {
		l.note(bodyAttribute, name)
	}
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// readElements reads elements and what is nested in them.
func (l *loose) readElements(text string, depth int) {
	for len(l.elements) < maxLoose {
		tag := startTag.FindStringSubmatchIndex(text)
		if tag == nil {
			break
		}
		if strings.TrimSpace(text[:tag[0]]) != "" {
			l.note(bodyStrayText, "")
		}
		name := text[tag[2]:tag[3]]
		l.noteAttributes(name, text[tag[4]:tag[5]])
		rest, empty := text[tag[1]:], text[tag[1]-2] == '/'
		inner := ""
		if !empty {
			size, after, closed := findEnd(rest, name)
			if !closed {
				l.note(bodyCutOff, "")
				return
			}
			inner, rest = rest[:size], rest[after:]
		}
		l.add(name[strings.LastIndexByte(name, ':')+1:], inner, depth)
		text = rest
	}
	if strings.TrimSpace(text) != "" {
		l.note(bodyStrayText, "")
	}
}

// findEnd finds the end tag of a name outside of CDATA.
func findEnd(text, name string) (size, after int, closed bool) {
	closing := "</" + name
	for at := 0; ; {
		next := strings.IndexByte(text[at:], '<')
		if next < 0 {
			return 0, 0, false
		}
		at += next
		if strings.HasPrefix(text[at:], "<![CDATA[") {
			length, _ := markupLength(text[at:])
			at += length
			continue
		}
		if rest, is := strings.CutPrefix(text[at:], closing); is {
			if rest = strings.TrimLeft(rest, " \t\n"); strings.HasPrefix(rest, ">") {
				return at, len(text) - len(rest) + 1, true
			}
		}
		at++
	}
}

// add adds an element, or those that are nested in it.
func (l *loose) add(name, inner string, depth int) {
	value, bare := decodeLoosely(inner)
	if nested := startTag.FindString(outsideCDATA(inner)); nested != "" && depth < maxNesting && strings.Contains(inner, "</") {
		l.note(bodyNested, name)
		l.readElements(inner, depth+1)
		return
	}
	if bare {
		l.note(bodyBareMarkup, name)
	}
	switch {
	case name == "key":
		l.note(elementKey, "")
		return
	case !plainName.MatchString(name):
		l.note(bodyNotStrict, "")
		return
	}
	if slices.ContainsFunc(l.elements, func(f verifier.Field) bool { return f.Name == name }) {
		l.note(elementDoubled, name)
	}
	l.elements = append(l.elements, verifier.Field{Name: name, Value: value})
}

var cdataSections = regexp.MustCompile(`(?s)<!\[CDATA\[.*?\]\]>`)

func outsideCDATA(text string) string { return cdataSections.ReplaceAllString(text, "") }

var references = regexp.MustCompile(`&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});`)

// decodeLoosely decodes text and CDATA. bare says that it holds an & or < that a writer
// would have had to escape.
func decodeLoosely(inner string) (value string, bare bool) {
	var decoded strings.Builder
	for inner != "" {
		if rest, is := strings.CutPrefix(inner, "<![CDATA["); is {
			data, after, _ := strings.Cut(rest, "]]>")
			decoded.WriteString(data)
			inner = after
			continue
		}
		end := strings.Index(inner, "<![CDATA[")
		if end < 0 {
			end = len(inner)
		}
		text := inner[:end]
		left := references.ReplaceAllString(text, "")
		bare = bare || strings.ContainsAny(left, "&<")
		decoded.WriteString(references.ReplaceAllStringFunc(text, decodeReference))
		inner = inner[end:]
	}
	return decoded.String(), bare
}

var namedReferences = map[string]string{"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": `"`, "&apos;": "'"}

func decodeReference(reference string) string {
	if plain, named := namedReferences[reference]; named {
		return plain
	}
	number := strings.TrimSuffix(strings.TrimPrefix(reference, "&#"), ";")
	base := 10
	if hexadecimal, is := strings.CutPrefix(number, "x"); is {
		number, base = hexadecimal, 16
	}
	r, err := strconv.ParseInt(number, base, 32)
	if err != nil {
		return reference
	}
	return string(rune(r))
}

// render writes elements as a flat body. Of several with the same name, it takes the first
// or the last.
func render(elements []verifier.Field, takeLast bool) string {
	var body strings.Builder
	body.WriteString("<xml>")
	for i, element := range elements {
		others := elements[:i]
		if takeLast {
			others = elements[i+1:]
		}
		if slices.ContainsFunc(others, func(f verifier.Field) bool { return f.Name == element.Name }) {
			continue
		}
		value := strings.ReplaceAll(element.Value, "]]>", "]]]]><![CDATA[>")
		value = strings.ReplaceAll(value, "\r", "]]>&#13;<![CDATA[")
		body.WriteString("<" + element.Name + "><![CDATA[" + value + "]]></" + element.Name + ">")
	}
	return body.String() + "</xml>"
}
