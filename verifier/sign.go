package verifier

import (
	"crypto/hmac"
	"crypto/md5" // #nosec G501 -- WeChat Pay's default signature type
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"
)

// SignType is a digest of WeChat Pay's v2 signature, as the field sign_type
// spells it. The zero value stands for either.
type SignType string

// The signature types of APIv2.
const (
	AnySignType SignType = ""
	MD5         SignType = "MD5"
	HMACSHA256  SignType = "HMAC-SHA256"
)

// signTypeOf tells the type of a signature by its length, because a notification
// need not carry sign_type even where it is not the default.
func signTypeOf(sign string) (SignType, bool) {
	switch len(sign) {
	case 2 * md5.Size:
		return MD5, true
	case 2 * sha256.Size:
		return HMACSHA256, true
	}
	return AnySignType, false
}

// StringToSign returns what fields are signed as, without the key:
// name=value pairs in byte order of the names, joined with &. Left out are sign
// itself and empty values, nothing else.
// Source: WeChat Pay APIv2, "签名算法".
func StringToSign(fields Fields) string { return string(appendStringToSign(nil, fields)) }

func appendStringToSign(dst []byte, fields Fields) []byte {
	for _, field := range fields {
		if field.Name == "sign" || field.Value == "" {
			continue
		}
		dst = append(dst, field.Name...)
		dst = append(dst, '=')
		dst = append(dst, field.Value...)
		dst = append(dst, '&')
	}
	return dst[:max(0, len(dst)-1)]
}

// signatureMatches reports whether sign is the signature of text with key. Only
// the upper-case form that WeChat Pay sends is one. text has room for the key
// after repeated use, so that no memory is allocated.
func signatureMatches(text *[]byte, key, sign string, signType SignType) bool {
	unsigned := len(*text)
	*text = append(append(*text, "&key="...), key...)
	defer func() { *text = (*text)[:unsigned] }()

	var got [sha256.Size]byte
	size, ok := decodeUpperHex(got[:], sign)
	if !ok {
		return false
	}
	if signType == MD5 {
		want := md5.Sum(*text) // #nosec G401
		return subtle.ConstantTimeCompare(got[:size], want[:]) == 1
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(*text)
	return hmac.Equal(got[:size], mac.Sum(nil))
}

func decodeUpperHex(dst []byte, text string) (int, bool) {
	size, err := hex.Decode(dst, []byte(text))
	return size, err == nil && !strings.ContainsAny(text, "abcdef")
}
