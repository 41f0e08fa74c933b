package sample

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"strings"
)

// Series is a payment many times over, each with a transaction_id of its own and signed for it. A record of what was
// delivered before sees every one as new. The body is Head + signature + Middle + transaction_id + Tail.
type Series struct {
	Head, Middle, Tail string

	toSign [2]string // around the transaction_id
}

// Series cuts the payment up, or its forged twin.
func (n Notification) Series(forged bool) Series {
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
	transactionID = TransactionID(i)
	sum := md5.Sum([]byte(s.toSign[0] + transactionID + s.toSign[1]))
	return strings.ToUpper(hex.EncodeToString(sum[:])), transactionID
}

// Body is the i-th notification.
func (s Series) Body(i int) []byte {
	signature, id := s.At(i)
	return []byte(s.Head + signature + s.Middle + id + s.Tail)
}

// TransactionID is the i-th of one day. They are in no order, as real ones are: behind the date come ten digits that
// tell nothing. A sorted file takes them much harder than ascending ones.
func TransactionID(i int) string {
	return fmt.Sprintf("420000267120250601%010d", scatter(uint64(i)))
}

// scatter gives every i below 10^10 another number below 10^10.
func scatter(i uint64) uint64 {
	for {
		i = shuffle(i)
		if i < 1e10 { // or a number that is too large has to make another turn
			return i
		}
	}
}

// shuffle is a Feistel network over 34 bits, which are just enough.
func shuffle(i uint64) uint64 {
	const half, mask = 17, 1<<17 - 1
	left, right := i>>half, i&mask
	for round := range uint64(4) {
		left, right = right, left^((right+round+1)*0x9E3779B97F4A7C15>>40)&mask
	}
	return left<<half | right
}
