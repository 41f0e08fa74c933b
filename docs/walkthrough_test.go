package docs

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// walkthroughs are the pages whose blocks are there to be copied into a shell, in order.
var walkthroughs = []string{"testing.md", "signature.md"}

// The commands of these pages work one after the other, and print what the page says.
func TestWalkthroughs(t *testing.T) {
	caddy := buildCaddy(t)
	for _, page := range walkthroughs {
		t.Run(page, func(t *testing.T) {
			for _, program := range []string{"bash", "curl", "openssl", "php"} {
				require(t, program)
			}
			steps := stepsOf(t, page)
			for i, ran := range runSteps(t, caddy, steps) {
				steps[i].check(t, page, ran)
			}
		})
	}
}

func buildCaddy(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "caddy")
	build := exec.Command("go", "build", "-trimpath", "-tags", "nobadger,nomysql,nopgx", "-o", binary, "../cmd/caddy")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as ./xcaddy.sh builds it
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building caddy: %v\n%s", err, output)
	}
	return binary
}

// require skips the test where a program is missing. Where WECHATPAY_TEST_BACKENDS is set,
// as in CI, that is a failure.
func require(t *testing.T, program string) {
	t.Helper()
	_, err := exec.LookPath(program)
	switch {
	case err == nil:
	case os.Getenv("WECHATPAY_TEST_BACKENDS") != "":
		t.Fatalf("%s is not installed", program)
	default:
		t.Skipf("%s is not installed", program)
	}
}

// step is a block of commands, and the lines that it is said to print.
type step struct {
	commands string
	prints   []string
}

var codeBlock = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")

func stepsOf(t *testing.T, page string) (steps []step) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range codeBlock.FindAllStringSubmatch(string(text), -1) {
		switch language, content := block[1], block[2]; {
		case language == "sh":
			steps = append(steps, step{commands: content})
		case language == "text" && len(steps) > 0:
			last := &steps[len(steps)-1]
			last.prints = append(last.prints, strings.Split(strings.TrimSpace(content), "\n")...)
		}
	}
	if len(steps) == 0 {
		t.Fatalf("%s: found no commands", page)
	}
	return steps
}

// ran is what a step has printed, and the status of its last command.
type ran struct {
	output string
	status string
}

const (
	mark     = "\n=== next step ==="
	patience = 4 * time.Minute
)

// runSteps runs all steps in one shell, in a home of its own. What they leave running does
// not outlive the test, and is a failure.
func runSteps(t *testing.T, caddy string, steps []step) []ran {
	t.Helper()
	home := t.TempDir()
	if err := os.Symlink(caddy, filepath.Join(home, "caddy")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(home, "xcaddy.sh"), "#!/bin/sh\n[ \"$*\" = build ] && [ -x ./caddy ]\n") // it has been built
	script := new(strings.Builder)
	for _, s := range steps {
		fmt.Fprintf(script, "%sprintf '%%s %%d\\n' '%s' $?\n", s.commands, mark)
	}
	write(t, filepath.Join(home, "steps.sh"), freePorts(t).Replace(script.String()))

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	output, err := os.Create(filepath.Join(home, "output"))
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	shell := exec.CommandContext(ctx, "bash", "steps.sh")
	shell.Dir, shell.Env = home, []string{"HOME=" + home, "PATH=" + home + ":" + os.Getenv("PATH")}
	shell.Stdout, shell.Stderr = output, output // a pipe would wait for what runs in the background
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	group := -shell.Process.Pid
	shell.Cancel = func() error { return syscall.Kill(group, syscall.SIGKILL) }
	defer func() { _ = syscall.Kill(group, syscall.SIGKILL) }()
	if err := shell.Wait(); err != nil {
		t.Errorf("the shell: %v", err)
	}
	if !ends(group) {
		t.Error("something that the page has started still runs at its end")
	}
	return results(t, output.Name(), len(steps))
}

// ends waits for a group of processes.
func ends(group int) bool {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if errors.Is(syscall.Kill(group, 0), syscall.ESRCH) {
			return true
		}
	}
	return false
}

func results(t *testing.T, path string, want int) (all []ran) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	outputs := strings.Split(string(text), mark+" ")
	for i, next := range outputs[1:] {
		status, rest, _ := strings.Cut(next, "\n")
		all = append(all, ran{outputs[i], status})
		outputs[i+1] = rest
	}
	if len(all) != want {
		t.Fatalf("%d of %d steps ran:\n%s", len(all), want, text)
	}
	return all
}

// freePorts replaces the ports of the pages.
func freePorts(t *testing.T) *strings.Replacer {
	t.Helper()
	var pairs []string
	for _, port := range []string{"8001", "8019", "8080", "8081", "8400"} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close() // all are open at once, so that no two are the same
		_, free, _ := net.SplitHostPort(listener.Addr().String())
		pairs = append(pairs, "127.0.0.1:"+port, "127.0.0.1:"+free)
	}
	return strings.NewReplacer(pairs...)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil { // #nosec G306 -- it is a program
		t.Fatal(err)
	}
}
