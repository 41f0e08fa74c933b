// Package sample builds the notifications that every benchmark in this module works on, so that all candidates get
// the very same bytes.
package sample

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"sort"
	"strconv"
	"strings"
)

const (
	// MchID and Key belong to no real merchant. The key is not one of the published demo keys, because those are
	// refused at load.
	MchID = "1900000109"
	Key   = "bEnch7Only4Qw2Rt9Yp3Lk8Zx6Cv1Mn5"

	// Size is what an ordinary JSAPI payment notification weighs.
	Size = 870

	fieldCount = 17
)

// Notification is one signed body with what the references need to know about it.
type Notification struct {
	Body   []byte // as WeChat Pay posts it
	Forged []byte // the same with one digit of total_fee changed
	ToSign []byte // the string to sign, key included
}

// Payment returns the 17-field JSAPI payment notification of 870 bytes. It panics if an edit changed either number,
// since every published figure names them.
func Payment() Notification {
	fields := payment()
	if len(fields)+1 != fieldCount {
		panic(fmt.Sprintf("the sample has %d fields, not %d", len(fields)+1, fieldCount))
	}
	n := sign(fields)
	if len(n.Body) != Size {
		panic(fmt.Sprintf("the sample has %d bytes, not %d", len(n.Body), Size))
	}
	return n
}

// Large returns the payment with an element that no document knows, filled until the body has exactly size bytes.
func Large(size int) Notification {
	fields := payment()
	fields["zz_unknown"] = "x"
	missing := size - len(sign(fields).Body)
	if missing < 0 {
		panic("too small for the large sample: " + strconv.Itoa(size))
	}
	fields["zz_unknown"] += strings.Repeat("x", missing)
	return sign(fields)
}

func payment() map[string]string {
	return map[string]string{
		"appid":          "wx2421b1c4370ec43b",
		"attach":         "store-0271 till-04 cashier-118 shift-02 day", // tuned so that the body has Size bytes
		"bank_type":      "CMB_DEBIT",
		"cash_fee":       "12850",
		"fee_type":       "CNY",
		"is_subscribe":   "N",
		"mch_id":         MchID,
		"nonce_str":      "5d2b6c2a8db53831f7eda20af46e531c",
		"openid":         "oUpF8uMEb4qRXf22hE3X68TekukE",
		"out_trade_no":   "SH20250601120502559862",
		"result_code":    "SUCCESS",
		"return_code":    "SUCCESS",
		"time_end":       "20250601120508",
		"total_fee":      "12850",
		"trade_type":     "JSAPI",
		"transaction_id": "4200002671202506018915509542",
	}
}

// sign writes the fields the way WeChat Pay does: alphabetical order, one element per line, CDATA around everything
// but total_fee. No value here needs escaping.
func sign(fields map[string]string) Notification {
	names := make([]string, 0, len(fields)+1)
	for name := range fields {
		names = append(names, name)
	}
	sort.Strings(names)

	var toSign strings.Builder
	for _, name := range names {
		toSign.WriteString(name + "=" + fields[name] + "&")
	}
	toSign.WriteString("key=" + Key)
	sum := md5.Sum([]byte(toSign.String()))
	signature := strings.ToUpper(hex.EncodeToString(sum[:]))

	names = append(names, "sign")
	sort.Strings(names)
	lines := make([]string, 0, len(names))
	for _, name := range names {
		value := fields[name]
		if name == "sign" {
			value = signature
		}
		if name != "total_fee" {
			value = "<![CDATA[" + value + "]]>"
		}
		lines = append(lines, "<"+name+">"+value+"</"+name+">")
	}
	body := "<xml>" + strings.Join(lines, "\n") + "\n</xml>"
	fee := "<total_fee>" + fields["total_fee"]
	forgedFee := fee[:len(fee)-1] + "1"
	return Notification{
		Body:   []byte(body),
		Forged: []byte(strings.Replace(body, fee, forgedFee, 1)),
		ToSign: []byte(toSign.String()),
	}
}
