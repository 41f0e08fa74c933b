package docs

import (
	"regexp"
	"strings"
	"testing"
)

// check compares what a step has printed with what the page says. Other lines may stand
// between those of the page.
func (s step) check(t *testing.T, page string, r ran) {
	t.Helper()
	if r.status != "0" {
		t.Errorf("%s: exit status %s of\n%sthat has printed\n%s", page, r.status, s.commands, r.output)
	}
	printed := strings.Split(r.output, "\n")
	for _, line := range s.prints {
		if strings.Trim(line, ". ") == "" {
			continue
		}
		expected, found := expression(line), false
		for !found && len(printed) > 0 {
			found = expected.MatchString(plain(printed[0]))
			printed = printed[1:]
		}
		if !found {
			t.Errorf("%s: there is no line such as\n%s\nin its place in what\n%shas printed:\n%s", page, line, s.commands, r.output)
			return
		}
	}
}

// expression takes "..." for anything.
func expression(line string) *regexp.Regexp {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(plain(line)), `\.\.\.`, ".*") + "$")
}

// changing are the parts that differ from run to run: times, durations, long numbers, and
// how wide a column is.
var changing = []struct {
	pattern *regexp.Regexp
	text    string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d`), "TIME"},
	{regexp.MustCompile(`\b\d+(\.\d+)?(µs|ms|s)\b`), "DURATION"},
	{regexp.MustCompile(`\d{5,}`), "NUMBER"},
	{regexp.MustCompile(`\s+`), " "},
}

func plain(line string) string {
	for _, part := range changing {
		line = part.pattern.ReplaceAllString(line, part.text)
	}
	return strings.TrimSpace(line)
}

func TestExpression(t *testing.T) {
	tests := []struct {
		name, page, printed string
		want                bool
	}{
		{"the same", "1 acked", "1 acked", true},
		{"another column width, another time", "1  200  3ms  acked", "1         200     1.203s    acked", true},
		{"another number of an order", `"id": "transaction:420001:SUCCESS"`, `"id": "transaction:42000299:SUCCESS"`, true},
		{"what is left out", "answer: <xml>...<prepay_id>...", "answer: <xml><a>1</a><prepay_id>7</prepay_id></xml>", true},
		{"another status", "1  200  3ms  acked", "1  502  3ms  acked", false},
		{"another exit code", "exit code 1", "exit code 2", false},
		{"more than the page says", "acked", "not acked", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := expression(test.page).MatchString(plain(test.printed)); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
