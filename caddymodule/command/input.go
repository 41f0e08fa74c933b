package command

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/net/http/httpguts"
	"golang.org/x/term"
)

// maxInput bounds every file. Notifications have a few thousand bytes.
const maxInput = 1 << 20

// inputHelp is part of the help of the commands that read a notification.
const inputHelp = `
The body is read from FILE, or from standard input. It must be the bytes as they came: an
editor, a terminal or a log can change them. Header lines and a blank line may stand
before it, as the command sign prints them; APIv3 needs its Wechatpay-* headers there, or
as --header 'Name: value'.
`

// received is a notification as it came.
type received struct {
	header http.Header
	body   string
}

// headerFlags are headers that were not kept together with the body.
type headerFlags struct{ lines []string }

func (h *headerFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&h.lines, "header", nil,
		"a header of the notification, as `'Name: value'`; may be repeated, and replaces the same of the file")
	complete(cmd, "header", cobra.NoFileCompletions)
}

// read returns the notification in the file. Headers of the flags count instead of those
// that stand there.
func (h *headerFlags) read(cmd *cobra.Command, file string) (got received, err error) {
	given := http.Header{}
	for _, line := range h.lines {
		name, value, ok := splitHeaderLine(line)
		if !ok {
			return got, errors.New("--header takes 'Name: value', as in --header 'Wechatpay-Nonce: 5K8264ILTKCH16CQ2502SI8ZNMTM67VS'")
		}
		given.Add(name, value)
	}
	text, err := readInput(cmd, file)
	if err != nil {
		return got, err
	}
	got.header, got.body = splitHeader(text)
	maps.Copy(got.header, given)
	return got, nil
}

// standardInput is the name of a file that is none.
const standardInput = "-"

func readInput(cmd *cobra.Command, file string) (text string, err error) {
	if file == standardInput {
		if isTerminal(cmd.InOrStdin()) {
			fmt.Fprintln(cmd.ErrOrStderr(), "Reading the body from standard input; Ctrl-D ends it.")
		}
		text, err = readBounded(cmd.InOrStdin())
	} else {
		text, err = readFile(file)
	}
	if err != nil {
		return "", fmt.Errorf("the body: %w", err)
	}
	return text, nil
}

// splitHeader separates the header lines from the body, if the text begins with any and
// a blank line follows.
func splitHeader(text string) (http.Header, string) {
	header := http.Header{}
	for rest := text; ; {
		line, after, more := strings.Cut(rest, "\n")
		line = strings.TrimSuffix(line, "\r")
		if line == "" && len(header) > 0 {
			return header, after
		}
		name, value, ok := splitHeaderLine(line)
		if !ok || !more {
			return http.Header{}, text
		}
		header.Add(name, value)
		rest = after
	}
}

func splitHeaderLine(line string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(line, ":")
	value = strings.Trim(value, " \t")
	return name, value, ok && httpguts.ValidHeaderFieldName(name) && httpguts.ValidHeaderFieldValue(value)
}

// readFile reads a file. The error does not repeat its name: a key may have got into its
// place.
func readFile(name string) (string, error) {
	file, err := os.Open(name) // #nosec G304 -- the user names it
	if err == nil {
		defer file.Close()
		var text string
		if text, err = readBounded(file); err == nil {
			return text, nil
		}
	}
	if wrapped, ok := errors.AsType[*fs.PathError](err); ok {
		err = wrapped.Err
	}
	return "", err
}

func readBounded(in io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	if err == nil && len(text) > maxInput {
		err = errors.New("more than 1 MiB, which is too large")
	}
	if err != nil {
		return "", err
	}
	return string(text), nil
}

// isTerminal reports whether somebody sits at a stream.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
