package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	passes    = `{"Action":"pass","Package":"p","Test":"TestA"}` + "\n"
	skips     = `{"Action":"skip","Package":"p","Test":"TestB/x"}` + "\n"
	fails     = `{"Action":"fail","Package":"p","Test":"TestC"}` + "\n"
	noTests   = `{"Action":"skip","Package":"p"}` + "\n"
	noBuild   = `{"Action":"fail","Package":"p"}` + "\n"
	noJSON    = "go: something else\n"
	anExcerpt = `{"Action":"output","Package":"p","Test":"TestB/x","Output":"no database here\n"}` + "\n"
)

func TestSummary(t *testing.T) {
	for name, test := range map[string]struct {
		events  string
		allowed map[string]string
		want    string // in the error; none if empty
	}{
		"all pass":            {passes + noTests + noJSON, nil, ""},
		"a skip":              {passes + skips, nil, "1 skipped"},
		"an allowed skip":     {passes + skips, map[string]string{"TestB/x": "no database"}, ""},
		"another allowed":     {passes + skips, map[string]string{"TestB": "no database"}, "1 skipped"},
		"a failure":           {passes + fails, nil, "failed"},
		"does not build":      {passes + noBuild, nil, "failed"},
		"nothing but skipped": {skips, map[string]string{"TestB/x": "no database"}, "no test ran"},
		"nothing":             {noTests, nil, "no test ran"},
	} {
		t.Run(name, func(t *testing.T) {
			s := summary{out: new(bytes.Buffer), output: make(map[testID][]string)}
			if err := s.read(strings.NewReader(test.events)); err != nil {
				t.Fatal(err)
			}
			err := s.conclude(test.allowed)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestSkippedTestIsShown(t *testing.T) {
	out := new(bytes.Buffer)
	s := summary{out: out, output: make(map[testID][]string)}
	if err := s.read(strings.NewReader(anExcerpt + skips)); err != nil {
		t.Fatal(err)
	}
	_ = s.conclude(nil)
	if !strings.Contains(out.String(), "no database here") {
		t.Errorf("the reason of the test is not in %q", out)
	}
}

func TestAllowedNeedsReason(t *testing.T) {
	file := filepath.Join(t.TempDir(), "allowed")
	for content, ok := range map[string]bool{
		"# nothing\n\n":              true,
		"TestA   needs a database\n": true,
		"TestA\n":                    false,
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readAllowed(file); (err == nil) != ok {
			t.Errorf("%q: got %v", content, err)
		}
	}
}
