package command

import (
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/fault"
)

func TestFaultReportIsOK(t *testing.T) {
	control, forgery := fault.Control, fault.Forgery
	result := func(class fault.Class, state fault.State) fault.Result {
		return fault.Result{Class: class, State: state}
	}
	taken := result(control, fault.Taken)
	tests := []struct {
		name    string
		all     bool
		results []fault.Result
		want    bool
	}{
		{"a single one that is refused", false, []fault.Result{result(forgery, fault.Refused)}, true},
		{"a single one that is taken", false, []fault.Result{taken}, true},
		{"a single one without a proof", false, []fault.Result{result(forgery, fault.NotProven)}, false},
		{"a single one that does not fit", false, []fault.Result{result(forgery, fault.NotApplicable)}, false},
		{"all as it should be", true, []fault.Result{taken, result(forgery, fault.Refused)}, true},
		{"some without a proof, some that do not fit", true, []fault.Result{taken, result(forgery, fault.NotProven), result(forgery, fault.NotApplicable)}, true},
		{"one of two controls does not fit", true, []fault.Result{taken, result(control, fault.NotApplicable)}, true},
		{"one is let through", true, []fault.Result{taken, result(forgery, fault.LetThrough), result(forgery, fault.Refused)}, false},
		{"one is answered otherwise", true, []fault.Result{taken, result(forgery, fault.Unexpected)}, false},
		{"one could not be played", true, []fault.Result{taken, result(forgery, fault.Failed)}, false},
		{"a control is refused", true, []fault.Result{taken, result(control, fault.Unexpected)}, false},
		{"a control without a proof", true, []fault.Result{taken, result(control, fault.NotProven)}, false},
		{"no control fits", true, []fault.Result{result(control, fault.NotApplicable), result(forgery, fault.Refused)}, false},
		{"none at all", true, nil, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := faultReport{all: test.all, results: test.results}
			if got := r.ok(); got != test.want {
				t.Errorf("got %t, want %t", got, test.want)
			}
			if r.interrupted = true; r.ok() {
				t.Error("interrupted, it proves nothing")
			}
		})
	}
}
