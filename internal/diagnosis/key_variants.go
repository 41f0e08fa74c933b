package diagnosis

import (
	"encoding/hex"
	"strings"
)

// variantsOf returns what a key may have been when it was used.
func variantsOf(key string) (variants []signingKey) {
	add := func(c cause, variant string) {
		if variant != key {
			variants = append(variants, signingKey{variant, []found{{cause: c}}})
		}
	}
	add(keyCase, strings.ToUpper(key))
	add(keyCase, strings.ToLower(key))
	hashed := hex.EncodeToString(md5Of(key))
	add(keyHashed, hashed)
	add(keyHashed, strings.ToUpper(hashed))
	// The maker's key may have had what the one here has not.
	for _, blank := range []string{"\n", "\r\n", " "} {
		add(keyMakersBlank, key+blank)
	}
	add(keyMakersBlank, " "+key)
	add(keyMakersBlank, `"`+key+`"`)
	return variants
}
