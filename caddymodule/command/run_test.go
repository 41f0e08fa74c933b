package command_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"

	_ "github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/command"
)

// What the commands below are run with. No output may hold any of the secrets.
const (
	mchID       = "1900000109"
	key         = "5f3a9c1e7b2d4860a1c3e5f7092b4d68"
	previousKey = "0c1d2e3f4a5b6c7d8e9f00112233aabb"
	apiV3Key    = "Vt3nQz8LkW2xRb6PmY5sHd9FgJ1cTa4E"
	secret      = "8d1f0a6b7c5e4932-attach"
	sampleKey   = "192006250b4c09247ec02edce69f6a2d" // that of WeChat Pay's documents
)

var secrets = []string{key, previousKey, apiV3Key, secret, sampleKey}

// result is what a command has printed, and how it has ended.
type result struct {
	code           int
	stdout, stderr string
}

// run runs `caddy wechatpay` with arguments.
func run(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	return runCaddy(t.Context(), t, stdin, new(watcher), append([]string{"wechatpay"}, args...))
}

// runWatched runs it until ctx ends, while somebody looks at standard error.
func runWatched(ctx context.Context, t *testing.T, stderr *watcher, args ...string) result {
	t.Helper()
	return runCaddy(ctx, t, "", stderr, append([]string{"wechatpay"}, args...))
}

func runCaddy(ctx context.Context, t *testing.T, stdin string, stderr *watcher, args []string) (got result) {
	t.Helper()
	root := &cobra.Command{Use: "caddy", SilenceUsage: true} // as Caddy's own
	command := &cobra.Command{Use: "wechatpay <command>"}
	caddycmd.Commands()["wechatpay"].CobraFunc(command)
	root.AddCommand(command)
	root.SetArgs(args)
	root.SetIn(strings.NewReader(stdin))
	var stdout output
	root.SetOut(&stdout)
	root.SetErr(stderr)
	got.code = exitCode(root.ExecuteContext(ctx))
	got.stdout, got.stderr = stdout.String(), stderr.String()
	wantSecrecy(t, got, args)
	return got
}

// exitCode is the one that Caddy's main function makes of an error.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	if carrier := reflect.Indirect(reflect.ValueOf(err)); carrier.Kind() == reflect.Struct {
		if code := carrier.FieldByName("ExitCode"); code.IsValid() {
			return int(code.Int())
		}
	}
	return 1
}

func wantSecrecy(t *testing.T, got result, args []string) {
	t.Helper()
	for _, secret := range append(secrets, "PRIVATE KEY") {
		if strings.Contains(got.stdout+got.stderr, secret) {
			t.Errorf("caddy wechatpay %q prints a secret:\n%s\n%s", args, got.stdout, got.stderr)
		}
	}
}

// output may be written to by several goroutines.
type output struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(text []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.Write(text)
}

func (o *output) String() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.String()
}

// watcher is output in which a word is waited for.
type watcher struct {
	output
	word  string
	found func()
}

// Write implements io.Writer.
func (w *watcher) Write(text []byte) (int, error) {
	n, err := w.output.Write(text)
	if w.word != "" && strings.Contains(w.String(), w.word) {
		w.found()
	}
	return n, err
}

// want compares how a command ended, and looks for words in what it printed.
func (got result) want(t *testing.T, code int, stdout, stderr string) {
	t.Helper()
	if got.code != code || !strings.Contains(got.stdout, stdout) || !strings.Contains(got.stderr, stderr) {
		t.Errorf("got code %d, want %d\nstdout, wanted %q: %s\nstderr, wanted %q: %s", got.code, code, stdout, got.stdout, stderr, got.stderr)
	}
	if stdout == "" && got.stdout != "" {
		t.Errorf("standard output is not empty: %s", got.stdout)
	}
}

// files writes files into a new working directory.
func files(t *testing.T, contents map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, content := range contents {
		if err := os.WriteFile(filepath.Clean(name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// words splits a command line at blanks.
func words(line string) []string { return strings.Fields(line) }
