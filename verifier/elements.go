package verifier

import (
	"strconv"
	"strings"
)

// appendElements appends n's elements as the resource of kinds that APIv3 does not have.
func appendElements(dst []byte, n *Notification) []byte { return appendFields(dst, n.Fields) }

// appendFields appends elements under their own names: amounts as integers, JSON as
// JSON, the rest as text.
func appendFields(dst []byte, fields Fields) []byte {
	for _, field := range fields {
		switch amount, isAmount := parseAmount(field.Value); {
		case field.Name == "sign":
		case isAmount && (strings.HasSuffix(field.Name, "_fee") || strings.HasSuffix(field.Name, "_amount")):
			dst = strconv.AppendInt(appendName(dst, field.Name), amount, 10)
		case isJSONContainer(field.Value):
			dst = append(appendName(dst, field.Name), field.Value...)
		default:
			dst = appendText(dst, field.Name, field.Value)
		}
	}
	return dst
}
