package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// pages returns all Markdown of the project, by its path from here.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, pattern := range []string{"../*.md", "../*/*.md"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			found[path] = string(text)
		}
	}
	if len(found) < 20 {
		t.Fatalf("found %d pages", len(found))
	}
	return found
}

var (
	fence = regexp.MustCompile("(?ms)^```.*?^```$")
	link  = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	title = regexp.MustCompile(`(?m)^#+ (.+)$`)
)

// Every link within the project leads to a file, and to a heading where it names one.
func TestLinks(t *testing.T) {
	for path, text := range pages(t) {
		for _, found := range link.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			target, anchor, _ := strings.Cut(found[1], "#")
			if strings.Contains(target, ":") {
				continue // to somewhere else
			}
			file := path
			if target != "" {
				file = filepath.Join(filepath.Dir(path), target)
			}
			content, err := os.ReadFile(file)
			switch {
			case err != nil && !isDirectory(file):
				t.Errorf("%s: %s leads nowhere", path, found[1])
			case anchor != "" && !anchors(string(content))[anchor]:
				t.Errorf("%s: %s: there is no such heading", path, found[1])
			}
		}
	}
}

func isDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// anchors are those that GitHub gives the headings of a page.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	for _, heading := range title.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		all[anchor(heading[1])] = true
	}
	return all
}

func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

// Every page is there in both languages, with the same headings in the same order.
func TestBothLanguages(t *testing.T) {
	all := pages(t)
	for path, english := range all {
		if strings.HasSuffix(path, ".zh-CN.md") || onlyEnglish[path] {
			continue
		}
		chinese, there := all[strings.TrimSuffix(path, ".md")+".zh-CN.md"]
		if !there {
			t.Errorf("%s: there is no page in Chinese", path)
			continue
		}
		if got, want := levels(chinese), levels(english); got != want {
			t.Errorf("%s: the headings in Chinese are %s, in English %s", path, got, want)
		}
	}
}

// onlyEnglish are pages for those who work on the project.
var onlyEnglish = map[string]bool{
	"../CHANGELOG.md": true, "../CONTRIBUTING.md": true, "../SECURITY.md": true, "../bench/README.md": true, "../oracle/README.md": true, "../browser/README.md": true,
}

func levels(text string) string {
	var all []string
	for _, heading := range title.FindAllString(fence.ReplaceAllString(text, ""), -1) {
		all = append(all, heading[:strings.Index(heading, " ")])
	}
	return strings.Join(all, " ")
}
