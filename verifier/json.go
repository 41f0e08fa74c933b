package verifier

import (
	"encoding/json"
	"strconv"
	"time"
)

// AppendJSON appends the normalized notification in the vocabulary of WeChat
// Pay's APIv3: an envelope whose resource has the same members whichever API
// version the notification came by. A member whose element is absent is absent. n must
// have been filled in by [Verifier.Verify] without an error.
func (n *Notification) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	dst = append(appendName(dst, "id"), '"')
	dst = append(n.appendID(dst), '"')
	dst = appendText(dst, "event_type", n.EventType)
	dst = appendTime(dst, "create_time", n.Time)
	dst = appendText(dst, "resource_type", n.ResourceType)
	dst = appendText(dst, "api_version", n.APIVersion)
	dst = appendText(dst, "authenticity", n.Authenticity)
	dst = appendText(dst, "notification_id", n.NotificationID)
	dst = append(appendName(dst, "resource"), '{')
	dst = append(n.kind.appendResource(dst, n), '}')
	if n.v3 != nil {
		return append(dst, '}')
	}
	dst = append(appendName(dst, "fields"), '{')
	for i := range n.Fields {
		if n.Fields[i].Name != "sign" {
			dst = appendText(dst, n.Fields[i].Name, n.Fields[i].Value)
		}
	}
	return append(dst, '}', '}')
}

// The functions below append one member each. Commas follow from what is there
// already; names are never in need of escaping.

func appendName(dst []byte, name string) []byte {
	dst = appendComma(dst)
	dst = append(dst, '"')
	dst = append(dst, name...)
	return append(dst, '"', ':')
}

func appendComma(dst []byte) []byte {
	if last := dst[len(dst)-1]; last != '{' && last != '[' {
		return append(dst, ',')
	}
	return dst
}

// appendText appends a string, unless value is empty.
func appendText(dst []byte, name, value string) []byte {
	if value == "" {
		return dst
	}
	return appendString(appendName(dst, name), value)
}

// appendAmount appends an amount, unless it is absent, which is -1.
func appendAmount(dst []byte, name string, amount int64) []byte {
	if amount < 0 {
		return dst
	}
	return strconv.AppendInt(appendName(dst, name), amount, 10)
}

// appendTime appends a time in UTC+8, unless there is none.
func appendTime(dst []byte, name string, value time.Time) []byte {
	if value.IsZero() {
		return dst
	}
	dst = append(appendName(dst, name), '"')
	return append(value.AppendFormat(dst, time.RFC3339), '"')
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
