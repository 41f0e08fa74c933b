package command

import (
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
)

// report is how deliveries went.
type report struct {
	attempts    []attempt
	interrupted bool
}

// attempt is one delivery as it is printed.
type attempt struct {
	Number   int      `json:"number"`
	Status   int      `json:"status"` // 0 without an answer
	Acked    bool     `json:"acked"`
	Reason   string   `json:"reason,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
	TookMS   int64    `json:"took_ms"`
	Answer   string   `json:"answer,omitempty"`

	line string
}

// maxShown bounds what is kept of an answer. Acks are shorter.
const maxShown = 1 << 10

func (r *report) add(number int, a sender.Attempt) {
	r.attempts = append(r.attempts, attempt{
		Number: number, Status: a.Status, Acked: a.Ack.Acked, Reason: a.Ack.Reason, Warnings: a.Ack.Warnings,
		TookMS: a.Took.Milliseconds(), Answer: a.Body[:min(len(a.Body), maxShown)],
		line: fmt.Sprintf("%s\t%s\t%s", statusOf(a), round(a.Took), verdictOf(a)),
	})
}

func (r *report) acked() (n int) {
	for _, a := range r.attempts {
		if a.Acked {
			n++
		}
	}
	return n
}

func (r *report) print(cmd *cobra.Command) {
	if wantsJSON(cmd) {
		printJSON(cmd.OutOrStdout(), struct {
			Deliveries  []attempt `json:"deliveries"`
			Acked       bool      `json:"acked"` // the last one
			Interrupted bool      `json:"interrupted"`
		}{r.attempts, r.endsAcked(), r.interrupted})
		return
	}
	out := cmd.OutOrStdout()
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "DELIVERY\tSTATUS\tTOOK\tTO WECHAT PAY IT IS")
	var warnings []string
	for _, a := range r.attempts {
		fmt.Fprintf(table, "%d\t%s\n", a.Number, a.line)
		warnings = append(warnings, a.Warnings...)
	}
	_ = table.Flush() // as every print
	slices.Sort(warnings)
	for _, warning := range slices.Compact(warnings) {
		fmt.Fprintln(out, "warning:", warning)
	}
	if len(r.attempts) == 1 && r.attempts[0].Answer != "" {
		fmt.Fprintln(out, "answer: ", visible(r.attempts[0].Answer))
	}
	if len(r.attempts) > 1 {
		fmt.Fprintf(out, "%d deliveries, %d acked\n", len(r.attempts), r.acked())
	}
	if r.interrupted {
		fmt.Fprintln(out, "interrupted: that is what there was by then")
	}
}

func (r *report) endsAcked() bool {
	return len(r.attempts) > 0 && r.attempts[len(r.attempts)-1].Acked
}
