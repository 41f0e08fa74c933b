package sample

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"strings"
)

// Series is the payment many times over, each with a transaction_id of its own and signed for it. A record of what was
// delivered before sees every one as new. The body is Head + signature + Middle + transaction_id + Tail.
type Series struct {
	Head, Middle, Tail string

	toSign [2]string // around the transaction_id
}

// transactionIDLen is the length of a real one; every body of the series has Size bytes.
const transactionIDLen = 28

// NewSeries cuts the payment up, or its forged twin.
func NewSeries(forged bool) Series {
	n := Payment()
	body := string(n.Body)
	if forged {
		body = string(n.Forged)
	}
	id := payment()["transaction_id"]
	const signatureLen = 2 * md5.Size
	sign := strings.Index(body, "<sign><![CDATA[") + len("<sign><![CDATA[")
	transaction := strings.Index(body, id)
	before, after, _ := strings.Cut(string(n.ToSign), id)
	return Series{
		Head:   body[:sign],
		Middle: body[sign+signatureLen : transaction],
		Tail:   body[transaction+len(id):],
		toSign: [2]string{before, after},
	}
}

// At returns what the i-th notification has of its own.
func (s Series) At(i int) (signature, transactionID string) {
	transactionID = fmt.Sprintf("42000026712025%0*d", transactionIDLen-14, i)
	sum := md5.Sum([]byte(s.toSign[0] + transactionID + s.toSign[1]))
	return strings.ToUpper(hex.EncodeToString(sum[:])), transactionID
}
