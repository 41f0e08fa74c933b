package diagnosis

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// Input is a delivery, and what it is verified with.
type Input struct {
	Body   []byte
	Header http.Header // of APIv3; may be nil
	MchID  string
	// Keys are the APIv2 keys, exactly as they were read: a blank in one is a finding.
	Keys []string
	// APIv3Keys are the APIv3 keys, likewise.
	APIv3Keys []string
	// PlatformKeys are the keys of WeChat Pay's that are configured.
	PlatformKeys []verifier.PlatformKey
	// SignType is the digest that the merchant allows, or any.
	SignType verifier.SignType
	// MaxAge and Now are those of verifier.Config; without them no age and no clock is
	// looked at.
	MaxAge time.Duration
	Now    func() time.Time
}

// Diagnosis is what was found out.
type Diagnosis struct {
	// Genuine says that the body verifies with the keys as they are.
	Genuine bool
	// Reason is what the edge would have said, and Detail what its log would have.
	Reason verifier.Reason
	Detail string
	// Findings are the causes, the best first. A genuine body has none, or such as are worth
	// knowing; any other has at least one.
	Findings []Finding
	// StringToSign is what an APIv2 body is signed as, with the key masked; empty where
	// nothing is signed. Of APIv3, it is the shape of the message.
	StringToSign string
}

// Finding is one cause.
type Finding struct {
	// Cause is one of a closed set of labels.
	Cause       string
	Explanation string
	Remedy      string
	// Certain says that the finding is proven: with the mistake undone, the signature holds
	// or the ciphertext decrypts.
	Certain bool
}

// maxBody is the largest body that is searched. Real ones have about a thousand bytes.
const maxBody = 1 << 20

// Explain says why a body does not verify, and what to do.
func Explain(in Input) Diagnosis { return newInquiry(in).run() }

func (q *inquiry) run() Diagnosis {
	in := q.in
	whole := delivery{body: string(in.Body), header: headersOf(in)}
	n, refusal := q.judge(whole, q.intact())
	if refusal == nil {
		return q.publish(Diagnosis{Genuine: true, StringToSign: q.messageShape(whole)}, account{proven: q.notes(whole, n)})
	}
	d := Diagnosis{Reason: refusal.Reason, Detail: refusal.Detail}
	if len(whole.body) > maxBody {
		return q.publish(d, account{suspected: []found{{cause: bodyTooLarge}}})
	}
	q.readable = whole
	a := q.explain(whole)
	d.StringToSign = q.messageShape(q.readable)
	return q.publish(d, a)
}

// account is what was found out about a delivery.
type account struct {
	// proven are mistakes that make the delivery genuine once all of them are undone, or
	// that it is refused for although it is authentic.
	proven    []found
	suspected []found
}

// under adds what was undone to get at the delivery that the account is of. An empty
// account is that of a delivery that has become genuine.
func (a account) under(path ...found) account {
	if len(a.proven) > 0 || len(a.suspected) == 0 {
		a.proven = slices.Concat(path, a.proven)
	} else {
		a.suspected = slices.Concat(path, a.suspected)
	}
	return a
}

// publish puts an account into words and masks what must not be seen. What is proven
// leaves no room for suspicions.
func (q *inquiry) publish(d Diagnosis, a account) Diagnosis {
	q.mask.incomplete = q.work.exhausted
	all, certain := a.proven, true
	if len(all) == 0 {
		all, certain = a.suspected, false
	}
	if len(all) == 0 && !d.Genuine {
		all = []found{{refusedOtherwise, cmp.Or(d.Detail, d.Reason.Error())}}
	}
	seen := map[found]bool{}
	for _, f := range all {
		if !seen[f] {
			d.Findings = append(d.Findings, q.mask.finding(f, certain))
		}
		seen[f] = true
	}
	d.Detail, d.StringToSign = q.mask.clean(d.Detail), q.mask.clean(d.StringToSign)
	return d
}

// explain finds out why a delivery is refused.
func (q *inquiry) explain(d delivery) account {
	faults, refusal := q.try(d)
	if refusal == nil {
		return account{proven: faults}
	}
	if inner, path := q.unwrap(d, refusal); path != nil {
		q.readable = inner
		return q.explain(inner).under(path...)
	}
	if isJSON(d.body) {
		return q.explainV3(d, refusal).under(faults...)
	}
	return q.explainV2(d, refusal).under(faults...)
}

func isJSON(body string) bool { return verifier.AckFormatFor(body) == verifier.JSONAck }
