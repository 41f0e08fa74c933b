// Proxy compares a site with wechatpay_notify with the bare Caddy directives that do the same work without looking at
// the body: requests per second, and memory per request in flight. It prints Markdown tables and judges nothing by its
// exit code but whether it could measure.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench/sample"
)

type settings struct {
	caddy            string
	plugin           bool   // this Caddy has the handler
	dir              string // for everything that is written
	rounds           int
	duration         time.Duration
	connections      int
	memoryRounds     int
	inFlightRequests int
	profiles         string
}

func main() {
	log.SetFlags(0)
	var s settings
	flag.StringVar(&s.caddy, "caddy", "", "the Caddy binary to measure")
	flag.IntVar(&s.rounds, "rounds", 5, "how often all sites are put under load in turn; 0 leaves the load out")
	flag.DurationVar(&s.duration, "duration", 3*time.Second, "how long one site is under load in one round")
	flag.IntVar(&s.connections, "connections", 64, "connections that wrk keeps open")
	flag.IntVar(&s.memoryRounds, "memory-rounds", 3, "how often memory is measured; 0 leaves it out")
	flag.IntVar(&s.inFlightRequests, "in-flight", 1000, "requests held while memory is measured")
	flag.StringVar(&s.profiles, "profiles", "", "a directory for a CPU profile of each site, taken in one more round")
	limit := flag.Duration("timeout", 15*time.Minute, "give up after this long")
	flag.Parse()

	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, *limit)
	defer cancel()
	if err := s.run(ctx); err != nil {
		log.Fatal(err)
	}
}

func (s *settings) run(ctx context.Context) error {
	if s.caddy == "" {
		return errors.New("name the Caddy binary: -caddy ../caddy")
	}
	if _, err := exec.LookPath("wrk"); err != nil && s.rounds > 0 {
		return fmt.Errorf("wrk has to be installed: %w", err)
	}
	version, err := exec.CommandContext(ctx, s.caddy, "version").Output()
	if err != nil {
		return fmt.Errorf("%s version: %w", s.caddy, err)
	}
	if s.plugin, err = hasPlugin(s.caddy); err != nil {
		return err
	}
	if !s.plugin {
		fmt.Fprintln(os.Stderr, "this Caddy has no wechatpay_notify: only the bare sites are measured")
	}
	if s.dir, err = os.MkdirTemp("", "bench-proxy"); err != nil {
		return err
	}
	defer os.RemoveAll(s.dir)

	fmt.Printf("Caddy %s, %s/%s, %d CPUs shared by wrk, Caddy and the upstream; loopback, HTTP/1.1, body %d bytes; "+
		"%d connections, median of %d rounds of %s each.\n\n", strings.Fields(string(version))[0], runtime.GOOS,
		runtime.GOARCH, runtime.NumCPU(), sample.Size, s.connections, s.rounds, s.duration)
	if s.rounds > 0 {
		if err := s.throughput(ctx); err != nil {
			return err
		}
	}
	if s.memoryRounds > 0 {
		return s.inFlight(ctx)
	}
	return nil
}
