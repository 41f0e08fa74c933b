package redis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

func init() { redis.SetLogger(silent{}) }

// silent drops what the client would print on standard error: every error comes back
// from the call that met it, and is logged there.
type silent struct{}

// Printf implements the client's logger.
func (silent) Printf(context.Context, string, ...any) {}

// clientFor returns what makes a client for one server, a cluster, or the master that
// Sentinel knows, whichever the URL is of. An error does not repeat the URL, which may
// hold a password.
func clientFor(address string) (newClient func() redis.UniversalClient, err error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Opaque != "" {
		return nil, errors.New("url is none; in a user name or password, percent-encode what has a meaning in a URL")
	}
	switch query := parsed.Query(); {
	case query.Has("master_name"):
		return sentinel(address)
	case query.Has("addr"):
		return cluster(address)
	}
	return server(address)
}

func server(address string) (func() redis.UniversalClient, error) {
	options, err := redis.ParseURL(address)
	if err != nil {
		return nil, unusable(err)
	}
	options.ContextTimeoutEnabled = true
	options.MaintNotificationsConfig = noMaintNotifications
	options.DialerRetries = cmp.Or(options.DialerRetries, dialOnce)
	return func() redis.UniversalClient { return redis.NewClient(options) }, nil
}

func cluster(address string) (func() redis.UniversalClient, error) {
	options, err := redis.ParseClusterURL(address)
	if err != nil {
		return nil, unusable(err)
	}
	options.ContextTimeoutEnabled = true
	options.MaintNotificationsConfig = noMaintNotifications
	options.DialerRetries = cmp.Or(options.DialerRetries, dialOnce)
	return func() redis.UniversalClient { return redis.NewClusterClient(options) }, nil
}

func sentinel(address string) (func() redis.UniversalClient, error) {
	options, err := redis.ParseFailoverURL(address)
	if err != nil {
		return nil, unusable(err)
	}
	if options.ReplicaOnly || options.RouteByLatency || options.RouteRandomly {
		return nil, errors.New("url must not lead to replicas: records are written")
	}
	options.ContextTimeoutEnabled = true
	options.DialerRetries = cmp.Or(options.DialerRetries, dialOnce)
	return func() redis.UniversalClient { return redis.NewFailoverClient(options) }, nil
}

// dialOnce lets a refused connection be an error at once; commands are tried again anyway.
const dialOnce = 1

// noMaintNotifications saves the handshake of a feature that one vendor's service has.
var noMaintNotifications = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}

// unusable shortens an error of the client's by the part of the URL that it repeats.
func unusable(err error) error {
	text, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "redis: "), ":")
	return fmt.Errorf("url cannot be used: %s", text)
}
