package verifier

import (
	"regexp"
	"slices"
	"strings"
)

// The v2 signature does not protect the borders between fields: a=1&b=2 is what two
// fields are signed as, and also the single field a of the value "1&b=2". Messages
// that the same key signs for the eyes of a buyer, such as the link to a papay
// contract or the code of native mode 1, may hold text of the buyer's choice; with
// a text that reads like the fields of a payment, such a message could be cut up
// into one. What stood behind that text must then go into a value of some last
// field, and gives the trick away.

// pageField finds a field of those messages that a buyer gets to see with a signature by
// the APIv2 key: links to papay contracts and native codes, pages that open parking
// payments, coupon pages.
var pageField = regexp.MustCompile(`&(` + strings.Join([]string{
	"appid", "mch_id", "sub_appid", "sub_mch_id", "openid", "sub_openid", "open_id", "nonce_str", "sign_type", "version",
	"notify_url", "plan_id", "product_id", "request_serial", "time_stamp", "timestamp", "clientip",
	"contract_code", "contract_display_account", "return_app", "return_appid", "return_web",
	"plate_number", "trade_scene", "coupon_code", "out_request_no", "send_coupon_merchant", "stock_id",
}, "|") + `)=`)

// anyField finds a field of any name.
var anyField = regexp.MustCompile(`&[A-Za-z0-9_]+=`)

// isResplit reports whether fields have swallowed others. What stood behind the text of a
// buyer's choice is at the end of what was signed, so the last field is looked at most
// closely. freeText are those that may hold any text in a genuine notification of the
// kind: nothing can hide there, because either fields that the kind needs sort after
// them, and would have to stand behind what is hidden, or they are JSON as a whole.
func isResplit(fields Fields, freeText []string) bool {
	last := len(fields) - 1
	if last > 0 && fields[last].Name == "sign" {
		last--
	}
	for i, field := range fields {
		swallowed := pageField
		if i >= last {
			swallowed = anyField
		}
		if !slices.Contains(freeText, field.Name) && swallowed.MatchString(field.Value) {
			return true
		}
	}
	return false
}
