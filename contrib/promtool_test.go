package contrib_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestPromtool(t *testing.T) {
	promtool := program(t, "promtool")
	commands := map[string][]string{
		"the alerts are valid":             {"check", "rules", "--lint-fatal", alertsFile},
		"the example configuration is too": {"check", "config", "--lint-fatal", configFile},
	}
	tests, err := filepath.Glob("prometheus/*_test.yml")
	if err != nil || len(tests) < 4 {
		t.Fatalf("%d files with tests of the alerts, %v", len(tests), err)
	}
	for _, file := range tests {
		commands["the alerts do what "+file+" says"] = []string{"test", "rules", file}
	}
	for name, arguments := range commands {
		t.Run(name, func(t *testing.T) {
			output, err := exec.CommandContext(t.Context(), promtool, arguments...).CombinedOutput()
			if err != nil || strings.Contains(string(output), "FAILED") {
				t.Errorf("promtool %s: %v\n%s", strings.Join(arguments, " "), err, output)
			}
		})
	}
}
