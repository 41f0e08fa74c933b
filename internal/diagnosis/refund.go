package diagnosis

import (
	"crypto/aes"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// cipherKeys are the ways in which the key of req_info is made of an API key: the right one,
// then mistaken ones.
// Source: WeChat Pay APIv2, "退款结果通知", "解密步骤".
var cipherKeys = []struct {
	cause cause
	of    func(key string) string
}{
	{0, func(key string) string { return hex.EncodeToString(md5Of(key)) }},
	{refundRawKey, func(key string) string { return key }},
	{refundUpperMD5, func(key string) string { return strings.ToUpper(hex.EncodeToString(md5Of(key))) }},
	{refundBinaryMD5, func(key string) string { return string(md5Of(key)) }},
}

// reqInfoSteps undo what became of the base64 in req_info.
var reqInfoSteps = []struct {
	cause cause
	undo  func(string) string
}{
	{0, asIs},
	{refundPlusBlank, func(text string) string { return strings.ReplaceAll(text, " ", "+") }},
	{refundLineBreaks, func(text string) string { return without(text, " \t\r\n") }},
	{refundURLSafe, urlAlphabet.Replace},
	{refundPercentEncoded, func(text string) string { return orSame(url.PathUnescape, text) }},
	{refundPadding, padded},
	{refundTwice, func(text string) string {
		inner, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return text
		}
		return string(inner)
	}},
}

// opened is a req_info as it comes out with one key.
type opened struct {
	mistakes  []found
	plaintext string
	padded    bool // it ends in the padding that it was encrypted with
}

// explainRefund explains a req_info that no key turns into a refund.
func (q *inquiry) explainRefund(m *message) account {
	text := m.fields.Get("req_info")
	keys, _ := q.signingKeys()
	var right *opened // the key is right, but what it opens is not
	for _, step := range reqInfoSteps {
		encoded := step.undo(text)
		if encoded == text && step.cause != 0 {
			continue
		}
		data, whole := decodeReqInfo(encoded)
		for _, key := range keys {
			for _, way := range cipherKeys {
				if len(data) == 0 || !q.work.spend(len(data)) {
					continue
				}
				o := openReqInfo(data, way.of(key.key))
				o.mistakes = refundMistakes(step.cause, way.cause, key.faults)
				switch {
				case whole && o.isRefund() && len(o.mistakes) > 0:
					return account{proven: o.mistakes}
				case whole && o.isRefund():
					return account{proven: []found{{cause: merchantMissing}}}
				case right == nil && o.isText():
					right = &o
				}
			}
		}
	}
	if right != nil {
		return account{proven: append(right.mistakes, found{cause: right.damage(text)})}
	}
	return account{suspected: q.suspectRefund(text)}
}

// refundMistakes lists the mistakes of one attempt. A v2 refund that the APIv3 key opens is
// told in the words of a refund.
func refundMistakes(step, way cause, key []found) (mistakes []found) {
	for _, f := range key {
		if f.cause == keyIsAPIv3 {
			f.cause = refundAPIv3Key
		}
		mistakes = append(mistakes, f)
	}
	for _, c := range [...]cause{way, step} {
		if c != 0 {
			mistakes = append(mistakes, found{cause: c})
		}
	}
	return mistakes
}

// decodeReqInfo decodes as many whole blocks as there are. whole says that nothing is left
// over.
func decodeReqInfo(encoded string) (data []byte, whole bool) {
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil { // what was decoded before it
		plain := strings.TrimRight(encoded, "=")
		plain = plain[:len(plain)-len(plain)%4]
		if data, err = base64.StdEncoding.DecodeString(plain); err != nil {
			return nil, false
		}
		return data[:len(data)-len(data)%aes.BlockSize], false
	}
	left := len(data) % aes.BlockSize
	return data[:len(data)-left], left == 0
}

// openReqInfo decrypts AES in ECB mode, block by block.
func openReqInfo(data []byte, key string) opened {
	block, err := aes.NewCipher([]byte(key))
	if err != nil {
		return opened{}
	}
	plain := make([]byte, len(data))
	for at := 0; at < len(data); at += aes.BlockSize {
		block.Decrypt(plain[at:], data[at:])
	}
	size := int(plain[len(plain)-1])
	if size == 0 || size > aes.BlockSize || strings.Trim(string(plain[len(plain)-size:]), string(rune(size))) != "" {
		return opened{plaintext: string(plain)}
	}
	return opened{plaintext: string(plain[:len(plain)-size]), padded: true}
}

// isRefund reports whether it is flat XML, as the edge wants it.
func (o opened) isRefund() bool {
	inner := strings.TrimSpace(o.plaintext)
	if content, is := strings.CutPrefix(inner, "<root>"); is {
		content, closed := strings.CutSuffix(content, "</root>")
		if !closed {
			return false
		}
		inner = "<xml>" + content + "</xml>"
	}
	fields, err := verifier.ParseXML(inner)
	return err == nil && len(fields) > 0 && o.padded
}

// isText reports whether it can only have come out with the right key: with any other, two
// bytes of three would not be ASCII's printable ones.
func (o opened) isText() bool {
	printable := 0
	for i := range len(o.plaintext) {
		if c := o.plaintext[i]; ' ' <= c && c <= '~' || c == '\n' || c == '\r' {
			printable++
		}
	}
	return len(o.plaintext) >= 4*aes.BlockSize && printable*10 > len(o.plaintext)*8
}

// damage says what is wrong with what the right key opens.
func (o opened) damage(encoded string) cause {
	start := strings.TrimSpace(o.plaintext)
	begins := strings.HasPrefix(start, "<root>") || strings.HasPrefix(start, "<xml>")
	ends := strings.HasSuffix(start, "</root>") || strings.HasSuffix(start, "</xml>")
	data, err := base64.StdEncoding.DecodeString(encoded)
	switch {
	case begins && !ends, err != nil || len(data)%aes.BlockSize != 0:
		return refundTruncated
	case !begins || !ends:
		return refundBlocks
	case strings.Count(start, "<root>")+strings.Count(start, "<xml>") > 1:
		return refundNested
	}
	return refundNotFlat
}

// suspectRefund lists what may be wrong where no key opens a refund.
func (q *inquiry) suspectRefund(text string) (all []found) {
	all = faultsOf(q.keys)
	if data, whole := decodeReqInfo(text); !whole || len(data) == 0 {
		all = append(all, found{cause: refundNotBase64})
	}
	if len(q.keys) == 0 {
		all = append(all, found{cause: keyMissing})
	}
	return append(all, found{cause: refundKey})
}
