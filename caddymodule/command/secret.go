package command

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// secretFlags say where a secret stands. The secret itself is never an argument.
type secretFlags struct {
	name      string // --<name>-file, --<name>-env
	files     []string
	variables []string
}

func (s *secretFlags) add(cmd *cobra.Command, what, more string) {
	cmd.Flags().StringArrayVar(&s.files, s.name+"-file", nil, "the `file` with "+what+more)
	cmd.Flags().StringArrayVar(&s.variables, s.name+"-env", nil, "the environment `variable` with "+what)
	complete(cmd, s.name+"-env", completeVariable)
	refuseLiteral(cmd.Flags(), s.name, s.alternatives())
}

func (s *secretFlags) alternatives() string {
	return "--" + s.name + "-file FILE or --" + s.name + "-env NAME"
}

func (s *secretFlags) given() bool { return len(s.files)+len(s.variables) > 0 }

// read returns the secrets in the order in which they were named.
func (s *secretFlags) read() (secrets []string, _ error) {
	if len(s.files) > 0 && len(s.variables) > 0 {
		return nil, fmt.Errorf("both --%[1]s-file and --%[1]s-env are given; one of them is enough", s.name)
	}
	for _, name := range s.files {
		text, err := readFile(name)
		if err != nil {
			return nil, fmt.Errorf("--%s-file: %w; it takes the name of a file", s.name, err)
		}
		secrets = append(secrets, withoutLineEnd(text))
	}
	for _, name := range s.variables {
		secret, err := s.lookUp(name)
		if err != nil {
			return nil, err
		}
		secrets = append(secrets, secret)
	}
	return secrets, nil
}

// lookUp reads a variable. It repeats its name only if that cannot be a secret instead.
func (s *secretFlags) lookUp(name string) (string, error) {
	secret, set := os.LookupEnv(name)
	switch {
	case set && secret != "":
		return secret, nil
	case !isVariable(name):
		return "", fmt.Errorf("--%s-env: that is not set; it takes the name of an environment variable, such as WECHATPAY_APIV2_KEY", s.name)
	case set:
		return "", fmt.Errorf("--%s-env: the environment variable %s is empty", s.name, name)
	}
	return "", fmt.Errorf("--%s-env: the environment variable %s is not set; export it first", s.name, name)
}

// one returns the secret, where there can be only one.
func (s *secretFlags) one() (string, error) {
	secrets, err := s.read()
	switch {
	case err != nil:
		return "", err
	case len(secrets) == 0:
		return "", errors.New("use " + s.alternatives())
	case len(secrets) > 1:
		return "", fmt.Errorf("--%[1]s-file or --%[1]s-env is given more than once", s.name)
	}
	return secrets[0], nil
}

// withoutLineEnd drops the line end that an editor leaves in a file, as {file./path} of
// Caddy does. Whatever else is blank stays, and is found out.
func withoutLineEnd(text string) string {
	return strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
}

// readSecret reads a secret from standard input.
func readSecret(in io.Reader) (string, error) {
	text, err := readBounded(in)
	return withoutLineEnd(text), err
}

// isVariable reports whether a word looks like the name of a variable: in capitals, and
// with an underscore or few characters. Keys have 32, and no underscore.
func isVariable(name string) bool {
	const names = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
	return strings.Trim(name, names) == "" && (len(name) < 24 || strings.Contains(name, "_"))
}

// completeVariable offers the names of the variables that are set, and no values.
func completeVariable(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []cobra.Completion
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, begun) {
			names = append(names, name)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
