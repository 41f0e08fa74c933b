package command_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"
)

// shell returns a shell in which `caddy` is this program.
func shell(t *testing.T, script string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, "caddy")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-e", "-c", script)
	cmd.Env = append(os.Environ(), beCaddy+"=yes", "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	return cmd
}

// script runs a script in that shell.
func script(t *testing.T, text string) (got result) {
	t.Helper()
	cmd := shell(t, text)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	got = result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
	wantSecrecy(t, got, []string{text})
	return got
}

// The exit codes are those of the process, and so are the streams.
func TestProcess(t *testing.T) {
	files(t, keyFiles(nil))
	t.Setenv("WECHATPAY_APIV2_KEY", key)
	const flags = " --mch-id 1900000109 --key-env WECHATPAY_APIV2_KEY"
	tests := []struct {
		name, script   string
		code           int
		stdout, stderr string
	}{
		{"yes", "caddy wechatpay verify" + flags + " < body.xml", 0, `"out_trade_no":"ORDER-1001"`, ""},
		{"no", "caddy wechatpay verify" + flags + " forged.xml", 1, "", `{"reason":"bad_signature"`},
		{"a wrong command line", "caddy wechatpay verify forged.xml", 2, "", "--mch-id is missing"},
		{"a wrong flag", "caddy wechatpay verify --no-such-flag", 2, "", "unknown flag: --no-such-flag"},
		{"an unknown command", "caddy wechatpay check", 2, "", "there is no such command"},
		{"a pipe", "caddy wechatpay sign --kind payment" + flags + " | caddy wechatpay verify" + flags, 0, `"total":1`, ""},
		{"a pipe of the key", "cat key.txt | caddy wechatpay verify --mch-id 1900000109 --key-stdin body.xml", 0, `"total":9900`, ""},
		{"a pipe without a writer", "caddy wechatpay verify" + flags + " < /dev/null", 1, "", "empty_body"},
		{"help", "caddy wechatpay", 0, "caddy wechatpay [command]", ""},
		{"help of a command", "caddy help wechatpay send", 0, "Exit codes: 0", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := script(t, test.script)
			got.want(t, test.code, test.stdout, test.stderr)
			if test.code != 0 && strings.Count(got.stderr, "--help")+strings.Count(got.stderr, `"reason"`) != 1 {
				t.Errorf("the error is not told once: %s", got.stderr)
			}
		})
	}
}

// Ctrl-C ends it at once, with what there is.
func TestInterruptedProcess(t *testing.T) {
	files(t, keyFiles(nil))
	s := startStub(t, func(_ int, w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) })
	cmd := shell(t, fmt.Sprintf("exec caddy wechatpay send %s --schedule current --kind payment --mch-id 1900000109 --key-file key.txt", s.url))
	waiting := make(chan struct{}, 1)
	stderr := &watcher{word: "delivery 2 comes in 15s", found: func() {
		select {
		case waiting <- struct{}{}:
		default:
		}
	}}
	var stdout bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-waiting:
	case err := <-ended:
		t.Fatalf("it ended by itself: %v, %s", err, stderr.String())
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second): // before the next delivery
		t.Fatal("it goes on")
	}
	if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(stdout.String(), "interrupted") || !strings.Contains(stdout.String(), "503") {
		t.Errorf("got code %d, %s", code, stdout.String())
	}
}

// examples returns the examples of a command's help, each of which may be several lines.
func examples(t *testing.T, verb string) []string {
	t.Helper()
	command := new(cobra.Command)
	caddycmd.Commands()["wechatpay"].CobraFunc(command)
	if verb != "" {
		found, _, err := command.Find([]string{verb})
		if err != nil {
			t.Fatal(err)
		}
		command = found
	}
	return strings.Split(command.Example, "\n\n")
}

// What the help shows works.
func TestExamples(t *testing.T) {
	headers, body := v3Notification(t, time.Now())
	const publicKeyID = "PUB_KEY_ID_0119000001092026010100000000000000"
	private, public := platformPair()
	files(t, keyFiles(map[string]string{
		"wechatpay-test.pem": private, "pub_key.pem": public,
		"notification.txt": strings.Replace(headers, "PUB_KEY_ID_TEST", publicKeyID, 1) + "\n" + body,
	}))
	t.Setenv("WECHATPAY_APIV2_KEY", key)
	t.Setenv("ATTACH_SECRET", secret)
	e := startEdge(t)
	for _, verb := range []string{"", "verify", "explain", "sign", "send", "attach"} {
		found := examples(t, verb)
		for _, example := range found {
			t.Run(verb, func(t *testing.T) {
				got := script(t, strings.ReplaceAll(example, "http://localhost:8080/notify", e.url))
				// Of several at once, the last one to end may be one that was told to come again.
				perhaps := strings.Contains(example, "--concurrency") && got.code == 1
				if got.code != 0 && !perhaps || got.stdout == "" {
					t.Errorf("%s\ngot code %d, %s\n%s", example, got.code, got.stdout, got.stderr)
				}
			})
		}
		if len(found) == 0 {
			t.Errorf("%q has no examples", verb)
		}
	}
}
