package verifier_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// Readers and writers that look at several bytes at a time must not overlook any:
// each character stands at each place of a text that spans three machine words.
func TestEveryCharacterAtEveryPlace(t *testing.T) {
	const length = 24
	characters := []rune{0xA0, 0x2028, 0xFFFD, 0xFFFE, 0xFFFF, 0xFEFF, '订', '😀'}
	for c := range rune(0x7F) {
		characters = append(characters, c)
	}
	v := newVerifier(t)
	var n verifier.Notification
	for _, c := range characters {
		for place := range length {
			text := strings.Repeat("x", place) + string(c) + strings.Repeat("x", length-place)
			fields, err := verifier.ParseXML("<xml><a><![CDATA[" + text + "]]></a></xml>")
			allowed := c >= ' ' && c != 0xFFFE && c != 0xFFFF || c == '\t' || c == '\n' || c == '\r'
			if (err == nil) != allowed {
				t.Errorf("%U at %d: %v", c, place, err)
			}
			if !allowed {
				continue
			}
			if want := strings.ReplaceAll(text, "\r", "\n"); fields.Get("a") != want {
				t.Errorf("%U at %d: read %q", c, place, fields.Get("a"))
			}
			wantReason(t, v.Verify(payment().With("attach", text).Sign(key, verifier.MD5), nil, &n), verifier.OK)
			if got := readJSON(t, &n).Fields["attach"]; got != text {
				t.Errorf("%U at %d: JSON holds %q", c, place, got)
			}
		}
	}
}

// Bytes that are not UTF-8 are refused wherever they stand.
func TestEveryInvalidByteAtEveryPlace(t *testing.T) {
	for c := utf8.RuneSelf; c < 0x100; c++ {
		for place := range 24 {
			text := strings.Repeat("x", place) + string([]byte{byte(c)}) + strings.Repeat("x", 24-place)
			for _, form := range []string{"<xml><a>%s</a></xml>", "<xml><a><![CDATA[%s]]></a></xml>", "<xml>%s</xml>", "%s<xml/>", "<xml/>%s", "<x%sml/>"} {
				_, err := verifier.ParseXML(fmt.Sprintf(form, text))
				wantReason(t, err, verifier.Malformed)
			}
		}
	}
}
