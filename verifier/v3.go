package verifier

import (
	"encoding/json"
	"net/http"
)

// refuseJSON tells why a body that looks like APIv3 is not accepted: no merchant
// has a key to hold its Wechatpay-Signature against.
func refuseJSON(body string, header http.Header) error {
	switch {
	case !json.Valid([]byte(body)):
		return &Error{Reason: Malformed, Detail: "not JSON"}
	case header.Get("Wechatpay-Signature") == "":
		return &Error{Reason: Unsigned}
	}
	return &Error{Reason: UnknownSerial}
}
