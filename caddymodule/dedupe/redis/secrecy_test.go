package redis

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

func TestPasswordInTheConfigurationItselfIsWarnedOf(t *testing.T) {
	t.Setenv("WECHATPAY_TEST_PASSWORD", "s3cret")
	t.Setenv("WECHATPAY_TEST_URL", "redis://:s3cret@h")
	tests := map[string]struct {
		url  string
		warn bool
	}{
		"a literal password":              {"redis://:s3cret@h", true},
		"a literal password of a user":    {"redis://edge:s3cret@h", true},
		"a literal password of a socket":  {"unix://:s3cret@/run/redis.sock", true},
		"a literal password of a cluster": {"redis://:s3cret@h?addr=h2:2", true},
		"a literal password of Sentinel":  {"redis://:s3cret@h?master_name=shop", true},
		"a literal password of a master":  {"redis://h?master_name=shop&password=s3cret", true},
		"a password from a variable":      {"redis://:{env.WECHATPAY_TEST_PASSWORD}@h", false},
		"a master's from a variable":      {"redis://h?master_name=shop&password={env.WECHATPAY_TEST_PASSWORD}", false},
		"a URL from a variable":           {"{env.WECHATPAY_TEST_URL}", false},
		"no password":                     {"redis://h", false},
		"a user alone":                    {"redis://edge@h", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			logged := loggedBy(t, func() {
				if _, err := provision(t, test.url); err != nil {
					t.Error(err)
				}
			})
			if warned := strings.Contains(logged, "the password of Redis stands in the configuration itself"); warned != test.warn {
				t.Errorf("warned: %t, want %t: %s", warned, test.warn, logged)
			}
			discreet(t, logged, "s3cret")
		})
	}
}

// loggedBy returns what is logged meanwhile. Outside of a running Caddy, Caddy logs to
// standard error.
func loggedBy(t *testing.T, do func()) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	stderr := os.Stderr
	os.Stderr = file
	defer func() { os.Stderr = stderr }()
	do()
	logged, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(logged)
}

func TestSourceKeepsItsURLOutOfTheLog(t *testing.T) {
	t.Setenv("WECHATPAY_TEST_PASSWORD", "s3cret")
	source, err := provision(t, "redis://:{env.WECHATPAY_TEST_PASSWORD}@h")
	if err != nil {
		t.Fatal(err)
	}
	encoder := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
	line, err := encoder.EncodeEntry(zapcore.Entry{}, []zapcore.Field{zap.Any("module", source)})
	if err != nil {
		t.Fatal(err)
	}
	discreet(t, line.String(), "s3cret")
	if !strings.Contains(line.String(), `"store":"redis"`) {
		t.Errorf("%s does not tell what it is", line)
	}
}

func TestSourceKeepsItsPlaceholder(t *testing.T) {
	t.Setenv("WECHATPAY_TEST_PASSWORD", "s3cret")
	const url = "redis://:{env.WECHATPAY_TEST_PASSWORD}@h"
	source, err := provision(t, url)
	if err != nil {
		t.Fatal(err)
	}
	if config, err := json.Marshal(source); err != nil || string(config) != `{"url":"`+url+`"}` {
		t.Errorf("%s, error %v, want the URL as it was configured", config, err)
	}
}

// The client would print what it meets, with addresses, on standard error, where nobody
// expects it.
func TestClientPrintsNothing(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	output, err := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestServerThatIsNotThere$").CombinedOutput()
	if err != nil || strings.TrimSpace(string(output)) != "PASS" {
		t.Errorf("error %v, printed: %s", err, output)
	}
}
