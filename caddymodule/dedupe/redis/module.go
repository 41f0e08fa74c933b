package redis

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

func init() { caddy.RegisterModule(new(Source)) }

// Source keeps the record of accepted notifications in Redis (2.6 or later) or Valkey,
// for several edges that take the same notifications. Set `maxmemory-policy noeviction`
// there: what is evicted is forgotten.
type Source struct {
	// Where Redis is. One server: `redis://user:password@host:6379/0`, with `rediss` for
	// TLS, or `unix:///path`. Sentinel:
	// `redis://host:26379/0?master_name=NAME&addr=host2:26379`, where user and password
	// before the host are Sentinel's own, and those of the servers are the parameters
	// `username` and `password`. Cluster:
	// `redis://host:6379?addr=host2:6379&addr=host3:6379`. Placeholders such as
	// `{env.REDIS_URL}` are expanded.
	URL string `json:"url,omitempty"`

	dedupe.Options

	url       string // expanded: it may hold a password
	newClient func() redis.UniversalClient
}

// CaddyModule returns the Caddy module information.
func (*Source) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  dedupe.Namespace + ".redis",
		New: func() caddy.Module { return new(Source) },
	}
}

// UnmarshalCaddyfile sets up the store from Caddyfile tokens. Syntax:
//
//	dedupe redis <url> {
//		timeout   <duration>
//		retention <duration>
//	}
func (s *Source) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the store's name
	if !d.Args(&s.URL) {
		return d.Err("dedupe redis needs a URL, such as redis://10.0.0.5:6379/0")
	}
	if d.NextArg() { // without repeating what may be a password
		return d.Err("dedupe redis takes one URL; a blank in it must be written as %20")
	}
	return s.UnmarshalBlock(d, "redis")
}

// Provision reads the URL. It does not connect.
func (s *Source) Provision(ctx caddy.Context) error {
	if s.URL == "" {
		return errors.New("dedupe redis: url is missing")
	}
	expanded, err := caddy.NewReplacer().ReplaceOrErr(s.URL, true, true)
	if err != nil {
		return errors.New("dedupe redis: url has a placeholder that stands for nothing; set the variable, or provide the file, for the process that runs Caddy")
	}
	s.url = expanded
	if s.newClient, err = clientFor(expanded); err != nil {
		return fmt.Errorf("dedupe redis: %w", err)
	}
	if s.hasLiteralPassword() {
		ctx.Logger().Warn("the password of Redis stands in the configuration itself, where the admin API and the autosave file show it; use {env.NAME} or {file./path}")
	}
	return nil
}

func (s *Source) hasLiteralPassword() bool {
	parsed, err := url.Parse(s.URL)
	if err != nil {
		return false
	}
	isLiteral := func(password string) bool { return password != "" && !strings.Contains(password, "{") }
	password, _ := parsed.User.Password()
	return isLiteral(password) || isLiteral(parsed.Query().Get("password"))
}

// Key implements [dedupe.Source].
func (s *Source) Key() string { return "redis " + s.url }

// NewStore implements [dedupe.Source].
func (s *Source) NewStore(*zap.Logger) dedupe.Store { return &store{s.newClient()} }

// MarshalLogObject keeps the URL out of Caddy's trace log.
func (s *Source) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("store", "redis")
	return nil
}

// Interface guards
var (
	_ dedupe.Source         = (*Source)(nil)
	_ caddy.Provisioner     = (*Source)(nil)
	_ caddy.Validator       = (*Source)(nil)
	_ caddyfile.Unmarshaler = (*Source)(nil)
)
