package main

import (
	"context"
	"fmt"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench/process"
	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe/file"
	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe/memory"
	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe/redis"
)

// ledger is a store in use, by way of which the handler uses it.
type ledger struct {
	*dedupe.Ledger
	source dedupe.Source
}

func open(ctx context.Context, source dedupe.Source) (*ledger, error) {
	if p, ok := source.(caddy.Provisioner); ok {
		if err := p.Provision(caddy.Context{}); err != nil {
			return nil, err
		}
	}
	l := &ledger{dedupe.Acquire(source, zap.NewNop()), source}
	if err := l.Check(ctx); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *ledger) close() error { return dedupe.Return(l.source) }

// The sources forget nothing of what one run accepts.

func memorySource() dedupe.Source { return &memory.Source{MaxRecords: 100_000_000} }

func fileSource(path string) dedupe.Source { return &file.Source{Path: path} }

func redisSource(server *process.Redis) dedupe.Source { return &redis.Source{URL: server.URL()} }

// claim is what the handler claims for the payment with this transaction_id, with its default settings.
func claim(transactionID string) dedupe.Claim {
	return dedupe.Claim{
		ID:      fmt.Sprintf("transaction:1900000109:%s:SUCCESS", transactionID),
		Content: dedupe.Digest([]byte(transactionID)),
		Owner:   dedupe.NewOwner(),
		Lease:   33 * time.Second,
		Keep:    72 * time.Hour,
	}
}
