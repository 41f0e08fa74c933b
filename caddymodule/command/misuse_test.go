package command_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// What is wrong with a command line is said without repeating what may be a key.
func TestMisuse(t *testing.T) {
	files(t, keyFiles(nil))
	tests := []struct {
		name, args string
		stderr     string
	}{
		{"an unknown command", "vefify", "there is no such command; did you mean verify?"},
		{"one that is like nothing", "publish", "the commands are verify, explain, sign, send and attach"},
		{"a key as the command", key, "there is no such command"},
		{"an unknown flag", "verify --merchant 1", "unknown flag: --merchant"},
		{"a key as a flag", "verify --" + key, "there is an argument that is no flag of this command"},
		{"a key after a dash", "verify -" + key, "there is an argument that is no flag of this command"},
		{"a flag without a name", "verify --=" + key, "there is an argument that is no flag of this command"},
		{"a flag without a value", "verify --mch-id", "flag needs an argument: --mch-id"},
		{"a key that is not even there", "verify --key", "--key: a secret is not taken from the command line"},
		{"no merchant", "verify --key-file key.txt body.xml", "--mch-id is missing"},
		{"a merchant that is none", "verify --mch-id 19+1 --key-file key.txt body.xml", "--mch-id: mch_id is not a merchant number"},
		{"a key as the merchant", "verify --mch-id " + key + " --key-file key.txt body.xml", "--mch-id: mch_id is not a merchant number"},
		{"a key as the body", "verify --mch-id 1900000109 --key-file key.txt " + key, "the body: no such file"},
		{"a key as an age", byKey + "--max-age " + key, "--max-age: it is not a duration such as 90s, 48h or 2d"},
		{"no age", byKey + "--max-age 0s", "--max-age: it is not a duration"},
		{"an age in the future", byKey + "--max-age -1h", "--max-age: it is not a duration"},
		{"a key as a signature type", byKey + "--sign-type " + key, "--sign-type: it is none of any, MD5, HMAC-SHA256"},
		{"a signature type in small letters", byKey + "--sign-type md5", "--sign-type: it is none of any, MD5, HMAC-SHA256"},
		{"a key for a switch", byKey + "--json=" + key, "--json: invalid syntax"},
		{"a key as the kind", "sign --kind " + key, "--kind: it is none of payment, deduction,"},
		{"a key as a field", "sign --kind payment --mch-id 1900000109 --key-file key.txt --field " + key, "--field takes name=value"},
		{"a key as an argument of sign", "sign " + key, "sign takes flags only"},
		{"a key as an argument of attach", "attach " + key, "attach takes flags only"},
		{"a key as a URL", "send --kind payment --mch-id 1900000109 --key-file key.txt " + key, "the URL is none to deliver to"},
		{"a key as a number", "send --repeat " + key, "--repeat: it is not a whole number from 1 to 10000"},
		{"a key as a factor", "send --speed " + key, "--speed: it is not a number from 1 to 1000000"},
		{"a key as a fault", "send --fault " + key, "--fault: it is none of list, all"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := run(t, "", words(test.args)...)
			got.want(t, 2, "", test.stderr)
			if !strings.HasPrefix(got.stderr, "caddy wechatpay") || !strings.Contains(got.stderr, "--help") || strings.Contains(got.stderr, "Error:") {
				t.Errorf("got %s", got.stderr)
			}
		})
	}
}

// Programs get errors in JSON, too.
func TestErrorsInJSON(t *testing.T) {
	files(t, nil)
	got := run(t, "", "verify", "--json", "--mch-id", mchID)
	var report struct{ Error string }
	if err := json.Unmarshal([]byte(got.stderr), &report); err != nil || !strings.HasPrefix(report.Error, "there is no key") || got.code != 2 {
		t.Errorf("got code %d, %s (%v)", got.code, got.stderr, err)
	}
}
