package verifier

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
)

// attachMACSize is how many base64url characters of the HMAC an attach carries: 132
// bits, which leaves 104 of the 127 characters of attach to the app.
const attachMACSize = 22

// Order is what an attach MAC binds together.
type Order struct {
	MchID      string // for a service provider, its own
	OutTradeNo string
	Total      int64  // total_fee, in the smallest unit of Currency (fen for CNY)
	Currency   string // fee_type
}

// SealAttach returns the attach with which the order is to be placed: text, a dot, and
// the first 22 characters of base64url(HMAC-SHA256(secret,
// mch_id|out_trade_no|total_fee|fee_type)). WeChat Pay sends attach back with the
// notification, so the amount can be checked without any look-up.
func SealAttach(secret, text string, order Order) string {
	return text + "." + attachMAC(secret, order)
}

// OpenAttach returns the app's text of an attach that [SealAttach] made with one of
// secrets for this very order. ok is false if none of them did.
func OpenAttach(secrets []string, attach string, order Order) (text string, ok bool) {
	dot := len(attach) - attachMACSize - 1
	if dot < 0 || attach[dot] != '.' {
		return "", false
	}
	for _, secret := range secrets {
		ok = hmac.Equal([]byte(attach[dot+1:]), []byte(attachMAC(secret, order))) || ok
	}
	if !ok {
		return "", false
	}
	return attach[:dot], true
}

func attachMAC(secret string, order Order) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(strings.Join([]string{
		order.MchID, order.OutTradeNo, strconv.FormatInt(order.Total, 10), order.Currency,
	}, "|")))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))[:attachMACSize]
}
