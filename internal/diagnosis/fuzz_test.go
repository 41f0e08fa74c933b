package diagnosis_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/diagnosis"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// wantSeeds demands that the target has seeds of its own in testdata/fuzz. A target
// that starts from nothing finds nothing, and looks just as green.
func wantSeeds(f *testing.F) {
	f.Helper()
	dir := filepath.Join("testdata", "fuzz", f.Name())
	if files, err := os.ReadDir(dir); err != nil || len(files) == 0 {
		f.Fatalf("%s holds no seeds: %v", dir, err)
	}
}

// headerOf reads headers, one on a line.
func headerOf(lines string) http.Header {
	header := http.Header{}
	for line := range strings.Lines(lines) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		header[name] = append(header[name], value)
	}
	return header
}

// isSecret reports whether a key could be recognised in a text: asterisks stand for what is
// masked, and backslashes for what cannot be printed.
func isSecret(key string) bool {
	return !strings.ContainsAny(key, `*\`) && !strings.ContainsFunc(key, func(r rune) bool { return !unicode.IsPrint(r) })
}

// Whatever is delivered, and whatever the keys are: there is an explanation, which shows no
// secret and takes no longer than it may.
func FuzzExplain(f *testing.F) {
	wantSeeds(f)
	causes := diagnosis.Causes()
	f.Fuzz(func(t *testing.T, body, headers, another string) {
		in := diagnosis.Input{
			Body: []byte(body), Header: headerOf(headers), MchID: mchID, Keys: []string{key, another}, APIv3Keys: []string{apiV3Key, another},
			PlatformKeys: []verifier.PlatformKey{keyOf(publicKey), keyOf(certificate)},
			Now:          func() time.Time { return time.Unix(1_700_000_000, 0) },
		}
		d := diagnosis.Explain(in)
		if !d.Genuine && len(d.Findings) == 0 || d.Genuine != (d.Reason == verifier.OK) {
			t.Errorf("got %+v", d)
		}
		for _, finding := range d.Findings {
			if _, known := causes[finding.Cause]; !known || finding.Explanation == "" || finding.Remedy == "" {
				t.Errorf("got %+v", finding)
			}
		}
		secrets := secretsOf(in)
		wantNoSecret(t, d, slices.DeleteFunc(secrets, func(secret string) bool { return !isSecret(secret) })...)
		if len(body) < 4<<10 {
			return // Explain has shown that it ends
		}
		if spent := diagnosis.Work(in); spent > diagnosis.MaxWork {
			t.Errorf("%d bytes went through a digest", spent)
		}
	})
}

// What the strict reader accepts, the one that reads anything reads alike.
func FuzzReadLoosely(f *testing.F) {
	wantSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		got := diagnosis.ReadLoosely(text) // whatever it is
		want, err := verifier.ParseXML(text)
		if err == nil && !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
