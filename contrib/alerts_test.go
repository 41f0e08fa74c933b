package contrib_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// rule is an alert as it stands in the file.
type rule struct {
	name, text string
}

// alertRules returns the alerts. Where there are two of a name, each stands for itself.
func alertRules(t *testing.T) []rule {
	t.Helper()
	var rules []rule
	for _, text := range strings.Split(read(t, alertsFile), "\n      - alert: ")[1:] {
		name, _, _ := strings.Cut(text, "\n")
		rules = append(rules, rule{name, text})
	}
	if len(rules) < 10 {
		t.Fatalf("%d alerts prove nothing", len(rules))
	}
	return rules
}

// entry returns the text that follows a key.
func (r rule) entry(key string) string {
	_, after, _ := strings.Cut(r.text, "\n          "+key+": ")
	value, _, _ := strings.Cut(after, "\n")
	return strings.Trim(value, "'")
}

// Somebody who is woken must not have to guess.
func TestAlertsSayWhatToDo(t *testing.T) {
	for _, r := range alertRules(t) {
		severity := r.entry("severity")
		t.Run(r.name+" "+severity, func(t *testing.T) {
			if severity != "page" && severity != "ticket" {
				t.Errorf("severity is %q", severity)
			}
			if strings.Contains(r.text, "annotations: *certificate") {
				return // those of the alert before
			}
			for _, key := range []string{"summary", "summary_zh", "description", "action", "runbook"} {
				if r.entry(key) == "" {
					t.Errorf("there is no %s", key)
				}
			}
			if !strings.ContainsFunc(r.entry("summary_zh"), isChinese) {
				t.Error("summary_zh is not Chinese")
			}
			wantAnchor(t, r.entry("runbook"))
		})
	}
}

func isChinese(r rune) bool { return unicode.Is(unicode.Han, r) }

// wantAnchor looks for the heading that a link leads to.
func wantAnchor(t *testing.T, link string) {
	t.Helper()
	file, anchor, _ := strings.Cut(link, "#")
	text, err := os.ReadFile(filepath.Join("..", file))
	if err != nil {
		t.Error(err)
		return
	}
	for line := range strings.Lines(string(text)) {
		if heading, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && line[0] == '#' && slug(heading) == anchor {
			return
		}
	}
	t.Errorf("%s has no heading #%s", file, anchor)
}

// slug is what GitHub makes of a heading.
func slug(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(heading))
}

// An alert that no test has ever seen to fire may never do so. That it does not fire when
// it must not is in every test, which names all that fire.
func TestEveryAlertFiresInATest(t *testing.T) {
	files, err := filepath.Glob("prometheus/*_test.yml")
	if err != nil {
		t.Fatal(err)
	}
	var fired []string
	for _, file := range files {
		for _, found := range regexp.MustCompile(`labels: .*alertname="(\w+)"`).FindAllStringSubmatch(read(t, file), -1) {
			fired = append(fired, found[1])
		}
	}
	for _, r := range alertRules(t) {
		if !slices.Contains(fired, r.name) {
			t.Errorf("no test has %s fire", r.name)
		}
	}
}
