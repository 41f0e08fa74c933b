package command

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The types below are flags that say themselves what is wrong with a value, without
// repeating it.

// choice is one of a few words.
type choice struct {
	text    string
	allowed []string
}

// String implements pflag.Value.
func (c *choice) String() string { return c.text }

// Type implements pflag.Value.
func (*choice) Type() string { return "name" }

// Set implements pflag.Value.
func (c *choice) Set(text string) error {
	if !slices.Contains(c.allowed, text) {
		return errors.New("it is none of " + strings.Join(c.allowed, ", "))
	}
	c.text = text
	return nil
}

// choose adds a flag with its completion.
func choose(cmd *cobra.Command, c *choice, name, usage string) {
	cmd.Flags().Var(c, name, usage)
	complete(cmd, name, cobra.FixedCompletions(c.allowed, cobra.ShellCompDirectiveNoFileComp))
}

// complete has the shell complete the values of a flag.
func complete(cmd *cobra.Command, name string, values cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(name, values); err != nil {
		panic(err) // the flag was added just before
	}
}

// duration is Caddy's: 90s, 48h, 2d.
type duration time.Duration

// String implements pflag.Value.
func (d *duration) String() string {
	if *d == 0 {
		return ""
	}
	return time.Duration(*d).String()
}

// Type implements pflag.Value.
func (*duration) Type() string { return "duration" }

// Set implements pflag.Value.
func (d *duration) Set(text string) error {
	parsed, err := caddy.ParseDuration(text)
	if err != nil || parsed <= 0 {
		return errors.New("it is not a duration such as 90s, 48h or 2d")
	}
	*d = duration(parsed)
	return nil
}

// count is a whole number from 1 to a limit.
type count struct{ n, limit int }

// String implements pflag.Value.
func (c *count) String() string { return strconv.Itoa(c.n) }

// Type implements pflag.Value.
func (*count) Type() string { return "number" }

// Set implements pflag.Value.
func (c *count) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > c.limit {
		return fmt.Errorf("it is not a whole number from 1 to %d", c.limit)
	}
	c.n = n
	return nil
}

// factor is how many times faster something goes.
type factor float64

// String implements pflag.Value.
func (f *factor) String() string { return strconv.FormatFloat(float64(*f), 'g', -1, 64) }

// Type implements pflag.Value.
func (*factor) Type() string { return "factor" }

// Set implements pflag.Value.
func (f *factor) Set(text string) error {
	parsed, err := strconv.ParseFloat(text, 64)
	if err != nil || !(parsed >= 1 && parsed <= maxSpeed) { // NaN is neither
		return fmt.Errorf("it is not a number from 1 to %d", maxSpeed)
	}
	*f = factor(parsed)
	return nil
}

// literal takes the place of a flag that there cannot be: a secret on the command line.
type literal struct{ instead string }

// String implements pflag.Value.
func (*literal) String() string { return "" }

// Type implements pflag.Value.
func (*literal) Type() string { return "secret" }

// Set implements pflag.Value.
func (l *literal) Set(string) error {
	return errors.New("a secret is not taken from the command line, where the list of processes and the shell's history show it; " +
		"use " + l.instead + " (and replace this one if others use this machine)")
}

// refuseLiteral adds a flag that only says what to use instead.
func refuseLiteral(flags *pflag.FlagSet, name, instead string) {
	flags.Var(&literal{instead}, name, "")
	flag := flags.Lookup(name)
	flag.Hidden, flag.NoOptDefVal = true, "none" // without a value, too
}
