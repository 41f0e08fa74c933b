package fault_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/fault"
)

// A fault can be found by its name, and tells what it is.
func TestFaults(t *testing.T) {
	classes := []fault.Class{fault.Control, fault.Forgery, fault.Malformed, fault.Replay, fault.Network}
	seen, last := map[string]bool{}, 0
	for _, f := range fault.All() {
		if seen[f.Name] || strings.Trim(f.Name, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
			t.Errorf("%q is no name, or there twice", f.Name)
		}
		seen[f.Name] = true
		if named, ok := fault.Named(f.Name); !ok || named.Description != f.Description {
			t.Errorf("%s is not found by its name", f.Name)
		}
		if f.Description == "" || len(f.Want) == 0 {
			t.Errorf("%s does not tell what it is, or what is wanted", f.Name)
		}
		class := slices.Index(classes, f.Class)
		if class < last {
			t.Errorf("%s is of the class %q, which does not belong there", f.Name, f.Class)
		}
		last = class
	}
	if len(seen) < 20 || fault.All()[0].Name != "control" {
		t.Errorf("there are %d, the first of which is %s", len(seen), fault.All()[0].Name)
	}
	if f, ok := fault.Named("list"); ok {
		t.Errorf("got %+v", f)
	}
}

// Whoever gets the table cannot change it for others.
func TestAllIsACopy(t *testing.T) {
	fault.All()[0].Name = "changed"
	if name := fault.All()[0].Name; name != "control" {
		t.Errorf("the first is %s", name)
	}
}

// Only those that say so deliver a genuine notification that is new.
func TestDescriptionsOfGenuineOnes(t *testing.T) {
	for _, f := range fault.All() {
		if says := strings.Contains(f.Description, "a genuine payment of 1 fen"); says != delivers[f.Name] {
			t.Errorf("%s delivers a genuine payment: %t, and says so: %t", f.Name, delivers[f.Name], says)
		}
	}
}

// delivers are those that deliver a genuine notification. What they deliver comes to the app
// once, if it is not too old.
var delivers = map[string]bool{
	"control": true, "v3-control": true, "replay": true, "conflict": true, "stale": true, "two-copies": true, "ten-copies": true, "hang-up": true,
}
