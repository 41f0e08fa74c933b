package inspector

import (
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"
)

// between returns what stands between two tags of the page, of which there is one each.
func between(t *testing.T, opening, closing string) string {
	t.Helper()
	html := string(page.html)
	_, after, found := strings.Cut(html, opening)
	inside, _, ended := strings.Cut(after, closing)
	if !found || !ended || strings.Count(html, opening) != 1 || strings.Count(html, closing) != 1 {
		t.Fatalf("the page has not one %s", opening)
	}
	return inside
}

// The policy names the page's own script and style, and nothing else that could run, be
// loaded or be embedded.
func TestPolicy(t *testing.T) {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	want := "default-src 'none'; style-src " + hash(between(t, "<style>", "</style>")) +
		"; script-src " + hash(between(t, "<script>", "</script>")) +
		"; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" +
		"; require-trusted-types-for 'script'; trusted-types 'none'"
	if page.policy != want {
		t.Errorf("got  %s\nwant %s", page.policy, want)
	}
}

// The script makes text of what a notification holds, never markup, and keeps nothing in
// the browser.
func TestScriptMakesText(t *testing.T) {
	script := between(t, "<script>", "</script>")
	for _, pattern := range []string{
		"innerHTML", "outerHTML", "insertAdjacent", "document\\.write", "setHTML", "DOMParser", "createContextualFragment", "srcdoc",
		"\\beval\\b", "\\bFunction\\b", "setTimeout\\([\"'`]", "localStorage", "sessionStorage", "indexedDB", "cookie",
		"https?:", "\\bimport\\b", "setAttribute\\(\"(style|on)", "\\.(src|action|on[a-z]+) *=",
	} {
		if found := regexp.MustCompile(pattern).FindString(script); found != "" {
			t.Errorf("the script has %s", found)
		}
	}
	if regexp.MustCompile(`(?i)<!--|</script|<script`).MatchString(script) {
		t.Error("the script would end the element that it stands in")
	}
}

// The page is whole: it brings everything along, and works without a network.
func TestPageIsWhole(t *testing.T) {
	html := string(page.html)
	if !strings.HasPrefix(html, "<!doctype html>") {
		t.Error("the page does not begin with its doctype")
	}
	for _, pattern := range []string{`https?://`, `<link`, `<img`, `<iframe`, `<base`, ` src=`, ` on[a-z]+=`, ` style=`, `@import`, `url\(`} {
		if found := regexp.MustCompile(pattern).FindString(html); found != "" {
			t.Errorf("the page has %s", found)
		}
	}
}

// Whatever the page says it says in both languages.
func TestWordsInBothLanguages(t *testing.T) {
	words := source("words.js")
	entry := regexp.MustCompile(`(?m)^\t(\w+): \["(.+)", "(.+)"\],$`)
	known := make(map[string]bool)
	for _, match := range entry.FindAllStringSubmatch(words, -1) {
		known[match[1]] = true
	}
	if len(known) < 40 || len(known) != strings.Count(words, "\n\t") {
		t.Errorf("%d of %d lines are words in two languages", len(known), strings.Count(words, "\n\t"))
	}
	used := make(map[string]bool)
	for _, name := range append(scripts[1:], "page.html") {
		for _, match := range regexp.MustCompile(`say\("(\w+)"\)|data-words[a-z-]*="(\w+)"|\badd\("(\w+)"`).FindAllStringSubmatch(source(name), -1) {
			used[match[1]+match[2]+match[3]] = true
		}
	}
	for name := range used {
		if !known[name] {
			t.Errorf("there are no words for %s", name)
		}
	}
	for _, name := range append([]string{"passed", "ended", "not_reached", "skipped"}, "accepted", "duplicate", "declined", "rejected", "failed",
		"parse", "signature", "kind", "amount", "dedupe", "upstream", "ack", "verify", "lookup", "store", "rest") {
		if !known[name] {
			t.Errorf("there are no words for %s", name)
		}
	}
}
