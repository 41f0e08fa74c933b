package diagnosis

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf8"
)

// masked stands where a secret stood.
const masked = "******"

// A key is recognised by any stretch of it, so that what is left of one that was cut off is
// masked too. Shorter texts than minSecret are no secrets.
const (
	keyStretch = 12
	minSecret  = 5
)

// maxWhere bounds what of a delivery gets into a finding.
const maxWhere = 160

// mask keeps keys and computed signatures out of all texts.
type mask struct {
	stretches map[string]bool // of keys, in lower case
	lengths   map[int]bool    // of the stretches
	digests   map[string]bool
	// incomplete says that not all digests were computed that could have been right.
	incomplete bool
}

func newMask() *mask {
	return &mask{stretches: map[string]bool{}, lengths: map[int]bool{}, digests: map[string]bool{}}
}

// key makes a secret of a key, line by line, and of what remains of each without blanks
// around it.
func (m *mask) key(key string) {
	for line := range strings.Lines(key) {
		if !strings.HasPrefix(line, "-----") { // as PEM begins and ends
			m.line(line)
			m.line(strings.TrimSpace(line))
		}
	}
}

func (m *mask) line(secret string) {
	if len(strings.TrimSpace(secret)) < minSecret {
		return
	}
	size := min(keyStretch, len(secret))
	m.lengths[size] = true
	for at := 0; at+size <= len(secret); at++ {
		if stretch := lower(secret[at : at+size]); strings.TrimSpace(stretch) != "" {
			m.stretches[stretch] = true
		}
	}
}

// digest makes a secret of a digest. It returns it.
func (m *mask) digest(sum []byte) []byte {
	m.digests[string(sum)] = true
	return sum
}

// clean returns text with every secret masked, and with everything visible that could act on
// a terminal.
func (m *mask) clean(text string) string {
	hidden := make([]bool, len(text))
	m.hideKeys(lower(text), hidden)
	m.hideDigests(text, hidden)
	var clean strings.Builder
	for at := 0; at < len(text); {
		if hidden[at] {
			clean.WriteString(masked)
			for at < len(text) && hidden[at] {
				at++
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(text[at:])
		if r == utf8.RuneError && size == 1 || !strconv.IsPrint(r) {
			quoted := strconv.QuoteToASCII(text[at : at+size])
			clean.WriteString(quoted[1 : len(quoted)-1])
		} else {
			clean.WriteString(text[at : at+size])
		}
		at += size
	}
	return clean.String()
}

func (m *mask) hideKeys(text string, hidden []bool) {
	for size := range m.lengths {
		for at := 0; at+size <= len(text); at++ {
			if m.stretches[text[at:at+size]] {
				hide(hidden, at, size)
			}
		}
	}
}

func hide(hidden []bool, at, size int) {
	for i := range size {
		hidden[at+i] = true
	}
}

// encodings are the forms in which a digest may stand in a text: so many characters for so
// many bytes.
var encodings = []struct {
	alphabet          string
	characters, bytes int
	decode            func(string) ([]byte, error)
}{
	{"0123456789abcdefABCDEF", 2, 1, hex.DecodeString},
	{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 4, 3, base64.RawStdEncoding.DecodeString},
}

// digestSizes are those of MD5, SHA-1, SHA-256 and SHA-512.
var digestSizes = []int{16, 20, 32, 64}

var urlAlphabet = strings.NewReplacer("-", "+", "_", "/")

func (m *mask) hideDigests(text string, hidden []bool) {
	text = urlAlphabet.Replace(text)
	for i, encoding := range encodings {
		for start := 0; start < len(text); {
			end := start
			for end < len(text) && strings.IndexByte(encoding.alphabet, text[end]) >= 0 {
				end++
			}
			m.hideInRun(i, text[start:end], hidden[start:end])
			start = end + 1
		}
	}
}

// hideInRun hides the digests in a run of characters of one encoding, wherever they begin.
func (m *mask) hideInRun(i int, run string, hidden []bool) {
	encoding := encodings[i]
	for shift := range min(encoding.characters, len(run)) {
		rest := run[shift:]
		if len(rest)%encoding.characters == 1 {
			rest = rest[:len(rest)-1] // half a byte, or less
		}
		data, err := encoding.decode(rest)
		if err != nil {
			continue
		}
		for group := 0; group*encoding.bytes < len(data); group++ {
			for _, size := range digestSizes {
				from, length := group*encoding.bytes, (size*encoding.characters+encoding.bytes-1)/encoding.bytes
				// Of a search that did not end, any may be one that was not computed.
				suspicious := m.incomplete && shift == 0 && from == 0 && length == len(run)
				if from+size <= len(data) && (suspicious || m.digests[string(data[from:from+size])]) {
					hide(hidden, shift+group*encoding.characters, length)
				}
			}
		}
	}
}

// finding puts what was found into words.
func (m *mask) finding(f found, certain bool) Finding {
	t := texts[f.cause]
	where := m.clean(f.where)
	if len(where) > maxWhere {
		where = strings.ToValidUTF8(where[:maxWhere], "") + "..."
	}
	fill := strings.NewReplacer("{where}", where)
	return Finding{
		Cause: t.label, Certain: certain,
		Explanation: m.clean(fill.Replace(t.explanation)), Remedy: m.clean(fill.Replace(t.remedy)),
	}
}

// lower is strings.ToLower for ASCII alone, which keeps every byte in its place.
func lower(text string) string {
	lowered := []byte(text)
	for i, c := range lowered {
		if 'A' <= c && c <= 'Z' {
			lowered[i] = c + 'a' - 'A'
		}
	}
	return string(lowered)
}
