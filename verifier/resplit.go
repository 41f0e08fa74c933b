package verifier

import (
	"regexp"
	"slices"
)

// The v2 signature does not protect the borders between fields: a=1&b=2 is what two
// fields are signed as, and also the single field a of the value "1&b=2". Messages
// that the same key signs for the eyes of a buyer, such as the link to a papay
// contract or the code of native mode 1, may hold text of the buyer's choice; with
// a text that reads like the fields of a payment, such a message could be cut up
// into one. What stood behind that text must then go into a value of some last
// field, and gives the trick away.

// freeText are the fields of a genuine notification that may hold any text. All of
// them sort before what a cut-up message would have to hide in them.
var freeText = []string{"attach", "err_code_des", "promotion_detail"}

// swallowedField finds a field that every message signed for a buyer carries.
var swallowedField = regexp.MustCompile(
	`&(appid|mch_id|nonce_str|notify_url|plan_id|product_id|request_serial|time_stamp|timestamp|version)=`)

// isResplit reports whether fields have swallowed others.
func isResplit(fields Fields) bool {
	for _, field := range fields {
		if !slices.Contains(freeText, field.Name) && swallowedField.MatchString(field.Value) {
			return true
		}
	}
	return false
}
