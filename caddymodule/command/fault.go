package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/fault"
	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
)

const (
	faultList = "list"
	faultAll  = "all"
)

func addFault(cmd *cobra.Command, f *choice) {
	f.allowed = []string{faultList, faultAll}
	for _, one := range fault.All() {
		f.allowed = append(f.allowed, one.Name)
	}
	choose(cmd, f, "fault", "play a forgery or a network fault by its `name`; list names them, all plays them all")
}

// listedFault is a fault in JSON.
type listedFault struct {
	Name        string      `json:"name"`
	Class       fault.Class `json:"class"`
	Description string      `json:"description"`
	Want        []int       `json:"want"`
}

func listFaults(cmd *cobra.Command) error {
	all := fault.All()
	listed := make([]listedFault, 0, len(all))
	for _, f := range all {
		listed = append(listed, listedFault{f.Name, f.Class, f.Description, f.Want})
	}
	if wantsJSON(cmd) {
		printJSON(cmd.OutOrStdout(), map[string]any{"faults": listed})
		return nil
	}
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "FAULT\tCLASS\tWANTED\tWHAT IT IS")
	for _, f := range listed {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", f.Name, f.Class, statuses(f.Want), f.Description)
	}
	return table.Flush()
}

func statuses(wanted []int) string {
	texts := make([]string, 0, len(wanted))
	for _, status := range wanted {
		texts = append(texts, strconv.Itoa(status))
	}
	return strings.Join(texts, ", ")
}

// playFaults plays one fault, or all of them.
func (s *sending) playFaults(ctx context.Context, cmd *cobra.Command, to *sender.Sender) error {
	fields, err := s.issueFields()
	if err != nil {
		return err
	}
	faults := fault.All()
	if s.fault.text != faultAll {
		faults = slices.DeleteFunc(faults, func(f fault.Fault) bool { return f.Name != s.fault.text })
	}
	if to.Issuer.Key == "" && to.Issuer.APIv3Key == "" {
		return errors.New("faults are made with the keys that the edge has: use --key-file, --key-env or --key-stdin; " +
			"for those of APIv3 --apiv3-key-file or --apiv3-key-env, and --private-key-file")
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "Playing %s against %s as merchant %s. Should one get through that must not, the app sees a payment of 1 fen for an order that does not exist.\n",
		s.fault.text, visible(redacted(to.URL)), s.mchID)
	r := faultReport{all: s.fault.text == faultAll}
	p := newProgress(cmd)
	for i, f := range faults {
		p.playing(i+1, len(faults), f.Name)
		result := f.Play(ctx, fault.Target{Sender: to, Fields: fields})
		if r.interrupted = ctx.Err() != nil; r.interrupted {
			break
		}
		r.results = append(r.results, result)
	}
	p.end()
	r.print(cmd)
	if !r.ok() {
		return errNo
	}
	return nil
}
