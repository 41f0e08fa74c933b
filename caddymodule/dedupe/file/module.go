package file

import (
	"fmt"
	"path/filepath"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

func init() { caddy.RegisterModule(new(Source)) }

// Source keeps the record of accepted notifications in a file, an embedded bbolt
// database. A record is on disk before WeChat Pay gets its SUCCESS. All handlers of a
// process that name the same file share it; a second process cannot use it.
type Source struct {
	// The file; placeholders such as `{env.NAME}` are expanded. Its directory is created.
	// Default: `wechatpay/dedupe.db` in Caddy's data directory.
	Path string `json:"path,omitempty"`

	dedupe.Options

	path string // expanded and absolute
}

// CaddyModule returns the Caddy module information.
func (*Source) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  dedupe.Namespace + ".file",
		New: func() caddy.Module { return new(Source) },
	}
}

// UnmarshalCaddyfile sets up the store from Caddyfile tokens. Syntax:
//
//	dedupe file [<path>] {
//		timeout   <duration>
//		retention <duration>
//	}
func (s *Source) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the store's name
	d.Args(&s.Path)
	if d.NextArg() {
		return d.ArgErr()
	}
	return s.UnmarshalBlock(d, "file")
}

// Provision works out the path.
func (s *Source) Provision(caddy.Context) error {
	if s.path = filepath.Join(caddy.AppDataDir(), "wechatpay", "dedupe.db"); s.Path != "" {
		expanded, err := caddy.NewReplacer().ReplaceOrErr(s.Path, true, true)
		if err != nil {
			return fmt.Errorf("dedupe file: %w", err)
		}
		s.path = expanded
	}
	absolute, err := filepath.Abs(s.path)
	if err != nil {
		return fmt.Errorf("dedupe file: %w", err)
	}
	s.path = absolute
	return nil
}

// Key implements [dedupe.Source].
func (s *Source) Key() string { return "file " + s.path }

// NewStore implements [dedupe.Source].
func (s *Source) NewStore(*zap.Logger) dedupe.Store { return newStore(s.path) }

// Interface guards
var (
	_ dedupe.Source         = (*Source)(nil)
	_ caddy.Provisioner     = (*Source)(nil)
	_ caddy.Validator       = (*Source)(nil)
	_ caddyfile.Unmarshaler = (*Source)(nil)
)
