package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/spf13/cobra"
)

const jsonFlag = "json"

// addJSON adds the flag for output that programs read.
func addJSON(cmd *cobra.Command, usage string) {
	cmd.Flags().Bool(jsonFlag, false, usage)
}

func wantsJSON(cmd *cobra.Command) bool {
	wanted, err := cmd.Flags().GetBool(jsonFlag)
	return err == nil && wanted
}

// printJSON prints a value on one line.
func printJSON(out io.Writer, value any) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // it is XML that is shown
	if err := encoder.Encode(value); err != nil {
		panic(err) // the values are ours
	}
	fmt.Fprint(out, harmless(text.String()))
}

// harmless is JSON that cannot steer a terminal. It means the same: characters that JSON
// allows as they are, and that terminals act on, become escapes.
func harmless(text string) string { return escape(text, asJSON) }

// visible shows what a stranger sent such that it cannot steer a terminal.
func visible(text string) string { return escape(text, asGo) }

func asJSON(r rune) string {
	if r == '\n' { // between documents
		return "\n"
	}
	var units strings.Builder
	for _, unit := range utf16.Encode([]rune{r}) {
		fmt.Fprintf(&units, `\u%04x`, unit)
	}
	return units.String()
}

func asGo(r rune) string {
	quoted := strconv.QuoteRuneToASCII(r)
	return quoted[1 : len(quoted)-1]
}

// escape replaces control characters, and those that are not seen but change how others
// are shown.
func escape(text string, as func(rune) string) string {
	if !strings.ContainsFunc(text, acts) {
		return text
	}
	var shown strings.Builder
	for _, r := range text {
		if acts(r) {
			shown.WriteString(as(r))
		} else {
			shown.WriteRune(r)
		}
	}
	return shown.String()
}

func acts(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }

// redacted is a URL without the password that it may hold.
func redacted(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return parsed.Redacted()
}
