package issuer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// object is a JSON object. Its numbers stay as they are written.
type object map[string]any

// changeJSON returns a JSON object with the members that fields name by their paths.
func changeJSON(text string, fields []Field) (string, error) {
	if len(fields) == 0 {
		return text, nil
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var root object
	if err := decoder.Decode(&root); err != nil {
		return "", err
	}
	for _, field := range fields {
		if err := root.set(field); err != nil {
			return "", err
		}
	}
	var changed bytes.Buffer
	encoder := json.NewEncoder(&changed)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(root)
	return strings.TrimSuffix(changed.String(), "\n"), err
}

// set sets the member at a path such as amount.total, or takes it away.
func (o object) set(field Field) error {
	path := strings.Split(field.Name, ".")
	if slices.Contains(path, "") {
		return fmt.Errorf("%q is not the path of a member, such as out_trade_no or amount.total", field.Name)
	}
	parents, name := path[:len(path)-1], path[len(path)-1]
	for _, parent := range parents {
		if _, there := o[parent]; !there {
			o[parent] = map[string]any{}
		}
		inner, isObject := o[parent].(map[string]any)
		if !isObject {
			return fmt.Errorf("%q is not the path of a member: %s is not an object; give it as a whole, in JSON", field.Name, parent)
		}
		o = inner
	}
	if field.Value == "" {
		delete(o, name)
		return nil
	}
	isAmount := len(parents) > 0 && parents[len(parents)-1] == "amount"
	o[name] = valueLike(o[name], field.Value, isAmount)
	return nil
}

// valueLike reads a value as JSON where the member that it replaces is no text. A new
// member is one where it could be nothing else: an array, an object, a number among amounts.
func valueLike(old any, value string, isAmount bool) any {
	decoder := json.NewDecoder(strings.NewReader(value))
	decoder.UseNumber()
	var parsed any
	if !json.Valid([]byte(value)) || decoder.Decode(&parsed) != nil {
		return value
	}
	switch old.(type) {
	case string:
		return value
	case nil:
		_, isNumber := parsed.(json.Number)
		_, isObject := parsed.(map[string]any)
		_, isArray := parsed.([]any)
		if !isObject && !isArray && !(isNumber && isAmount) {
			return value
		}
	}
	return parsed
}
