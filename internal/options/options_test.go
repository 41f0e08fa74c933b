package options_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/options"
)

// read reads a block with an option of each kind.
func read(text string) (names []string, wait caddy.Duration, size int64, err error) {
	d := caddyfile.NewTestDispenser("directive {\n" + text + "\n}")
	d.Next()
	err = options.ForEach(d, func(d *caddyfile.Dispenser, option string) error {
		switch option {
		case "name", "again":
			var some []string
			err := options.Some(d, &some)
			names = append(names, some...)
			return err
		case "wait":
			return options.Duration(d, &wait)
		case "size":
			return options.Size(d, &size)
		case "color":
			var color string
			return options.One(d, &color, "red", "blue")
		}
		return d.Errf("unknown %s", option)
	}, "again")
	return names, wait, size, err
}

func TestForEach(t *testing.T) {
	names, wait, size, err := read("name a b\nwait 1d\nagain c\nsize 64KiB\nagain d\ncolor blue")
	if err != nil || !slices.Equal(names, []string{"a", "b", "c", "d"}) || wait != caddy.Duration(24*time.Hour) || size != 65536 {
		t.Errorf("got %q, %v, %d, %v", names, wait, size, err)
	}
}

// What could be overlooked is refused, with its name.
func TestForEachRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"name a\nname b":            "name appears twice",
		"again a\nwait 1s\nwait 1s": "wait appears twice",
		"name a {\nb\n}":            "name takes no block",
		"again a {\nb\n}":           "again takes no block",
		"name":                      "wrong argument count",
		"wait":                      "wrong argument count",
		"wait 1s 2s":                "wrong argument count",
		"wait long":                 `wait "long" is not a positive duration`,
		"wait -1s":                  `wait "-1s" is not a positive duration`,
		"wait 0s":                   `wait "0s" is not a positive duration`,
		"size 0":                    `size "0" is not a size`,
		"size 2GiB":                 `size "2GiB" is not a size`,
		"color green":               `color "green" is not one of ["red" "blue"]`,
		"other":                     "unknown other",
	} {
		if _, _, _, err := read(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}
