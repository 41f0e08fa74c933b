package command

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/fault"
)

// faultReport is how faults went.
type faultReport struct {
	results     []fault.Result
	all         bool
	interrupted bool
}

// ok is whether everything was as it should be. A single fault was named for a proof. Of
// all of them some may have none, or not fit; but where no genuine notification gets
// through, that the others do not proves nothing.
func (r *faultReport) ok() bool {
	controlled := !r.all
	for _, result := range r.results {
		mustHold := !r.all || result.Class == fault.Control && result.State != fault.NotApplicable
		if result.Bad() || mustHold && !result.OK() {
			return false
		}
		controlled = controlled || result.Class == fault.Control && result.OK()
	}
	return controlled && !r.interrupted
}

// playedFault is the result of a fault in JSON.
type playedFault struct {
	Name   string      `json:"name"`
	Class  fault.Class `json:"class"`
	State  fault.State `json:"state"`
	Status int         `json:"status"` // 0 without an answer
	Code   string      `json:"code,omitempty"`
	Want   []int       `json:"want"`
	TookMS int64       `json:"took_ms"`
	Detail string      `json:"detail,omitempty"`
}

func (r *faultReport) print(cmd *cobra.Command) {
	if wantsJSON(cmd) {
		played := make([]playedFault, 0, len(r.results))
		for _, f := range r.results {
			played = append(played, playedFault{f.Name, f.Class, f.State, f.Status, f.Code, f.Want, f.Took.Milliseconds(), f.Detail})
		}
		printJSON(cmd.OutOrStdout(), struct {
			Faults      []playedFault `json:"faults"`
			OK          bool          `json:"ok"`
			Interrupted bool          `json:"interrupted"`
		}{played, r.ok(), r.interrupted})
		return
	}
	out := cmd.OutOrStdout()
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "FAULT\tCLASS\tCAME BACK\tWANTED\tVERDICT")
	for _, f := range r.results {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", f.Name, f.Class, cameBack(f), statuses(f.Want), faultVerdict(f))
	}
	_ = table.Flush() // as every print
	fmt.Fprintln(out, r.summary())
}

func cameBack(f fault.Result) string {
	if f.Status == 0 {
		return "-"
	}
	return strings.TrimSpace(strconv.Itoa(f.Status) + " " + visible(f.Code))
}

// faultVerdict is the state, and why it is not as it should be. What is bad is in capitals.
func faultVerdict(f fault.Result) string {
	verdict := string(f.State)
	switch {
	case f.OK() && (f.Status == 0 || slices.Contains(f.Want, f.Status)):
		return verdict
	case f.Bad():
		verdict = strings.ToUpper(verdict)
	}
	return verdict + ": " + visible(f.Detail)
}

// summary counts the states.
func (r *faultReport) summary() string {
	var good, bad, unproven, unfit int
	for _, f := range r.results {
		switch {
		case f.OK():
			good++
		case f.Bad():
			bad++
		case f.State == fault.NotProven:
			unproven++
		default:
			unfit++
		}
	}
	summary := fmt.Sprintf("%d as it should be, %d not as it should be, %d not proven, %d not applicable", good, bad, unproven, unfit)
	if r.interrupted {
		summary += "; interrupted: that is what there was by then"
	}
	return summary
}
