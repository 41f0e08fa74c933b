package diagnosis

import (
	"crypto/hmac"
	"crypto/md5"  // #nosec G501 -- WeChat Pay's default signature type
	"crypto/sha1" // #nosec G505 -- looked for where it was used by mistake
	"crypto/sha256"
	"crypto/sha512"
	"hash"
)

// digest is a way to make a signature of a string to sign and a key: one of the two right
// ways, or one that is mistaken for it.
type digest struct {
	cause cause // none of the right ways
	size  int
	sum   func(text, key string) []byte
}

// faults is what is wrong with a digest of this kind.
func (d digest) faults() []found {
	if d.cause == 0 {
		return nil
	}
	return []found{{cause: d.cause}}
}

// rightDigests are those of WeChat Pay APIv2, "签名算法".
var rightDigests = []digest{
	{0, md5.Size, func(text, key string) []byte { return md5Of(text + "&key=" + key) }},
	{0, sha256.Size, func(text, key string) []byte { return hmacOf(sha256.New, key, text+"&key="+key) }},
}

var wrongDigests = []digest{
	{sha256NotHMAC, sha256.Size, func(text, key string) []byte { return sha256Of(text + "&key=" + key) }},
	{hmacWithoutKey, sha256.Size, func(text, key string) []byte { return hmacOf(sha256.New, key, text) }},
	{signedWithoutKey, md5.Size, func(text, _ string) []byte { return md5Of(text) }},
	{signedWithoutKey, md5.Size, func(text, _ string) []byte { return md5Of(text + "&key=") }},
	{signedWithoutKey, md5.Size, func(text, _ string) []byte { return md5Of(text + "&key=null") }},
	{signedWithoutKey, sha256.Size, func(text, _ string) []byte { return sha256Of(text) }},
	{signedWithoutKey, sha256.Size, func(text, _ string) []byte { return hmacOf(sha256.New, "", text+"&key=") }},
	{signedWithoutKey, sha256.Size, func(text, _ string) []byte { return hmacOf(sha256.New, "null", text+"&key=null") }},
	{keyAppendedOtherwise, md5.Size, func(text, key string) []byte { return md5Of(text + key) }},
	{keyAppendedOtherwise, md5.Size, func(text, key string) []byte { return md5Of(text + "&" + key) }},
	{keyAppendedOtherwise, md5.Size, func(text, key string) []byte { return md5Of(text + "key=" + key) }},
	{keyAppendedOtherwise, md5.Size, func(text, key string) []byte { return md5Of(text + "&&key=" + key) }},
	{keyAppendedOtherwise, md5.Size, func(text, key string) []byte { return md5Of(text + "&key=" + key + "&") }},
	{keyAppendedOtherwise, md5.Size, func(text, key string) []byte { return md5Of("key=" + key + "&" + text) }},
	{keyAppendedOtherwise, sha256.Size, func(text, key string) []byte { return sha256Of(text + key) }},
	{otherDigest, md5.Size, func(text, key string) []byte { return hmacOf(md5.New, key, text+"&key="+key) }},
	{otherDigest, md5.Size, func(text, key string) []byte { return hmacOf(md5.New, key, text) }},
	{otherDigest, sha1.Size, func(text, key string) []byte { return hmacOf(sha1.New, key, text+"&key="+key) }},
	{otherDigest, sha1.Size, func(text, key string) []byte { return sumOf(sha1.New(), text+"&key="+key) }}, // #nosec G401
	{otherDigest, sha512.Size, func(text, key string) []byte { return hmacOf(sha512.New, key, text+"&key="+key) }},
	{otherDigest, sha512.Size, func(text, key string) []byte { return sumOf(sha512.New(), text+"&key="+key) }},
}

func md5Of(text string) []byte {
	sum := md5.Sum([]byte(text)) // #nosec G401
	return sum[:]
}

func sha256Of(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

func hmacOf(digest func() hash.Hash, key, text string) []byte {
	return sumOf(hmac.New(digest, []byte(key)), text)
}

func sumOf(digest hash.Hash, text string) []byte {
	digest.Write([]byte(text))
	return digest.Sum(nil)
}
