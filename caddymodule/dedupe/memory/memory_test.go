package memory

import (
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe/dedupetest"
)

func TestMemoryConforms(t *testing.T) {
	dedupetest.Run(t, func(*testing.T) dedupe.Store { return newStore(defaultMaxRecords, zap.NewNop()) })
}

func TestMemoryAnswersAsTheModelDoes(t *testing.T) {
	for seed := range uint64(500) {
		synctest.Test(t, func(t *testing.T) {
			if err := dedupetest.Play(newStore(100, zap.NewNop()), dedupetest.Script(seed), time.Sleep); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		})
	}
}

func FuzzMemoryAnswersAsTheModelDoes(f *testing.F) {
	for seed := range uint64(5) {
		f.Add(dedupetest.Script(seed))
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		synctest.Test(t, func(t *testing.T) {
			if err := dedupetest.Play(newStore(100, zap.NewNop()), script, time.Sleep); err != nil {
				t.Fatal(err)
			}
		})
	})
}
