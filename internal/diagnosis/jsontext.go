package diagnosis

import (
	"encoding/json"
	"iter"
	"slices"
	"strings"
)

// jsonValue is JSON that keeps the order of its members and the form of its numbers.
type jsonValue struct {
	delim   byte   // '{' or '['; 0 for the others
	literal string // of a string, a number, true, false, null
	isText  bool   // literal is the text of a string
	members []jsonMember
}

type jsonMember struct {
	name  string // of an object's
	value *jsonValue
}

// maxJSONDepth bounds JSON in JSON.
const maxJSONDepth = 16

// parseJSON reads an object or an array.
func parseJSON(text string) (*jsonValue, bool) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") || !json.Valid([]byte(text)) {
		return nil, false
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	value := readJSON(decoder, 0)
	return value, value != nil
}

// readJSON reads one value of valid JSON; nil where it is too deep.
func readJSON(decoder *json.Decoder, depth int) *jsonValue {
	token, err := decoder.Token()
	if err != nil || depth > maxJSONDepth {
		return nil
	}
	switch token := token.(type) {
	case string:
		return &jsonValue{literal: token, isText: true}
	case json.Number:
		return &jsonValue{literal: token.String()}
	case bool:
		if token {
			return &jsonValue{literal: "true"}
		}
		return &jsonValue{literal: "false"}
	case json.Delim:
		return readContainer(decoder, token.String()[0], depth)
	}
	return &jsonValue{literal: "null"}
}

func readContainer(decoder *json.Decoder, delim byte, depth int) *jsonValue {
	container := &jsonValue{delim: delim}
	for decoder.More() {
		var member jsonMember
		if delim == '{' {
			name, _ := decoder.Token()
			member.name, _ = name.(string)
		}
		if member.value = readJSON(decoder, depth+1); member.value == nil {
			return nil
		}
		container.members = append(container.members, member)
	}
	_, _ = decoder.Token() // the end, which is there in valid JSON
	return container
}

// member returns the named member, or nil.
func (v *jsonValue) member(name string) *jsonValue {
	if v == nil || v.delim != '{' {
		return nil
	}
	for _, member := range v.members {
		if member.name == name {
			return member.value
		}
	}
	return nil
}

// text is the value as the text of an element. PHP makes [] or {} of an empty one.
func (v *jsonValue) text() (string, bool) {
	switch {
	case v.delim != 0:
		return "", len(v.members) == 0
	case !v.isText && v.literal == "null":
		return "", true
	}
	return v.literal, true
}

// reordered returns a copy whose objects have their members in the order of the names; names
// that are not among them come last, sorted.
func (v *jsonValue) reordered(names []string) *jsonValue {
	reordered := *v
	reordered.members = slices.Clone(v.members)
	for i := range reordered.members {
		reordered.members[i].value = reordered.members[i].value.reordered(names)
	}
	if v.delim == '{' {
		slices.SortStableFunc(reordered.members, func(a, b jsonMember) int {
			if first, second := place(names, a.name), place(names, b.name); first != second {
				return first - second
			}
			return strings.Compare(a.name, b.name)
		})
	}
	return &reordered
}

func place(names []string, name string) int {
	if at := slices.Index(names, name); at >= 0 {
		return at
	}
	return len(names)
}

// jsonStyle is how a program writes JSON.
type jsonStyle struct {
	comma, colon string
	indent       string
	slashes      bool // \/ as PHP writes it
	unicode      int  // \uXXXX: 0 never, 1 in lower case, 2 in upper case
	html         int  // \u003c: 0 never, 1 for <, > and & as Go does, 2 for = and ' too as Gson does
}

// jsonStyles are those of the usual programs: without blanks, of Python, with a blank behind
// the colon, and indented.
func jsonStyles() iter.Seq[jsonStyle] {
	return func(yield func(jsonStyle) bool) {
		for _, layout := range []jsonStyle{
			{comma: ",", colon: ":"}, {comma: ", ", colon: ": "}, {comma: ",", colon: ": "}, {comma: ", ", colon: ":"},
			{comma: ",", colon: ": ", indent: "    "}, {comma: ",", colon: ": ", indent: "  "}, {comma: ",", colon: ": ", indent: "\t"},
			{comma: ",", colon: " : ", indent: "  "},
		} {
			for escapes := range 2 * 3 * 3 {
				style := layout
				style.slashes, style.unicode, style.html = escapes%2 != 0, escapes/2%3, escapes/6
				if !yield(style) {
					return
				}
			}
		}
	}
}

// write writes a value in a style.
func (s jsonStyle) write(v *jsonValue) string {
	var text strings.Builder
	s.append(&text, v, "\n")
	return text.String()
}

func (s jsonStyle) append(text *strings.Builder, v *jsonValue, line string) {
	switch {
	case v.isText:
		text.WriteString(s.quote(v.literal))
		return
	case v.delim == 0:
		text.WriteString(v.literal)
		return
	}
	text.WriteByte(v.delim)
	for i, member := range v.members {
		if i > 0 {
			text.WriteString(s.comma)
		}
		if s.indent != "" {
			text.WriteString(line + s.indent)
		}
		if v.delim == '{' {
			text.WriteString(s.quote(member.name) + s.colon)
		}
		s.append(text, member.value, line+s.indent)
	}
	if s.indent != "" && len(v.members) > 0 {
		text.WriteString(line)
	}
	text.WriteByte(v.delim + 2) // ] and } stand two behind [ and {
}

func (s jsonStyle) quote(text string) string {
	var quoted strings.Builder
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(s.html > 0)
	_ = encoder.Encode(text) // a text can be encoded
	literal := strings.TrimSuffix(quoted.String(), "\n")
	if s.html == 2 {
		literal = gsonEscapes.Replace(literal)
	}
	if s.slashes {
		literal = strings.ReplaceAll(literal, "/", `\/`)
	}
	if s.unicode > 0 {
		literal = escapeUnicode(literal, s.unicode == 2)
	}
	return literal
}

var gsonEscapes = strings.NewReplacer("=", `\u003d`, "'", `\u0027`)
