package main

import (
	"bufio"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench/sample"
)

//go:embed post.lua
var postScript []byte

// loader drives wrk. Every run gets notifications that none had before, whether the edge remembers them or not, so
// that the generator works equally hard for all.
type loader struct {
	dir         string
	connections int
	next        int // number of the first notification not used yet
}

// load is what one run of wrk did.
type load struct {
	requests int
	seconds  float64
	refused  int // answered with a status of 400 or more
	broken   int // not answered
	rewinds  int // times the notifications ran out and began anew
}

// recordsPerSecond is more than a proxy of two or four cores gets through. A faster one wraps around. Where deliveries
// are remembered, there is then no figure.
const recordsPerSecond = 50_000

func newLoader(dir string, connections int) (*loader, error) {
	l := &loader{dir: dir, connections: connections}
	return l, os.WriteFile(l.path("post.lua"), postScript, 0o600)
}

func (l *loader) path(name string) string { return filepath.Join(l.dir, name) }

func (l *loader) run(ctx context.Context, url string, forged bool, duration time.Duration) (load, error) {
	seconds := max(1, int(duration.Round(time.Second).Seconds())) // wrk knows whole seconds only
	if err := l.writeBodies(sample.Payment().Series(forged), seconds*recordsPerSecond); err != nil {
		return load{}, err
	}
	// One thread: its Lua state hands out every notification once.
	cmd := exec.CommandContext(ctx, "wrk", "-t1", fmt.Sprintf("-c%d", l.connections), fmt.Sprintf("-d%ds", seconds),
		"--timeout", "5s", "-s", l.path("post.lua"), url, "--", l.path("template"), l.path("records"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		return load{}, fmt.Errorf("wrk: %w\n%s", err, out)
	}
	return parseLoad(string(out))
}

func parseLoad(out string) (load, error) {
	_, line, _ := strings.Cut(out, "RESULT ")
	var l load
	var micros int64
	if _, err := fmt.Sscan(line, &l.requests, &micros, &l.refused, &l.broken, &l.rewinds); err != nil {
		return load{}, fmt.Errorf("cannot read what wrk printed: %w\n%s", err, out)
	}
	if l.requests == 0 || micros == 0 {
		return load{}, fmt.Errorf("wrk got no answer\n%s", out)
	}
	l.seconds = float64(micros) / 1e6
	return l, nil
}

func (l *loader) writeBodies(s sample.Series, count int) error {
	var template strings.Builder
	for _, part := range []string{s.Head, s.Middle, s.Tail} {
		fmt.Fprintf(&template, "%08d%s", len(part), part)
	}
	if err := os.WriteFile(l.path("template"), []byte(template.String()), 0o600); err != nil {
		return err
	}
	file, err := os.Create(l.path("records"))
	if err != nil {
		return err
	}
	defer file.Close()
	w := bufio.NewWriterSize(file, 1<<20)
	for range count {
		signature, id := s.At(l.next)
		l.next++
		w.WriteString(signature) // a write error stays in w until Flush
		w.WriteString(id)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return file.Sync() // or it gets in the way of whoever syncs a file of his own during the run
}
