package diagnosis_test

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"maps"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// stringOf is a string to sign, written by itself: sorted, with every value as change makes it.
func stringOf(fields wechatpaytest.Fields, change func(value string) string) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		pairs = append(pairs, name+"="+change(fields[name]))
	}
	return strings.Join(pairs, "&")
}

func same(value string) string { return value }

// carrying returns fields with a digest as their sign.
func carrying(fields wechatpaytest.Fields, sum []byte) string {
	return fields.With("sign", fmt.Sprintf("%X", sum)).XML()
}

func digestOf(h hash.Hash, text string) []byte {
	h.Write([]byte(text))
	return h.Sum(nil)
}

// summed returns a body that is signed with any digest of the right string and the key.
func summed(h hash.Hash, ending string) string {
	fields := payment()
	return carrying(fields, digestOf(h, stringOf(fields, same)+ending))
}

// asString returns a body whose string to sign was written in another way.
func asString(fields wechatpaytest.Fields, text string) string {
	return carrying(fields, digestOf(md5.New(), text+"&key="+key))
}

// coupons are a payment with more than ten coupons.
func coupons() wechatpaytest.Fields {
	fields := payment()
	for i := range 12 {
		fields[fmt.Sprintf("coupon_id_%d", i)] = fmt.Sprint(1000 + i)
	}
	return fields
}

// unsortedBody is a body whose elements stand, and were signed, in no order.
func unsortedBody() string {
	fields := payment()
	names := slices.Sorted(maps.Keys(fields))
	slices.Reverse(names)
	text, body := "", "<xml>"
	for _, name := range names {
		text += name + "=" + fields[name] + "&"
		body += "<" + name + ">" + fields[name] + "</" + name + ">"
	}
	return body + "<sign>" + fmt.Sprintf("%X", digestOf(md5.New(), text+"key="+key)) + "</sign></xml>"
}

var (
	natural   = coupons()
	upperCase = payment().With("Zone", "1").With("attach", "")
	encoded   = payment().With("attach", "a/b c&d=e").With("return_msg", "支付成功")
	emptied   = payment().With("attach", "").With("device_info", "")
	inChinese = payment().With("attach", "外科风云")
	typed     = payment().With("sign_type", "MD5")
)

// naturalString sorts coupon_id_2 before coupon_id_10.
func naturalString() string {
	pad := func(name string) string {
		if rest, is := strings.CutPrefix(name, "coupon_id_"); is && len(rest) == 1 {
			return "coupon_id_0" + rest
		}
		return name
	}
	names := slices.SortedFunc(maps.Keys(natural), func(a, b string) int { return strings.Compare(pad(a), pad(b)) })
	text := ""
	for _, name := range names {
		text += "&" + name + "=" + natural[name]
	}
	return text[1:]
}

// caselessString sorts without regard to case.
func caselessString() string {
	names := slices.SortedFunc(maps.Keys(upperCase), func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	text := ""
	for _, name := range names {
		if upperCase[name] != "" {
			text += "&" + name + "=" + upperCase[name]
		}
	}
	return text[1:]
}

func inGBK(text string) string {
	encoded, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil {
		panic(err) // GBK has these characters
	}
	return encoded
}

func orNull(value string) string {
	if value == "" {
		return "null"
	}
	return value
}

func rawURL(value string) string { return strings.ReplaceAll(url.QueryEscape(value), "+", "%20") }

var stringRows = []row{
	{"SHA-256 instead of HMAC-SHA256", given(summed(sha256.New(), "&key="+key)), "sha256_instead_of_hmac", true, []string{"plain SHA-256", "HMAC-SHA256"}},
	{"HMAC-SHA256 without &key=", given(summed(hmac.New(sha256.New, []byte(key)), "")), "hmac_without_key_at_end", true, []string{"&key="}},
	{"MD5 without a key", given(summed(md5.New(), "")), "signed_without_key", true, []string{"without a key"}},
	{"MD5 with an empty key", given(summed(md5.New(), "&key=")), "signed_without_key", true, []string{"empty one"}},
	{"MD5 with the key null", given(summed(md5.New(), "&key=null")), "signed_without_key", true, []string{"null"}},
	{"key without &key=", given(summed(md5.New(), key)), "key_appended_otherwise", true, []string{"&key="}},
	{"SHA-1", given(summed(sha1.New(), "&key="+key)), "other_digest", true, []string{"SHA-1"}},
	{"HMAC-MD5", given(summed(hmac.New(md5.New, []byte(key)), "&key="+key)), "other_digest", true, []string{"HMAC-MD5"}},
	{"SHA-512", given(summed(sha512.New(), "&key="+key)), "other_digest", true, []string{"SHA-512"}},

	{"sign signed while empty", given(asString(typed, stringOf(typed.With("sign", ""), same))), "sign_signed", true, []string{"contained sign itself"}},
	{"signed twice", given(asString(typed, stringOf(typed.Signed(key, verifier.MD5), same))), "sign_signed", true, []string{"first round"}},
	{"sign_type not signed", given(asString(typed, stringOf(typed.Without("sign_type"), same))), "sign_type_unsigned", true, []string{"sign_type was left out"}},
	{"empty values signed", given(asString(emptied, stringOf(emptied, same))), "empty_values_signed", true, []string{"empty elements"}},
	{"empty values signed as null", given(asString(emptied, stringOf(emptied, orNull))), "empty_values_signed", true, []string{"null"}},
	{"values URL-encoded in the string", given(asString(encoded, stringOf(encoded, url.QueryEscape))), "url_encoded_in_string", true, []string{"URL-encoded"}},
	{"values encoded by rawurlencode", given(asString(encoded, stringOf(encoded, rawURL))), "url_encoded_in_string", true, []string{"URL-encoded"}},
	{"sorted without regard to case", given(asString(upperCase, caselessString())), "sorted_ignoring_case", true, []string{"upper and lower case"}},
	{"sorted by natural order", given(asString(natural, naturalString())), "sorted_naturally", true, []string{"coupon_id_2 before coupon_id_10"}},
	{"not sorted", given(unsortedBody()), "unsorted", true, []string{"unsorted"}},
	{"string in GBK", given(asString(inChinese, inGBK(stringOf(inChinese, same)))), "signed_in_gbk", true, []string{"GBK", "UTF-8"}},
}
