package verifier

import (
	"encoding/json"
	"strconv"
	"time"
)

// AppendJSON appends the normalized notification in the vocabulary of WeChat
// Pay's APIv3: an envelope whose resource has the same members whichever API
// version the notification came by. A member whose element is absent is absent.
func (n *Notification) AppendJSON(dst []byte) []byte {
	w := jsonWriter{dst}
	w.open('{')
	w.text("id", n.ID())
	w.text("event_type", n.EventType)
	w.time("create_time", n.Time)
	w.text("resource_type", n.ResourceType)
	w.text("api_version", n.APIVersion)
	w.text("authenticity", n.Authenticity)
	w.name("resource")
	w.open('{')
	n.kind.resource(&w, n)
	w.close('}')
	w.name("fields")
	w.open('{')
	for _, field := range n.Fields {
		if field.Name != "sign" {
			w.text(field.Name, field.Value)
		}
	}
	w.close('}')
	w.close('}')
	return w.buf
}

// jsonWriter appends JSON. Commas follow from what was written last.
type jsonWriter struct{ buf []byte }

func (w *jsonWriter) open(bracket byte) { w.buf = append(w.buf, bracket) }

func (w *jsonWriter) close(bracket byte) { w.buf = append(w.buf, bracket) }

// next separates a member or element from the one before it.
func (w *jsonWriter) next() {
	if last := w.buf[len(w.buf)-1]; last != '{' && last != '[' {
		w.buf = append(w.buf, ',')
	}
}

// name writes a member's name, which is never in need of escaping.
func (w *jsonWriter) name(name string) {
	w.next()
	w.buf = append(w.buf, '"')
	w.buf = append(w.buf, name...)
	w.buf = append(w.buf, `":`...)
}

// text writes a string member, unless value is empty.
func (w *jsonWriter) text(name, value string) {
	if value != "" {
		w.name(name)
		w.buf = appendString(w.buf, value)
	}
}

func (w *jsonWriter) integer(name string, value int64) {
	w.name(name)
	w.buf = strconv.AppendInt(w.buf, value, 10)
}

// amount writes an amount that has been checked, unless it is absent.
func (w *jsonWriter) amount(name, value string) {
	if amount, ok := parseAmount(value); ok {
		w.integer(name, amount)
	}
}

func (w *jsonWriter) time(name string, value time.Time) {
	if !value.IsZero() {
		w.name(name)
		w.buf = append(value.AppendFormat(append(w.buf, '"'), time.RFC3339), '"')
	}
}

// raw writes a member that is JSON already.
func (w *jsonWriter) raw(name, value string) {
	w.name(name)
	w.buf = append(w.buf, value...)
}

// appendString appends a JSON string. What needs escaping, which is rare, is left
// to encoding/json.
func appendString(dst []byte, text string) []byte {
	if needsEscape(text) {
		escaped, err := json.Marshal(text)
		if err != nil {
			panic(err) // a string can always be marshaled
		}
		return append(dst, escaped...)
	}
	dst = append(dst, '"')
	dst = append(dst, text...)
	return append(dst, '"')
}

// needsEscape looks at eight bytes at a time for a control character, a quote or
// a backslash. It may say yes to others too.
func needsEscape(text string) bool {
	const each, top = 0x0101010101010101, 0x8080808080808080
	for ; len(text) >= 8; text = text[8:] {
		word := eightBytes(text)
		quote, backslash := word^('"'*each), word^('\\'*each)
		if ((word-' '*each)&^word|(quote-each)&^quote|(backslash-each)&^backslash)&top != 0 {
			return true
		}
	}
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' {
			return true
		}
	}
	return false
}
