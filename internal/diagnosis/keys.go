package diagnosis

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// keyLength is what WeChat Pay's merchant platform demands of APIv2 and APIv3 keys.
const keyLength = 32

// givenKey is a key as it was read.
type givenKey struct {
	raw string
	// clean is what remains once its faults are undone: nothing of what cannot be a key, and
	// several where several were pasted together.
	clean  []string
	faults []found
}

// usable are the clean forms of a faulty key with which a merchant could be configured.
func (k givenKey) usable() (usable []string) {
	for _, clean := range k.clean {
		if len(k.faults) > 0 && fits(verifier.Merchant{Keys: []string{clean}}) {
			usable = append(usable, clean)
		}
	}
	return usable
}

func examineAll(raw []string, what string) (keys []givenKey) {
	for i, each := range raw[:min(len(raw), maxKeys)] {
		keys = append(keys, examine(each, fmt.Sprintf("%s %d", what, i+1)))
	}
	return keys
}

// examine finds what is wrong with the form of a key, and what it was meant to be.
func examine(raw, which string) givenKey {
	k := givenKey{raw: raw}
	note := func(c cause, where string) { k.faults = append(k.faults, found{c, which + where}) }
	if c, is := notAKey(raw); is {
		note(c, "")
		return k
	}
	if pasted := pastedTogether(raw); pasted != nil {
		note(keyTwoInOne, "")
		k.clean = pasted
		return k
	}
	clean := raw
	for range 3 { // quotes around blanks around quotes
		for _, step := range keyRepairs {
			if repaired := step.repair(clean); repaired != clean && repaired != "" {
				where := ""
				if step.cause != keyAssignment {
					where = placeOf(clean, repaired)
				}
				note(step.cause, where)
				clean = repaired
			}
		}
	}
	k.faults = dedupe(k.faults)
	k.clean = []string{clean}
	if len(clean) == 2*keyLength {
		note(keyTwoInOne, "")
		k.clean = []string{clean[:keyLength], clean[keyLength:]}
	} else if len(clean) != keyLength {
		note(keyLengthWrong, fmt.Sprintf(", with %d characters,", len(clean)))
	}
	return k
}

// dedupe keeps the first finding of each cause.
func dedupe(all []found) (once []found) {
	for _, f := range all {
		if !slices.ContainsFunc(once, func(other found) bool { return other.cause == f.cause }) {
			once = append(once, f)
		}
	}
	return once
}

// placeOf says where something was taken off.
func placeOf(before, after string) string {
	switch {
	case strings.HasPrefix(before, after):
		return ", at its end,"
	case strings.HasSuffix(before, after):
		return ", at its beginning,"
	}
	return ""
}

// keyRepairs take off what does not belong to a key.
var keyRepairs = []struct {
	cause  cause
	repair func(string) string
}{
	{keyBOM, func(key string) string { return strings.ReplaceAll(key, "\uFEFF", "") }},
	{keyLineBreak, func(key string) string { return without(key, "\r\n\u0085\u2028\u2029") }},
	{keyAssignment, cutAssignment},
	{keyBlank, func(key string) string { return without(key, " \t\u00A0\u3000") }},
	{keyQuoted, unquoteKey},
	{keyForeign, plainASCII},
	{keyBase64, decodeKey},
}

func without(text, characters string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(characters, r) {
			return -1
		}
		return r
	}, text)
}

func unquoteKey(key string) string {
	const quotes = "\"'`“”‘’「」"
	return strings.Trim(key, quotes)
}

var assignment = regexp.MustCompile(`^\s*(?:export\s+)?["']?[A-Za-z_][A-Za-z0-9_.-]*["']?\s*(?:=>|:=|[=:])\s*(.+)$`)

// cutAssignment takes the key out of the line of an .env, .ini, .yaml or .php file.
func cutAssignment(key string) string {
	parts := assignment.FindStringSubmatch(key)
	if parts == nil || len(key) <= keyLength {
		return key
	}
	return strings.TrimRight(parts[1], ";,")
}

// plainASCII undoes full-width forms, and drops what cannot be seen.
func plainASCII(key string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 0xFF01 <= r && r <= 0xFF5E:
			return r - 0xFF01 + '!'
		case r > unicode.MaxASCII || r < ' ' || r == 0x7F:
			return -1
		}
		return r
	}, key)
}

// decodeKey decodes a key as Kubernetes keeps its secrets. The key in it is in any state.
func decodeKey(key string) string {
	if len(key) <= keyLength {
		return key
	}
	data, err := base64.StdEncoding.DecodeString(key)
	decoded := strings.TrimSpace(string(data))
	if err != nil || len(decoded) != keyLength || plainASCII(decoded) != decoded {
		return key
	}
	return decoded
}

// pastedTogether returns the keys of a text that holds several, one on a line or with a
// separator.
func pastedTogether(raw string) []string {
	parts := strings.FieldsFunc(raw, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;|", r) })
	if len(parts) < 2 || len(parts) > maxKeys {
		return nil
	}
	for i, part := range parts {
		parts[i] = unquoteKey(cutAssignment(part))
		if len(parts[i]) != keyLength {
			return nil
		}
	}
	return parts
}

// notAKey recognises what is pasted in place of a key.
func notAKey(raw string) (cause, bool) {
	plain := unquoteKey(strings.TrimSpace(strings.TrimPrefix(raw, "\uFEFF")))
	switch {
	case plain == "":
		return keyEmpty, true
	case len(plain) == keyLength:
		return 0, false // whatever it looks like
	case strings.Contains(plain, "-----BEGIN") || strings.HasPrefix(plain, "MII") && len(plain) > 100:
		return keyIsCertificate, true
	case placeholder.MatchString(plain):
		return keyPlaceholder, true
	case otherNumber.MatchString(plain):
		return keyIsOther, true
	}
	return 0, false
}

var (
	placeholder = regexp.MustCompile(`(?i)^(\$?\{.*\}|\{\{.*\}\}|<.*>|\$[A-Z_][A-Z0-9_]*|%[A-Z_]+%|null|nil|undefined|none|x+|\*+|your.*key.*)$`)
	// otherNumber is a merchant number, an appid, the serial number of a certificate or the
	// id of a public key.
	otherNumber = regexp.MustCompile(`^([0-9]{8,10}|wx[0-9a-f]{16}|[0-9A-F]{40}|PUB_KEY_ID_[0-9A-Za-z]+)$`)
)
