package diagnosis

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// stringWays are mistaken ways to write the string to sign. Source of the right one: WeChat
// Pay APIv2, "签名算法".
var stringWays = []struct {
	cause cause
	write func(*search) []string
}{
	{signTypeUnsigned, (*search).withoutSignType},
	{sortedIgnoringCase, func(s *search) []string {
		return s.sortedBy(func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	}},
	{sortedNaturally, func(s *search) []string { return s.sortedBy(compareNaturally) }},
	{unsorted, func(s *search) []string { return s.sortedBy(func(_, _ string) int { return 0 }) }},
	{emptySigned, (*search).withEmpty},
	{urlEncodedInString, (*search).urlEncoded},
	{signSigned, (*search).withSign},
	{signedInGBK, (*search).inGBK},
}

// join writes elements as they are signed, but in any order and whatever they are.
func join(elements []verifier.Field, encode func(string) string) string {
	pairs := make([]string, len(elements))
	for i, element := range elements {
		pairs[i] = element.Name + "=" + encode(element.Value)
	}
	return strings.Join(pairs, "&")
}

func asIs(value string) string { return value }

func (s *search) withoutSignType() []string {
	if !s.m.fields.Has("sign_type") {
		return nil
	}
	return []string{join(lacking(s.m.fields, func(f verifier.Field) bool { return f.Name == "sign_type" }), asIs)}
}

// sortedBy sorts the elements as they stand in the body by something else than their bytes.
func (s *search) sortedBy(compare func(a, b string) int) []string {
	elements := lacking(s.m.elements, func(f verifier.Field) bool { return f.Value == "" })
	slices.SortStableFunc(elements, func(a, b verifier.Field) int { return compare(a.Name, b.Name) })
	return []string{join(elements, asIs)}
}

// compareNaturally puts coupon_id_2 before coupon_id_10.
func compareNaturally(a, b string) int {
	for a != "" && b != "" {
		digitsA, digitsB := leadingDigits(a), leadingDigits(b)
		if digitsA != "" && digitsB != "" {
			numberA, numberB := strings.TrimLeft(digitsA, "0"), strings.TrimLeft(digitsB, "0")
			if len(numberA) != len(numberB) {
				return len(numberA) - len(numberB)
			}
			if order := strings.Compare(numberA, numberB); order != 0 {
				return order
			}
			a, b = a[len(digitsA):], b[len(digitsB):]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

func leadingDigits(text string) string {
	return text[:len(text)-len(strings.TrimLeft(text, "0123456789"))]
}

// withEmpty signs the empty elements too, as nothing or as null.
func (s *search) withEmpty() []string {
	elements := slices.Clone(s.m.elements)
	slices.SortStableFunc(elements, func(a, b verifier.Field) int { return strings.Compare(a.Name, b.Name) })
	empties := []string{"", "null", "undefined", "[]", "{}"}
	ways := make([]string, len(empties))
	for i, empty := range empties {
		ways[i] = join(elements, func(value string) string { return cmp.Or(value, empty) })
	}
	return ways
}

// urlEncoded encodes values as PHP's http_build_query and rawurlencode, Java's URLEncoder and
// JavaScript's encodeURIComponent do.
//
// Where it makes a difference to one value alone, that is more likely to have been decoded.
func (s *search) urlEncoded() []string {
	special := 0
	for _, field := range s.m.fields {
		if url.QueryEscape(field.Value) != field.Value {
			special++
		}
	}
	if special < 2 {
		return nil
	}
	component := strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*", "%7E", "~")
	encoders := []func(string) string{
		url.QueryEscape,
		func(value string) string { return strings.ReplaceAll(url.QueryEscape(value), "+", "%20") },
		func(value string) string {
			return strings.NewReplacer("%2A", "*", "~", "%7E").Replace(url.QueryEscape(value))
		},
		func(value string) string { return component.Replace(url.QueryEscape(value)) },
		func(value string) string { return lowerEscapes(url.QueryEscape(value)) },
	}
	ways := make([]string, len(encoders))
	for i, encode := range encoders {
		ways[i] = join(s.m.fields, encode)
	}
	return ways
}

// lowerEscapes writes %2F as %2f.
func lowerEscapes(text string) string {
	lowered := []byte(text)
	for at := 0; at+2 < len(lowered); at++ {
		if lowered[at] == '%' {
			copy(lowered[at:], strings.ToLower(text[at:at+3]))
		}
	}
	return string(lowered)
}

// withSign signs sign itself: while it is still empty, or that of a first round.
func (s *search) withSign() []string {
	text := verifier.StringToSign(s.m.fields)
	ways := make([]string, 0, 1+len(s.likely)*len(rightDigests))
	ways = append(ways, s.alongWith(""))
	for _, key := range s.likely {
		for _, digest := range rightDigests {
			ways = append(ways, s.alongWith(fmt.Sprintf("%X", s.q.mask.digest(digest.sum(text, key.key)))))
		}
	}
	return ways
}

// alongWith writes the string with a sign in it.
func (s *search) alongWith(sign string) string {
	elements := append(slices.Clone(s.m.fields), verifier.Field{Name: "sign", Value: sign})
	slices.SortStableFunc(elements, func(a, b verifier.Field) int { return strings.Compare(a.Name, b.Name) })
	return join(elements, asIs)
}

// inGBK signs bytes in GBK, as getBytes does on a Chinese Windows.
func (s *search) inGBK() []string {
	text := verifier.StringToSign(s.m.fields)
	encoded, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil || utf8.ValidString(encoded) { // ASCII, or UTF-8 that was read as GBK
		return nil
	}
	return []string{encoded}
}
