package command

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/sender"
)

// progress tells on standard error how several deliveries go: on a terminal in one line
// that is written again, otherwise in a line each.
type progress struct {
	out   io.Writer
	width int // of a terminal; 0 for anything else
	last  string
}

func newProgress(cmd *cobra.Command) *progress {
	p := &progress{out: cmd.ErrOrStderr()}
	if file, ok := p.out.(*os.File); ok && isTerminal(file) {
		p.width = 80
		if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
			p.width = width
		}
	}
	return p
}

func (p *progress) done(number int, a sender.Attempt) {
	p.last = fmt.Sprintf("delivery %d: %s", number, describe(a))
	p.show(p.last)
}

func (p *progress) waiting(number int, wait time.Duration) {
	next := fmt.Sprintf("delivery %d comes in %s, at %s", number, round(wait), time.Now().Add(wait).Format(time.TimeOnly))
	if p.width > 0 { // where the end of a long line is not seen
		next += "; " + p.last
	}
	p.show(next)
}

// playing tells which of several faults is on its way.
func (p *progress) playing(number, all int, name string) {
	p.last = fmt.Sprintf("%d of %d: %s", number, all, name)
	p.show(p.last)
}

// end leaves the line that was written again.
func (p *progress) end() {
	if p.width > 0 && p.last != "" {
		fmt.Fprintln(p.out)
	}
}

func (p *progress) show(line string) {
	if p.width == 0 {
		fmt.Fprintln(p.out, line)
		return
	}
	if runes := []rune(line); len(runes) >= p.width { // a second line could not be written again
		line = string(runes[:p.width-1])
	}
	fmt.Fprint(p.out, "\r\x1b[K"+line)
}

// describe tells in a few words what came back.
func describe(a sender.Attempt) string {
	return statusOf(a) + ", " + verdictOf(a) + ", " + round(a.Took).String()
}

func statusOf(a sender.Attempt) string {
	if a.Status == 0 {
		return "no answer"
	}
	return strconv.Itoa(a.Status)
}

func verdictOf(a sender.Attempt) string {
	if a.Ack.Acked {
		return "acked"
	}
	return "not acked: " + a.Ack.Reason
}

// round keeps what people read of a duration.
func round(d time.Duration) time.Duration {
	switch {
	case d >= 10*time.Second:
		return d.Round(time.Second)
	case d >= time.Millisecond:
		return d.Round(time.Millisecond)
	}
	return d.Round(time.Microsecond)
}
