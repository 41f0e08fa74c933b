package inspector

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// maskedTexts are the texts that a document had masked, and those it shows.
type maskedTexts struct {
	masked []string
	shown  map[string]bool
}

// shortest is the length in bytes from which a masked text is looked for elsewhere.
// Shorter ones, such as an attach of "pay", are found in words that have nothing to do
// with them.
const shortest = 5

// mostMasked bounds how many texts are looked for.
const mostMasked = 1000

func (t *maskedTexts) add(s string) {
	if len(s) >= shortest {
		t.masked = append(t.masked, s)
	}
}

// strike masks what the document had masked in another text, such as the upstream's
// reason for a no. What the document shows elsewhere, such as an order number that
// attach repeats, is no secret.
func (t *maskedTexts) strike(s string) string {
	if s == "" {
		return ""
	}
	secrets := slices.DeleteFunc(slices.Clone(t.masked), func(secret string) bool { return t.shown[secret] })
	if len(secrets) > mostMasked {
		return maskOf(s)
	}
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) }) // one may hold another
	for _, secret := range secrets {
		s = strings.ReplaceAll(s, secret, maskOf(secret))
	}
	for _, secret := range secrets {
		s = strikeEnd(s, secret)
	}
	return s
}

// strikeEnd masks the beginning of a secret at the end of a text that was cut off there.
func strikeEnd(s, secret string) string {
	for length := min(len(secret)-1, len(s)); length >= shortest; length-- {
		if rest, found := strings.CutSuffix(s, secret[:length]); found && utf8.ValidString(rest) {
			return rest + maskOf(secret)
		}
	}
	return s
}
