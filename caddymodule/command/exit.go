package command

import (
	"errors"
	"fmt"
	"strconv"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// exitCodes is part of every help text.
const exitCodes = `
Exit codes: 0 %s; 1 %s; 2 the command line or a file is wrong.
`

// exitUsage is the code for a command line or a file that is wrong.
const exitUsage = 2

// errNo ends a command with code 1, the answer no. What there is to say about it has been
// said by then.
var errNo = errors.New("no")

// run makes a command out of its function: nil is code 0, errNo 1, any other error 2.
func run(f func(cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		err := f(cmd, args)
		if err != nil && !errors.Is(err, errNo) {
			return misused(cmd, err)
		}
		cmd.SilenceErrors = true // errNo is no text for people
		return err
	}
}

// misused reports what is wrong with the command line or a file. The text does not go
// through Caddy's log, as those of Caddy's own commands do: it is for people, who get it
// in JSON only with --json.
func misused(cmd *cobra.Command, err error) error {
	if wantsJSON(cmd) {
		printJSON(cmd.ErrOrStderr(), map[string]string{"error": err.Error()})
	} else {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s\n\nFor help: %s --help\n", cmd.CommandPath(), err, cmd.CommandPath())
	}
	cmd.SilenceErrors = true
	exit := caddycmd.WrapCommandFuncForCobra(func(caddycmd.Flags) (int, error) { return exitUsage, nil })
	return exit(cmd, nil)
}

// misusedFlag reports a flag that cannot be read, without what was given for it: a key may
// have got into its place.
func misusedFlag(cmd *cobra.Command, err error) error {
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		cause := invalid.Unwrap()
		if number, ok := errors.AsType[*strconv.NumError](cause); ok {
			cause = number.Err
		}
		return misused(cmd, fmt.Errorf("--%s: %w", invalid.GetFlag().Name, cause))
	}
	if _, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return misused(cmd, err)
	}
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok && unknown.GetSpecifiedShortnames() == "" && !couldBeSecret(unknown.GetSpecifiedName()) {
		return misused(cmd, err)
	}
	return misused(cmd, errors.New("there is an argument that is no flag of this command; flags begin with two dashes, as in --mch-id"))
}

// couldBeSecret reports whether a word is too long to be a flag of ours.
func couldBeSecret(word string) bool { return len(word) >= 24 }
