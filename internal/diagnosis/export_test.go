package diagnosis

import (
	"maps"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// Causes returns the label of every cause, with its explanation and remedy.
func Causes() map[string][2]string {
	all := map[string][2]string{}
	for t := range maps.Values(texts) {
		all[t.label] = [2]string{t.explanation, t.remedy}
	}
	return all
}

// CauseCount is how many causes there are.
const CauseCount = int(causes) - 1

// MaxWork bounds what Work returns.
const MaxWork = maxWork

// Work returns how many bytes went through a digest to explain a body.
func Work(in Input) int {
	q := newInquiry(in)
	q.run()
	return maxWork - q.work.left
}

// Judge returns the verdict alone, without a search for the cause, on any body that is
// delivered as the given one is.
func Judge(in Input) func(body string) (genuine bool) {
	q := newInquiry(in)
	return func(body string) bool {
		_, refusal := q.judge(delivery{body: body, header: in.Header}, q.intact())
		return refusal == nil
	}
}

// ReadLoosely returns what is signed of a body according to the reader that reads anything.
func ReadLoosely(body string) verifier.Fields { return signedOf(readLoosely(body).elements) }
