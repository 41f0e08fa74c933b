package diagnosis

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// envelope is what an APIv3 body holds around what is encrypted.
// Source: WeChat Pay APIv3, "支付成功回调通知".
type envelope struct {
	Resource struct {
		OriginalType   string `json:"original_type"`
		Algorithm      string `json:"algorithm"`
		Ciphertext     string `json:"ciphertext"`
		Nonce          string `json:"nonce"`
		AssociatedData string `json:"associated_data"`
	} `json:"resource"`
}

func readEnvelope(body string) (e envelope) {
	_ = json.Unmarshal([]byte(body), &e) // whatever can be read
	return e
}

func (e envelope) sealed() sealed {
	return sealed{e.Resource.Algorithm, e.Resource.Ciphertext, e.Resource.Nonce, e.Resource.AssociatedData}
}

// explainV3 finds out why a JSON body is refused.
func (q *inquiry) explainV3(d delivery, refusal *verifier.Error) account {
	if refusal.Reason == verifier.Malformed {
		return account{suspected: []found{{v3Broken, refusal.Detail}}}
	}
	if a, repaired := q.explainHeaders(d); repaired {
		return a
	}
	switch refusal.Reason {
	case verifier.Unsigned:
		return account{suspected: q.withoutOptions(found{cause: v3NoHeaders})}
	case verifier.Probe:
		return account{suspected: []found{{cause: v3Probe}}}
	case verifier.WrongSignType:
		if strings.Contains(d.header.Get("Wechatpay-Signature-Type"), "SM2") {
			return account{suspected: []found{{cause: v3SM}}}
		}
		return account{suspected: []found{{v3Suite, d.header.Get("Wechatpay-Signature-Type")}}}
	case verifier.UnknownSerial, verifier.BadSignature:
		return q.explainV3Signature(d, refusal)
	case verifier.Undecryptable:
		return q.explainSealed(readEnvelope(d.body).sealed())
	default:
		return account{proven: q.refusedAs(nil, refusal)}
	}
}

// withoutOptions adds that nothing was given to verify APIv3 with, where it is so.
func (q *inquiry) withoutOptions(all ...found) []found {
	if len(q.platform) == 0 {
		all = append(all, found{cause: v3OptionsMissing})
	}
	return all
}

// v3Names are the headers that a signature needs, and the one that may be there.
var v3Names = []string{"Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature", "Wechatpay-Serial", "Wechatpay-Signature-Type"}

// explainHeaders explains headers that are there under other names, twice, or with blanks
// around them. repaired is false where there are none of that kind.
func (q *inquiry) explainHeaders(d delivery) (a account, repaired bool) {
	for _, last := range []bool{false, true} {
		header, faults := repairHeader(d.header, last)
		if len(faults) == 0 {
			return account{}, false
		}
		a = q.explain(delivery{d.body, header, d.mchID}).under(faults...)
		if len(a.proven) > 0 {
			break
		}
	}
	return a, true
}

// repairHeader returns the headers of APIv3 as they should be, each once: of several, the
// first or the last.
func repairHeader(header http.Header, last bool) (repaired http.Header, faults []found) {
	repaired = http.Header{}
	var renamed []string
	for _, name := range v3Names {
		values := header[name]
		if len(values) == 0 {
			if other := otherSpelling(header, name); other != "" {
				renamed = append(renamed, other)
				values = header[other]
			}
		}
		if len(values) == 0 {
			continue
		}
		value := values[0]
		if last {
			value = values[len(values)-1]
		}
		if len(values) > 1 {
			faults = append(faults, found{v3HeaderTwice, name})
		}
		if trimmed := strings.Trim(value, " \t\r\n\"'"); trimmed != value {
			faults = append(faults, found{v3HeaderBlank, name})
			value = trimmed
		}
		if value != "" {
			repaired[name] = []string{value}
		}
	}
	if len(renamed) > 0 {
		faults = append(faults, found{v3HeaderName, strings.Join(renamed, ", ")})
	}
	return repaired, faults
}

// otherSpelling finds a header as CGI and PHP's $_SERVER spell it, or in another case.
func otherSpelling(header http.Header, name string) (other string) {
	for spelling := range header {
		plain := strings.ReplaceAll(spelling, "_", "-")
		if len(plain) > len("HTTP-") && strings.EqualFold(plain[:len("HTTP-")], "HTTP-") {
			plain = plain[len("HTTP-"):]
		}
		if spelling != name && strings.EqualFold(plain, name) {
			other = max(other, spelling)
		}
	}
	return other
}

// suspectV3 lists what may be wrong with an APIv3 signature where nothing could be proven.
func (q *inquiry) suspectV3(d delivery, refusal *verifier.Error) (all []found) {
	e, serial := readEnvelope(d.body), d.header.Get("Wechatpay-Serial")
	for _, name := range v3Names[:4] {
		if d.header.Get(name) == "" {
			all = append(all, found{v3HeaderMissing, name})
		}
	}
	if nonce := e.Resource.Nonce; nonce != "" && nonce == d.header.Get("Wechatpay-Nonce") {
		all = append(all, found{cause: v3NonceOfResource})
	}
	all = q.withoutOptions(all...)
	switch {
	case refusal.Reason == verifier.UnknownSerial && strings.HasPrefix(serial, "PUB_KEY_ID_"):
		return append(all, found{v3NeedsPublicKey, serial})
	case refusal.Reason == verifier.UnknownSerial:
		return append(all, found{v3NeedsCertificate, serial})
	case len(all) > 0:
		return all
	}
	all = []found{{cause: v3BodyChanged}, {cause: v3HeadersOfAnother}, {v3FileOfOther, cmp.Or(serial, "(none)")}}
	for _, key := range q.openingKeys() {
		if e.sealed().opensWith(key.key, e.Resource.AssociatedData) { // so the body is one of the merchant's
			all[0], all[1] = all[1], all[0]
			break
		}
	}
	return all
}
