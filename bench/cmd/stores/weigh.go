package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench/process"
	"github.com/caddy-wechatpay/caddy-wechatpay/bench/sample"
	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// weigh tells what the records of many payments take.
func (s *settings) weigh(ctx context.Context, server *process.Redis) error {
	fmt.Printf("%d records, written %d at a time, bytes for each:\n\n", s.records, s.writers)
	fmt.Println("| store | of what | bytes/record | all, MiB | to write all, s | to open the file again, ms |")
	fmt.Println("|---|---|---:|---:|---:|---:|")
	before := heap()
	if err := s.fill(ctx, memorySource(), sample.TransactionID, func(l *ledger, took time.Duration) error {
		s.print("memory", "heap", heap()-before, took, "")
		runtime.KeepAlive(l)
		return nil
	}); err != nil {
		return err
	}
	for _, order := range []struct {
		name string
		id   func(int) string
	}{
		{"transaction_id as WeChat Pay gives them, in no order", sample.TransactionID},
		{"ascending transaction_id", func(i int) string { return fmt.Sprintf("420000267120250601%010d", i) }},
	} {
		if err := s.weighFile(ctx, order.name, order.id); err != nil {
			return err
		}
	}
	if server != nil {
		if err := s.weighRedis(ctx, server); err != nil {
			return err
		}
	}
	printMissing(server)
	return nil
}

// fill writes the records to a store and has it weighed before it is closed.
func (s *settings) fill(ctx context.Context, source dedupe.Source, id func(int) string,
	weigh func(*ledger, time.Duration) error) error {
	l, err := open(ctx, source)
	if err != nil {
		return err
	}
	defer l.close()
	start := time.Now()
	var next atomic.Int64
	if _, err := l.deliver(ctx, id, &next, s.writers, func(done int) bool { return done <= s.records }); err != nil {
		return err
	}
	return weigh(l, time.Since(start))
}

func (s *settings) weighFile(ctx context.Context, what string, id func(int) string) error {
	path := filepath.Join(s.dir, "weighed.db")
	defer os.Remove(path)
	var wrote time.Duration
	err := s.fill(ctx, fileSource(path), id, func(_ *ledger, took time.Duration) error {
		wrote = took
		return nil
	})
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	start := time.Now()
	again, err := open(ctx, fileSource(path))
	if err != nil {
		return err
	}
	opened := time.Since(start)
	s.print("file", what, float64(info.Size()), wrote, fmt.Sprintf("%.1f", float64(opened.Microseconds())/1e3))
	return again.close()
}

func (s *settings) weighRedis(ctx context.Context, server *process.Redis) error {
	before, err := redisMemory(server.Addr)
	if err != nil {
		return err
	}
	return s.fill(ctx, redisSource(server), sample.TransactionID, func(_ *ledger, took time.Duration) error {
		after, err := redisMemory(server.Addr)
		if err == nil {
			s.print("redis", "its used_memory", after-before, took, "")
		}
		return err
	})
}

func (s *settings) print(store, what string, bytes float64, took time.Duration, opened string) {
	fmt.Printf("| %s | %s | %.0f | %.0f | %.0f | %s |\n", store, what, bytes/float64(s.records), bytes/(1<<20),
		took.Seconds(), opened)
}

// heap is what is in use after a collection.
func heap() float64 {
	runtime.GC()
	runtime.GC() // what a sync.Pool keeps survives the first
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc)
}

// redisMemory asks a server for what it uses.
func redisMemory(addr string) (float64, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "INFO memory\r\n"); err != nil {
		return 0, err
	}
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if number, ok := strings.CutPrefix(lines.Text(), "used_memory:"); ok {
			return strconv.ParseFloat(number, 64)
		}
	}
	return 0, fmt.Errorf("redis at %s does not tell its used_memory", addr)
}
