package diagnosis

import (
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// refusedAs explains an authentic notification that is refused all the same. m is nil for
// APIv3.
func (q *inquiry) refusedAs(m *message, refusal *verifier.Error) []found {
	if m != nil {
		switch { // more telling than which field is missing
		case refusal.Reason == verifier.Stale:
		case m.isOwnRequest():
			return []found{{cause: bodyRequest}}
		case m.isReply():
			return []found{{cause: bodyReply}}
		}
	}
	where := refusal.Detail
	switch refusal.Reason {
	case verifier.MissingField:
		return []found{{fieldMissing, where}}
	case verifier.BadAmount:
		return []found{{fieldAmount, where}}
	case verifier.BadField:
		return []found{{fieldForm, where}}
	case verifier.Stale:
		return []found{{tooOld, where}}
	case verifier.ClockSkew:
		if strings.HasPrefix(where, "by -") {
			return []found{{clockBehind, strings.Replace(where, "by -", "by ", 1)}}
		}
		return []found{{clockAhead, where}}
	case verifier.WrongSignType:
		return []found{{cause: payScoreMD5}}
	case verifier.UnknownKind:
		if strings.Contains(where, "cut up") {
			return []found{{cause: kindResplit}}
		}
		return []found{{cause: kindUnknown}}
	default:
		return []found{{refusedOtherwise, refusal.Error()}}
	}
}

// unreadable says what a body is that cannot be read at all.
func unreadable(body string, refusal *verifier.Error) []found {
	start := strings.ToLower(strings.TrimSpace(body[:min(len(body), 256)]))
	switch {
	case strings.Trim(body, " \t\r\n") == "":
		return []found{{cause: bodyEmpty}}
	case strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html") || strings.Contains(start, "<head"):
		return []found{{cause: bodyHTML}}
	}
	odd := readLoosely(body).odd
	if len(odd) == 0 {
		odd = []found{{bodyNotXML, refusal.Detail}}
	}
	return odd
}
