// Stores measures the stores of dedupe without Caddy around them: how long a fact takes, how many facts a second they
// take, and what a million of them weighs. It prints Markdown tables.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench/process"
)

type settings struct {
	dir      string // for everything that is written
	rounds   int
	duration time.Duration
	records  int
	writers  int
}

func main() {
	log.SetFlags(0)
	var s settings
	flag.IntVar(&s.rounds, "rounds", 5, "how often all stores are timed in turn; 0 leaves the times out")
	flag.DurationVar(&s.duration, "duration", time.Second, "how long one store is timed in one round")
	flag.IntVar(&s.records, "records", 1_000_000, "how many records are weighed; 0 leaves them out")
	flag.IntVar(&s.writers, "writers", 64, "how many are written at a time when they are weighed")
	limit := flag.Duration("timeout", 30*time.Minute, "give up after this long")
	flag.Parse()

	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, *limit)
	defer cancel()
	if err := s.run(ctx); err != nil {
		log.Fatal(err)
	}
}

func (s *settings) run(ctx context.Context) (err error) {
	if s.dir, err = os.MkdirTemp("", "bench-stores"); err != nil {
		return err
	}
	defer os.RemoveAll(s.dir)
	redis, err := process.StartRedis(ctx, s.dir)
	if err == nil {
		defer redis.Stop()
	} else if !errors.Is(err, process.ErrNoRedis) {
		return err
	}
	if s.records > 0 {
		if err := s.weigh(ctx, redis); err != nil {
			return err
		}
	}
	if s.rounds > 0 {
		return s.time(ctx, redis)
	}
	return nil
}

func printMissing(redis *process.Redis) {
	if redis == nil {
		fmt.Printf("\nNot measured: redis, because %v.\n", process.ErrNoRedis)
	}
	fmt.Println()
}
