package process

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for what should happen soon.
const patience = 30 * time.Second

// child is a process that a test has started. It does not outlive the test.
type child struct {
	t      *testing.T
	cmd    *exec.Cmd
	exited chan struct{}
}

func startChild(t *testing.T, cmd *exec.Cmd, log *output) *child {
	t.Helper()
	cmd.Stdout, cmd.Stderr = log, log
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = new(syscall.SysProcAttr)
	}
	cmd.SysProcAttr.Setpgid = true // Ctrl-C in a terminal is for the test, which cleans up
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{t: t, cmd: cmd, exited: make(chan struct{})}
	go func() { _ = cmd.Wait(); close(c.exited) }()
	t.Cleanup(c.kill)
	return c
}

func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	<-c.exited
}

func (c *child) signal(s syscall.Signal) {
	c.t.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		c.t.Fatal(err)
	}
}

// wait returns the exit status, once there is one.
func (c *child) wait() int {
	c.t.Helper()
	select {
	case <-c.exited:
	case <-time.After(patience):
		c.t.Fatalf("%s is still running", c.cmd.Path)
	}
	return c.cmd.ProcessState.ExitCode()
}

func (c *child) running() bool {
	select {
	case <-c.exited:
		return false
	default:
		return true
	}
}

// output is what processes have printed.
type output struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

// newOutput is shown when the test fails, beginning and end of it at least.
func newOutput(t *testing.T, name string) *output {
	const some = 15
	o := new(output)
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		lines := o.lines()
		if len(lines) > 2*some {
			lines = slices.Concat(lines[:some], []string{"..."}, lines[len(lines)-some:])
		}
		t.Logf("%s:\n%s", name, strings.Join(lines, "\n"))
	})
	return o
}

// Write implements io.Writer.
func (o *output) Write(text []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.Write(text)
}

func (o *output) lines() []string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return strings.Split(o.text.String(), "\n")
}

// has reports whether there is a line with all of the words.
func (o *output) has(words ...string) bool {
lines:
	for _, line := range o.lines() {
		for _, word := range words {
			if !strings.Contains(line, word) {
				continue lines
			}
		}
		return true
	}
	return false
}

// about returns the last line with the word, for which it waits a little.
func (o *output) about(word string) string {
	for range 50 {
		for _, line := range slices.Backward(o.lines()) {
			if strings.Contains(line, word) {
				return line
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	return "nothing in the log"
}

// eventually waits until done, and fails with message when that takes too long.
func eventually(t *testing.T, message string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(message)
		}
	}
}
