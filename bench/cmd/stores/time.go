package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench/process"
	"github.com/caddy-wechatpay/caddy-wechatpay/bench/sample"
	"github.com/caddy-wechatpay/caddy-wechatpay/bench/stats"
	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// concurrent are the numbers of deliveries at a time.
var concurrent = []int{1, 8, 64}

// contender is a store that is timed.
type contender struct {
	name   string
	source dedupe.Source
	ledger *ledger
	next   atomic.Int64

	alone []took            // every delivery while there was one at a time
	rates map[int][]float64 // facts per second, one for each round
}

// time has all stores timed in turn.
func (s *settings) time(ctx context.Context, server *process.Redis) error {
	contenders := []*contender{
		{name: "memory", source: memorySource()},
		{name: "file", source: fileSource(filepath.Join(s.dir, "timed.db"))},
	}
	if server != nil {
		contenders = append(contenders, &contender{name: "redis", source: redisSource(server)})
	}
	for _, c := range contenders {
		var err error
		if c.ledger, err = open(ctx, c.source); err != nil {
			return err
		}
		defer c.ledger.close()
		c.rates = make(map[int][]float64)
		c.next.Store(firstTimed)
	}
	for range s.rounds {
		for _, atATime := range concurrent {
			for _, c := range contenders {
				if err := c.run(ctx, atATime, s.duration); err != nil {
					return fmt.Errorf("%s: %w", c.name, err)
				}
			}
		}
	}
	printTimes(contenders, s)
	printMissing(server)
	return nil
}

// firstTimed is far from what was weighed: Redis still knows that.
const firstTimed = 1e9

func (c *contender) run(ctx context.Context, atATime int, duration time.Duration) error {
	start := time.Now()
	all, err := c.ledger.deliver(ctx, sample.TransactionID, &c.next, atATime,
		func(int) bool { return time.Since(start) < duration })
	if err != nil {
		return err
	}
	c.rates[atATime] = append(c.rates[atATime], float64(len(all))/time.Since(start).Seconds())
	if atATime == 1 {
		c.alone = append(c.alone, all...)
	}
	return nil
}

func printTimes(contenders []*contender, s *settings) {
	fmt.Printf("Facts that are begun and accepted, %d rounds of %s for each number of deliveries at a time:\n\n",
		s.rounds, s.duration)
	fmt.Println("| store | begin, µs, median | 99 % | accept, µs, median | 99 % | facts/s, 1 at a time | 8 | 64 |")
	fmt.Println("|---|---:|---:|---:|---:|---:|---:|---:|")
	for _, c := range contenders {
		fmt.Printf("| %s |", c.name)
		for _, of := range []func(took) time.Duration{
			func(t took) time.Duration { return t.begin },
			func(t took) time.Duration { return t.accept },
		} {
			var micros []float64
			for _, t := range c.alone {
				micros = append(micros, float64(of(t).Nanoseconds())/1e3)
			}
			slices.Sort(micros)
			fmt.Printf(" %.1f | %.1f |", micros[len(micros)/2], micros[len(micros)*99/100])
		}
		for _, atATime := range concurrent {
			fmt.Printf(" %.0f |", stats.Median(c.rates[atATime]))
		}
		fmt.Println()
	}
}
