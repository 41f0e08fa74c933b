// Command testsummary reads the output of go test -json and prints what of it
// matters. It fails on a skipped test that is not on the list of allowed ones: a
// test that never runs looks just like one that passes.
//
//	go test -json ./... | go run ./internal/testsummary -allow .ci/allowed-skips.txt
//
// The list has one test to a line, its full name first, then the reason.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	allow := flag.String("allow", "", "`file` with the tests that may be skipped")
	flag.Parse()
	if err := run(*allow); err != nil {
		fmt.Fprintln(os.Stderr, "testsummary:", err)
		os.Exit(1)
	}
}

func run(allowFile string) error {
	allowed, err := readAllowed(allowFile)
	if err != nil {
		return err
	}
	s := summary{out: os.Stdout, output: make(map[testID][]string)}
	if err := s.read(os.Stdin); err != nil {
		return err
	}
	return s.conclude(allowed)
}

// readAllowed returns the reasons by test name.
func readAllowed(file string) (map[string]string, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	allowed := make(map[string]string)
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, reason, _ := strings.Cut(line, " ")
		if reason = strings.TrimSpace(reason); reason == "" {
			return nil, fmt.Errorf("%s: %s stands there without a reason", file, name)
		}
		allowed[name] = reason
	}
	return allowed, nil
}

// event is one line of go test -json; see go doc test2json.
type event struct {
	Action     string
	Package    string
	ImportPath string // of the package that is built
	Test       string
	Output     string
}

type testID struct{ pkg, test string }

type summary struct {
	out    io.Writer
	output map[testID][]string

	passed         int
	failed         int
	failedPackages int
	skipped        []testID
}

func (s *summary) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			s.readLine(line)
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

func (s *summary) readLine(line []byte) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil {
		fmt.Fprintf(s.out, "%s", line) // not everything that go test prints is JSON
		return
	}
	id := testID{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		fmt.Fprint(s.out, e.Output)
	case "output":
		s.output[id] = append(s.output[id], e.Output)
	case "pass":
		s.pass(id)
	case "fail":
		s.fail(id)
	case "skip":
		if id.test != "" { // a package without tests does not count
			s.skipped = append(s.skipped, id)
		}
	}
}

// pass counts a test, or prints the last line of a package: ok, its name and time.
func (s *summary) pass(id testID) {
	if id.test != "" {
		s.passed++
	} else if lines := s.output[id]; len(lines) > 0 {
		fmt.Fprint(s.out, lines[len(lines)-1])
	}
	delete(s.output, id)
}

func (s *summary) fail(id testID) {
	if id.test != "" {
		s.failed++
	} else {
		s.failedPackages++
	}
	fmt.Fprint(s.out, strings.Join(s.output[id], ""))
}

func (s *summary) conclude(allowed map[string]string) error {
	forbidden := 0
	for _, id := range s.skipped {
		reason, ok := allowed[id.test]
		if ok {
			fmt.Fprintf(s.out, "skipped %s: %s\n", id.test, reason)
			continue
		}
		forbidden++
		fmt.Fprintf(s.out, "SKIPPED %s in %s:\n%s", id.test, id.pkg, strings.Join(s.output[id], ""))
	}
	fmt.Fprintf(s.out, "%d tests passed, %d failed, %d skipped\n", s.passed, s.failed, len(s.skipped))
	switch {
	case s.failed > 0 || s.failedPackages > 0:
		return fmt.Errorf("%d tests in %d packages failed", s.failed, s.failedPackages)
	case forbidden > 0:
		return fmt.Errorf("%d skipped tests are not on the list of allowed ones", forbidden)
	case s.passed == 0:
		return errors.New("no test ran")
	}
	return nil
}
