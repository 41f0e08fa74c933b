package command_test

import (
	"slices"
	"strings"
	"testing"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
)

var verbs = []string{"verify", "explain", "sign", "send", "attach"}

// The help of each command tells how it ends, and shows how it is used.
func TestHelp(t *testing.T) {
	for _, verb := range verbs {
		got := run(t, "", verb, "--help")
		for _, want := range []string{"Exit codes: 0 ", "; 1 ", "; 2 the command line or a file is wrong.", "Examples:\n  caddy wechatpay " + verb, "Usage:\n  caddy wechatpay " + verb} {
			if !strings.Contains(got.stdout, want) {
				t.Errorf("%s: %q is not in the help:\n%s", verb, want, got.stdout)
			}
		}
		if got.code != 0 || got.stderr != "" {
			t.Errorf("%s: code %d, %s", verb, got.code, got.stderr)
		}
	}
	if got := run(t, ""); got.code != 0 || !strings.Contains(got.stdout, "explain") {
		t.Errorf("got code %d, %s", got.code, got.stdout)
	}
}

// Every flag is explained, and those that only say what to use instead are not shown.
func TestFlags(t *testing.T) {
	for _, verb := range verbs {
		help := run(t, "", verb, "--help").stdout
		tree(t, verb).Flags().VisitAll(func(flag *pflag.Flag) {
			if shown := strings.Contains(help, "--"+flag.Name+" "); shown == flag.Hidden {
				t.Errorf("%s --%s: shown is %t", verb, flag.Name, shown)
			}
			if flag.Usage == "" && !flag.Hidden {
				t.Errorf("%s --%s is not explained", verb, flag.Name)
			}
		})
	}
	for _, hidden := range []string{"key", "apiv3-key", "private-key"} {
		if flag := tree(t, "send").Flags().Lookup(hidden); flag == nil || !flag.Hidden {
			t.Errorf("--%s is no flag that says what to use instead", hidden)
		}
	}
}

func tree(t *testing.T, verb string) *cobra.Command {
	t.Helper()
	command := new(cobra.Command)
	caddycmd.Commands()["wechatpay"].CobraFunc(command)
	found, _, err := command.Find([]string{verb})
	if err != nil || found.Name() != verb {
		t.Fatalf("there is no %s: %v", verb, err)
	}
	return found
}

// The shell completes what there is to choose from.
func TestCompletion(t *testing.T) {
	t.Setenv("TEST_COMPLETED", key)
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{"commands", []string{""}, verbs},
		{"kinds", []string{"sign", "--kind", ""}, issuer.Kinds},
		{"kinds of send", []string{"send", "--kind", ""}, issuer.Kinds},
		{"signature types to make", []string{"sign", "--sign-type", ""}, []string{"MD5", "HMAC-SHA256"}},
		{"signature types to accept", []string{"verify", "--sign-type", ""}, []string{"any", "MD5", "HMAC-SHA256"}},
		{"schedules", []string{"send", "--schedule", ""}, []string{"current", "legacy"}},
		{"faults", []string{"send", "--fault", ""}, []string{"list", "all"}},
		{"variables", []string{"attach", "--secret-env", "TEST_COMP"}, []string{"TEST_COMPLETED"}},
		{"flags", []string{"explain", "--max"}, []string{"--max-age"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for line := range strings.Lines(complete(t, test.args...).stdout) {
				candidate, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
				got = append(got, candidate)
			}
			for _, want := range test.want {
				if !slices.Contains(got, want) {
					t.Errorf("%s is not offered: %q", want, got)
				}
			}
		})
	}
}

// Files are offered where a file can stand, and nowhere else.
func TestFileCompletion(t *testing.T) {
	const files, noFiles = ":0\n", ":4\n"
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"verify", ""}, files},
		{[]string{"explain", ""}, files},
		{[]string{"verify", "body.xml", ""}, noFiles},
		{[]string{"verify", "--key-file", ""}, files},
		{[]string{"verify", "--platform-certificate", ""}, files},
		{[]string{"send", "--body", ""}, files},
		{[]string{"send", ""}, noFiles},
		{[]string{"sign", ""}, noFiles},
		{[]string{"attach", ""}, noFiles},
		{[]string{"verify", "--mch-id", ""}, noFiles},
		{[]string{"verify", "--key-env", "NO_SUCH"}, noFiles},
		{[]string{"send", "--repeat", ""}, noFiles},
		{[]string{"sign", "--field", ""}, noFiles},
	}
	for _, test := range tests {
		if got := complete(t, test.args...).stdout; !strings.HasSuffix(got, test.want) {
			t.Errorf("%q: got %q", test.args, got)
		}
	}
}

// complete asks as a shell does.
func complete(t *testing.T, args ...string) result {
	t.Helper()
	return runCaddy(t.Context(), t, "", new(watcher), append([]string{cobra.ShellCompRequestCmd, "wechatpay"}, args...))
}
