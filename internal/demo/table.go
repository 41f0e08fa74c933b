package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// row is what one delivery came to.
type row struct {
	delivery
	got   ack
	visit *visit // nil if the shop was not called
}

func (r row) ok() bool {
	return expectation{r.got.status, r.got.Code, r.shopDid()} == r.want
}

func (r row) shopDid() string {
	if r.visit == nil {
		return notCalled
	}
	return r.visit.did
}

// cells returns the columns of the row, each of them two lines high.
func (r row) cells() [][2]string {
	saw, said := [2]string{"nothing", ""}, [2]string{"-", ""}
	if v := r.visit; v != nil {
		saw = [2]string{v.event, fmt.Sprintf("%d fen for %s", v.total, v.outTradeNo)}
		said = [2]string{strings.TrimSpace(v.reply.Code + " " + v.reply.Message), v.did}
	}
	verdict := "ok"
	if !r.ok() {
		verdict = "WRONG"
	}
	return [][2]string{
		{r.title, r.detail},
		{fmt.Sprintf("%d %s", r.got.status, r.got.Code), r.got.Message},
		saw,
		said,
		{fmt.Sprintf("%d %s", r.want.status, r.want.code), r.want.shop},
		{verdict, ""},
	}
}

// printTable prints the rows under their headings, with a blank line before each.
func printTable(out io.Writer, rows []row) {
	var text bytes.Buffer
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SENT\tWECHAT PAY GOT\tSHOP SAW\tSHOP SAID\tEXPECTED\t")
	for _, r := range rows {
		for line := range 2 {
			for _, cell := range r.cells() {
				fmt.Fprint(table, cell[line], "\t")
			}
			fmt.Fprintln(table)
		}
	}
	_ = table.Flush() // to memory: cannot fail

	number := 0
	for line := range strings.Lines(text.String()) {
		if number%2 == 1 {
			fmt.Fprintln(out)
		}
		fmt.Fprintln(out, strings.TrimRight(line, " \n"))
		number++
	}
}
