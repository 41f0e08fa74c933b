package command_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/fault"
)

// The list needs nothing, and names each fault with its class.
func TestFaultList(t *testing.T) {
	got := run(t, "", "send", "--fault", "list")
	got.want(t, 0, "FAULT", "")
	lines := strings.Split(strings.TrimSpace(got.stdout), "\n")[1:]
	all := fault.All()
	if len(lines) != len(all) || len(all) == 0 {
		t.Fatalf("got %d lines for %d faults", len(lines), len(all))
	}
	for i, f := range all {
		if words := strings.Fields(lines[i]); words[0] != f.Name || words[1] != string(f.Class) || !strings.HasSuffix(lines[i], f.Description) {
			t.Errorf("got %s for %s", lines[i], f.Name)
		}
	}
	var listed struct {
		Faults []struct {
			Name, Class, Description string
			Want                     []int
		}
	}
	got = run(t, "", "send", "--fault", "list", "--json")
	if err := json.Unmarshal([]byte(got.stdout), &listed); err != nil || len(listed.Faults) != len(all) || listed.Faults[0].Want[0] != 200 {
		t.Errorf("got %s (%v)", got.stdout, err)
	}
}

// An edge as it should be stands them all, of both versions.
func TestAllFaults(t *testing.T) {
	files(t, keyFiles(nil))
	e := startEdge(t)
	got := run(t, "", words("send "+e.url+withKeys+"--fault all --json")...)
	var r faultReport
	if err := json.Unmarshal([]byte(got.stdout), &r); err != nil {
		t.Fatalf("got code %d, %s, %s (%v)", got.code, got.stdout, got.stderr, err)
	}
	if got.code != 0 || !r.OK || r.Interrupted || len(r.Faults) != len(fault.All()) {
		t.Errorf("got code %d with %d faults", got.code, len(r.Faults))
	}
	for _, f := range r.Faults {
		if f.State != "refused" && f.State != "taken" && f.Name != "downgrade" { // which is for merchants of HMAC-SHA256
			t.Errorf("%s: %s, %d, %s", f.Name, f.State, f.Status, f.Detail)
		}
	}
	for _, want := range []string{"Playing all against " + e.url + " as merchant 1900000109. ", "1 of ", "control", "a payment of 1 fen for an order that does not exist"} {
		if !strings.Contains(got.stderr, want) {
			t.Errorf("%q is not in %s", want, got.stderr)
		}
	}
}

type faultReport struct {
	Faults []struct {
		Name, Class, State, Code, Detail string
		Status                           int
		Want                             []int
	}
	OK, Interrupted bool
}

func TestSingleFaults(t *testing.T) {
	files(t, keyFiles(nil))
	e := startEdge(t)
	const v2 = " --mch-id 1900000109 --key-file key.txt "
	tests := []struct {
		name, args     string
		code           int
		stdout, stderr string
	}{
		{"refused as it should be", v2 + "--fault forged-amount", 0, "forged-amount  forgery  401 FAIL   401     refused", "Playing forged-amount against "},
		{"taken as it should be", v2 + "--fault control", 0, "1 as it should be, 0 not as it should be", ""},
		{"for want of a key, a single one says no", v2 + "--fault v3-control", 1, "not applicable: it takes the APIv3 key", ""},
		{"with HMAC-SHA256 alone, what the edge takes", v2 + "--sign-type HMAC-SHA256 --fault downgrade", 1, "LET THROUGH", ""},
		{"without keys", " --mch-id 1900000109 --fault all", 2, "", "faults are made with the keys that the edge has"},
		{"without a merchant", " --key-file key.txt --fault all", 2, "", "--mch-id is missing"},
		{"with fields", v2 + "--fault control --field attach=a", 0, "taken", ""},
		{"with a field that is none", v2 + "--fault control --field attach", 2, "", "--field takes name=value"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run(t, "", words("send "+e.url+test.args)...).want(t, test.code, test.stdout, test.stderr)
		})
	}
}

// Where everything gets through, or nothing does, that is no edge.
func TestFaultsElsewhere(t *testing.T) {
	files(t, keyFiles(nil))
	tests := []struct {
		name   string
		answer func(int, http.ResponseWriter)
		fault  string
		stdout string
	}{
		{"an app that acks everything", acks, "forged-amount", "LET THROUGH"},
		{"a closed door", func(_ int, w http.ResponseWriter) { w.WriteHeader(http.StatusUnauthorized) }, "control", "UNEXPECTED ANSWER"},
		{"a page", func(_ int, w http.ResponseWriter) { fmt.Fprint(w, "<html>\x1b[2J") }, "wrong-key", "UNEXPECTED ANSWER"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := startStub(t, test.answer)
			got := run(t, "", words("send "+s.url+withKeys+"--fault "+test.fault)...)
			got.want(t, 1, test.stdout, "")
			if strings.Contains(got.stdout, "\x1b") {
				t.Errorf("got %q", got.stdout)
			}
		})
	}
}

// Before an app that knows no such order, what comes after an ack is not proven. That is
// said, but only somebody who asked for a proof of it has none.
func TestFaultsBeforeAnAppThatDeclines(t *testing.T) {
	files(t, keyFiles(nil))
	e := startEdge(t)
	e.app.decline()
	got := run(t, "", words("send "+e.url+withKeys+"--fault all")...)
	got.want(t, 0, "not proven: ", "")
	if summary := got.stdout[strings.LastIndex(strings.TrimSpace(got.stdout), "\n")+1:]; !strings.Contains(summary, " 0 not as it should be, ") || strings.Contains(summary, " 0 not proven") {
		t.Errorf("got %s", summary)
	}
	run(t, "", words("send "+e.url+withKeys+"--fault control")...).want(t, 0, "taken", "")
	run(t, "", words("send "+e.url+withKeys+"--fault replay")...).want(t, 1, "not proven: ", "")
}

// Who interrupts it gets what there is.
func TestInterruptedFaults(t *testing.T) {
	files(t, keyFiles(nil))
	e := startEdge(t)
	for _, args := range []string{"", " --json"} {
		ctx, interrupt := context.WithCancel(t.Context())
		stderr := &watcher{word: "3 of ", found: interrupt}
		got := runWatched(ctx, t, stderr, words("send "+e.url+withKeys+"--fault all"+args)...)
		got.want(t, 1, "interrupted", "")
		if !strings.Contains(got.stdout, "control") || strings.Contains(got.stdout, "forged-merchant") {
			t.Errorf("got %s", got.stdout)
		}
	}
}
