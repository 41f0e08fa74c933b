package verifier

import (
	"crypto/hmac"
	"crypto/md5" // #nosec G501 -- WeChat Pay's default signature type
	"crypto/sha256"
	"crypto/subtle"
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
	for i := range fields {
		name, value := fields[i].Name, fields[i].Value
		if name == "sign" || value == "" {
			continue
		}
		dst = append(dst, name...)
		dst = append(dst, '=')
		dst = append(dst, value...)
		dst = append(dst, '&')
	}
	return dst[:max(len(dst)-1, 0)]
}

// signatureMatches reports whether sign is the signature of text with key. Only
// the upper-case form that WeChat Pay sends is one. text has room for the key
// after repeated use, so that no memory is allocated.
func signatureMatches(text *[]byte, key, sign string, signType SignType) bool {
	unkeyed := len(*text)
	*text = append(append(*text, "&key="...), key...)
	var storage [2 * sha256.Size]byte
	want := appendSignature(storage[:0], *text, key, signType)
	*text = (*text)[:unkeyed]
	return subtle.ConstantTimeCompare(want, []byte(sign)) == 1
}

func appendSignature(dst, text []byte, key string, signType SignType) []byte {
	if signType == MD5 {
		sum := md5.Sum(text) // #nosec G401
		return appendUpperHex(dst, sum[:])
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(text)
	return appendUpperHex(dst, mac.Sum(nil))
}

func appendUpperHex(dst, data []byte) []byte {
	const digits = "0123456789ABCDEF"
	for _, b := range data {
		dst = append(dst, digits[b>>4], digits[b&0xF])
	}
	return dst
}
