package contrib_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

var pages = []string{"README.md", "README.zh-CN.md"}

// Both pages explain every alert, and none that is gone.
func TestPagesExplainTheAlerts(t *testing.T) {
	rules := alertRules(t)
	for _, page := range pages {
		explained := map[string]bool{}
		for _, found := range regexp.MustCompile("`(WeChatPay[A-Za-z]+)`").FindAllStringSubmatch(read(t, page), -1) {
			explained[found[1]] = true
		}
		for _, r := range rules {
			if !explained[r.name] {
				t.Errorf("%s does not explain %s", page, r.name)
			}
		}
		for name := range explained {
			if !slices.ContainsFunc(rules, func(r rule) bool { return r.name == name }) {
				t.Errorf("%s explains %s, which does not exist", page, name)
			}
		}
	}
}

func TestLinksOfPages(t *testing.T) {
	for _, page := range pages {
		links := regexp.MustCompile(`\]\(\.\./([^)]+)\)`).FindAllStringSubmatch(read(t, page), -1)
		if len(links) < 5 {
			t.Errorf("%s has %d links to the documentation", page, len(links))
		}
		for _, link := range links {
			wantAnchor(t, link[1])
		}
	}
}

// What the pages show of a Caddyfile is one, and formatted.
func TestCaddyfilesOfPages(t *testing.T) {
	for _, page := range pages {
		blocks := regexp.MustCompile("(?s)   ```caddyfile\n(.*?)   ```").FindAllStringSubmatch(read(t, page), -1)
		if len(blocks) == 0 {
			t.Errorf("%s shows no Caddyfile", page)
		}
		for _, block := range blocks {
			text := strings.TrimPrefix(strings.ReplaceAll(block[1], "\n   ", "\n"), "   ")
			config, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(text), nil)
			if err != nil || !strings.Contains(string(config), `"handler":"metrics"`) {
				t.Errorf("%s: %v\n%s\n%s", page, err, text, config)
			}
			if formatted := string(caddyfile.Format([]byte(text))); formatted != text {
				t.Errorf("%s: caddy fmt would write it so:\n%s", page, formatted)
			}
		}
	}
}
