package verifier

import (
	"bytes"
	"encoding/json"
	"errors"
)

// jsonMember is a member of a JSON object as it was written.
type jsonMember struct {
	name string
	raw  json.RawMessage
}

// membersOf returns the members of a valid JSON object in their order.
func membersOf(text string) []jsonMember {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	if _, err := decoder.Token(); err != nil {
		return nil
	}
	var members []jsonMember
	for decoder.More() {
		token, err := decoder.Token()
		name, isName := token.(string)
		if err != nil || !isName {
			return members
		}
		var raw json.RawMessage
		if decoder.Decode(&raw) != nil {
			return members
		}
		members = append(members, jsonMember{name, raw})
	}
	return members
}

var errTwice = errors.New("a member is there twice")

// exactly returns valid JSON without the members whose names this package cannot know:
// encoding/json would take Amount for amount, as few other readers do. A member that is
// there twice is an error: of two, the upstream might read the other.
func exactly(raw json.RawMessage) (json.RawMessage, error) { return exactlyAt(0, raw) }

// maxDepth is how deep a value may lie. Real ones lie four deep.
const maxDepth = 32

var errDeep = errors.New("it is nested too deep")

func exactlyAt(depth int, raw json.RawMessage) (json.RawMessage, error) {
	trimmed := bytes.TrimSpace(raw)
	switch {
	case trimmed[0] != '{' && trimmed[0] != '[':
		return raw, nil
	case depth == maxDepth:
		return nil, errDeep
	case trimmed[0] == '{':
		return exactObject(depth+1, string(trimmed))
	}
	return exactArray(depth+1, trimmed)
}

func exactObject(depth int, text string) (json.RawMessage, error) {
	seen := make(map[string]bool)
	dst := []byte{'{'}
	for _, m := range membersOf(text) {
		if seen[m.name] {
			return nil, errTwice
		}
		seen[m.name] = true
		exact, err := exactlyAt(depth, m.raw)
		if err != nil {
			return nil, err
		}
		if isLowerCase(m.name) {
			dst = append(appendName(dst, m.name), exact...)
		}
	}
	return append(dst, '}'), nil
}

func exactArray(depth int, raw json.RawMessage) (json.RawMessage, error) {
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		return nil, err
	}
	dst := []byte{'['}
	for _, element := range elements {
		exact, err := exactlyAt(depth, element)
		if err != nil {
			return nil, err
		}
		dst = append(appendComma(dst), exact...)
	}
	return append(dst, ']'), nil
}

// isLowerCase reports whether a name is of the form that all of WeChat Pay's have.
func isLowerCase(name string) bool {
	for i := 0; i < len(name); i++ {
		if c := name[i]; c != '_' && !isDigit(c) && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// rewrite returns a JSON object whose members are what change makes of them. A member of
// which nothing is left goes.
func rewrite(text string, change func(jsonMember) json.RawMessage) json.RawMessage {
	dst := []byte{'{'}
	for _, m := range membersOf(text) {
		if raw := change(m); raw != nil {
			dst = append(appendString(appendComma(dst), m.name), ':')
			dst = append(dst, raw...)
		}
	}
	return append(dst, '}')
}
