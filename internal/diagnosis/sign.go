package diagnosis

import (
	"bytes"
	"crypto/md5" // #nosec G501 -- its size alone
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// reading is a way to read what stands in the element sign.
type reading struct {
	faults []found
	// exact is the digest that it spells; nil where it is only near to one, which matches
	// tells then.
	exact   []byte
	matches func(sum []byte) bool
}

// is reports whether the signature is the digest.
func (r reading) is(sum []byte) bool {
	if r.exact != nil {
		return bytes.Equal(r.exact, sum)
	}
	return r.matches(sum)
}

// couldBe reports whether it can be a digest of that kind at all.
func (r reading) couldBe(d digest) bool { return r.exact == nil || len(r.exact) == d.size }

// minPrefix is the least part of a signature that is taken for it; no chance makes as much.
const minPrefix = 16

// readingsOf reads a signature as it should be, and as what may have become of one.
func readingsOf(sign string) []reading {
	var faults []found
	plain := without(sign, " \t\r\n\u00A0\u3000")
	if plain != sign {
		faults = append(faults, found{cause: signBlank})
	}
	if spelt, ok := readHex(plain); ok {
		if strings.ToUpper(plain) != plain {
			faults = append(faults, found{cause: signLowerCase})
		}
		return append([]reading{{faults: faults, exact: spelt}}, nearReadings(plain, faults)...)
	}
	if spelt, ok := readBase64(plain); ok {
		return []reading{{faults: append(faults, found{cause: signBase64}), exact: spelt}}
	}
	return nearReadings(plain, faults)
}

func readHex(sign string) ([]byte, bool) {
	spelt, err := hex.DecodeString(sign)
	return spelt, err == nil && len(spelt) >= md5.Size
}

// readBase64 reads base64 of the digest, or of its hex.
func readBase64(sign string) ([]byte, bool) {
	spelt, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(urlAlphabet.Replace(sign), "="))
	if err != nil {
		return nil, false
	}
	if inner, ok := readHex(string(spelt)); ok {
		return inner, true
	}
	return spelt, len(spelt) == md5.Size || len(spelt) == sha256.Size
}

// nearReadings are those of a signature that was damaged.
func nearReadings(sign string, faults []found) []reading {
	if len(sign) < minPrefix || len(sign) > 2*sha256.Size {
		return nil
	}
	sign = strings.ToUpper(sign)
	near := func(c cause, matches func(whole string, sum []byte) bool) reading {
		return reading{
			faults:  append(slices.Clip(faults), found{cause: c}),
			matches: func(sum []byte) bool { return matches(fmt.Sprintf("%X", sum), sum) },
		}
	}
	return []reading{
		near(signZeroLost, func(whole string, sum []byte) bool {
			return sign != whole && (strings.TrimLeft(whole, "0") == sign || withoutZeros(sum) == sign)
		}),
		near(signTruncated, func(whole string, _ []byte) bool {
			return len(sign) < len(whole) && (strings.HasPrefix(whole, sign) || strings.HasSuffix(whole, sign))
		}),
		near(signChanged, func(whole string, _ []byte) bool { return differ(whole, sign, 2) }),
	}
}

// withoutZeros is hex of a digest in which each byte is written without a leading zero, as
// by Integer.toHexString.
func withoutZeros(sum []byte) string {
	var text strings.Builder
	for _, b := range sum {
		fmt.Fprintf(&text, "%X", b)
	}
	return text.String()
}

// differ reports whether two texts of the same length differ in few places.
func differ(a, b string, atMost int) bool {
	if len(a) != len(b) {
		return false
	}
	places := 0
	for i := range len(a) {
		if a[i] != b[i] {
			places++
		}
	}
	return 0 < places && places <= atMost
}

// signNames are names under which a signature is found by mistake, in lower case.
var signNames = map[string]bool{
	"sgin": true, "sing": true, "sgn": true, "signn": true, "ssign": true, "sign_": true, "_sign": true, "xml_sign": true,
	"signature": true, "paysign": true, "pay_sign": true, "signdata": true, "sign_data": true, "hash": true,
}

// isSignName reports whether an element of that name could be a sign that is misspelt.
func isSignName(name string) bool {
	return name != "sign" && (strings.EqualFold(name, "sign") || signNames[strings.ToLower(name)])
}
