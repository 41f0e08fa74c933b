package docs

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/fault"
	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
)

var (
	continued   = regexp.MustCompile(`\\\n\s*`)
	commandLine = regexp.MustCompile("caddy wechatpay ([a-z]+)([^\n`|;>]*)")
	flagOfLine  = regexp.MustCompile(`--([a-z0-9-]+)(?:[ =]([a-z0-9.-]+))?`)
)

// Every command line in the documentation uses commands, flags and names that exist.
func TestCommandLines(t *testing.T) {
	count := 0
	for path, text := range pages(t) {
		for _, found := range commandLine.FindAllStringSubmatch(continued.ReplaceAllString(text, " "), -1) {
			count++
			line, verb := found[0], command(t, found[1])
			if verb == nil {
				t.Errorf("%s: there is no such command: %s", path, line)
				continue
			}
			for _, given := range flagOfLine.FindAllStringSubmatch(found[2], -1) {
				name, value := given[1], given[2]
				if flag := verb.Flags().Lookup(name); flag == nil || flag.Hidden {
					t.Errorf("%s: there is no --%s: %s", path, name, line)
				}
				if names := namesFor(name); value != "" && names != nil && !slices.Contains(names, value) {
					t.Errorf("%s: there is no --%s %s: %s", path, name, value, line)
				}
			}
		}
	}
	if count < 20 {
		t.Errorf("found %d command lines", count)
	}
}

func command(t *testing.T, verb string) *cobra.Command {
	t.Helper()
	root := new(cobra.Command)
	caddycmd.Commands()["wechatpay"].CobraFunc(root)
	found, _, err := root.Find([]string{verb})
	if err != nil || found.Name() != verb {
		return nil
	}
	return found
}

// namesFor are the values of a flag that takes one of a few names.
func namesFor(flag string) (names []string) {
	switch flag {
	case "kind":
		return issuer.Kinds
	case "fault":
		names = []string{"list", "all"}
		for _, f := range fault.All() {
			names = append(names, f.Name)
		}
	case "schedule":
		for name := range sender.Schedules {
			names = append(names, name)
		}
	}
	return names
}

// Each kind that can be sent has a row in both languages.
func TestKinds(t *testing.T) {
	for _, page := range []string{"../docs/testing.md", "../docs/testing.zh-CN.md"} {
		text := pages(t)[page]
		for _, kind := range issuer.Kinds {
			if strings.Count(text, "\n| `"+kind+"` |") != 1 {
				t.Errorf("%s: there is no row for the kind %s", page, kind)
			}
		}
	}
}

var comment = regexp.MustCompile(`(?m)(^|\s+)# .*$`)

// The walkthroughs hold the same commands in both languages, and the same output. So what
// is tried in one of them holds in the other.
func TestSameCommands(t *testing.T) {
	all := pages(t)
	for _, page := range walkthroughs {
		english := codeBlock.FindAllString(all["../docs/"+page], -1)
		chinese := codeBlock.FindAllString(all["../docs/"+strings.TrimSuffix(page, ".md")+".zh-CN.md"], -1)
		if len(english) == 0 || len(chinese) != len(english) {
			t.Errorf("%s: %d blocks of code in Chinese, %d in English", page, len(chinese), len(english))
			continue
		}
		for i := range english {
			if want := comment.ReplaceAllString(english[i], ""); comment.ReplaceAllString(chinese[i], "") != want {
				t.Errorf("%s: in Chinese there is\n%s\ninstead of\n%s", page, chinese[i], want)
			}
		}
	}
}
