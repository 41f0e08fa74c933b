package inspector

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"strings"
)

//go:embed page
var sources embed.FS

// scripts are the parts of the page's script, in their order.
var scripts = []string{"words.js", "news.js", "rows.js", "story.js", "controls.js"}

// page is one document, and the policy that lets it do what it does and nothing else. Its
// script and its style are named by their hash, so that no other one can be brought in by
// what a notification holds.
var page = func() (p struct {
	html   []byte
	policy string
}) {
	style, script := source("page.css"), sourceOf(scripts)
	p.html = []byte(strings.NewReplacer(
		"<style></style>", "<style>"+style+"</style>",
		"<script></script>", "<script>"+script+"</script>",
	).Replace(source("page.html")))
	p.policy = strings.Join([]string{
		"default-src 'none'", "style-src " + sourceHash(style), "script-src " + sourceHash(script),
		"connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
		"require-trusted-types-for 'script'", "trusted-types 'none'",
	}, "; ")
	return p
}()

func sourceOf(names []string) string {
	var all strings.Builder
	for _, name := range names {
		all.WriteString(source(name))
	}
	return all.String()
}

func source(name string) string {
	text, err := sources.ReadFile("page/" + name)
	if err != nil {
		panic(err) // it is part of the binary
	}
	return string(text)
}

func sourceHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
