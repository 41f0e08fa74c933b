package integration

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

func init() {
	caddy.RegisterModule(new(collector))
}

// The loggers that matter here.
const (
	ownLogger    = "http.handlers.wechatpay_notify"
	accessLogger = "http.log.access"
)

// logBook holds what one Caddy has logged, at every level.
type logBook struct {
	name  string
	mutex sync.Mutex
	text  strings.Builder
	lines []logLine
	muted atomic.Bool // for floods
}

type logLine map[string]any

var (
	logBooks     sync.Map // by name, for the collector
	logBookCount atomic.Int64
)

func newLogBook(t *testing.T) *logBook {
	book := &logBook{name: fmt.Sprintf("book%d", logBookCount.Add(1))}
	logBooks.Store(book.name, book)
	t.Cleanup(func() {
		logBooks.Delete(book.name)
		if t.Failed() {
			t.Log("Caddy's log:\n" + book.everything())
		}
	})
	return book
}

// Write takes one line.
func (b *logBook) Write(line []byte) (int, error) {
	if b.muted.Load() {
		return len(line), nil
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.text.Write(line)
	var fields logLine
	if err := json.Unmarshal(line, &fields); err != nil {
		return 0, err
	}
	b.lines = append(b.lines, fields)
	return len(line), nil
}

// Close implements io.Closer.
func (b *logBook) Close() error { return nil }

func (b *logBook) everything() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.String()
}

// clear forgets the lines; everything keeps them.
func (b *logBook) clear() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.lines = nil
}

// with returns the lines that have a field.
func (b *logBook) with(field string) []logLine {
	return b.which(func(line logLine) bool { return line[field] != nil })
}

// saying returns the lines of a message.
func (b *logBook) saying(message string) []logLine {
	return b.which(func(line logLine) bool { return line["msg"] == message })
}

// of returns the lines of a logger; of the handler's own, those about deliveries.
func (b *logBook) of(logger string) []logLine {
	return b.which(func(line logLine) bool {
		return line["logger"] == logger && (logger != ownLogger || line["outcome"] != nil)
	})
}

func (b *logBook) which(matches func(logLine) bool) []logLine {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	var found []logLine
	for _, line := range b.lines {
		if matches(line) {
			found = append(found, line)
		}
	}
	return found
}

// one waits for the line of a logger's; lines are written after the answer.
func (b *logBook) one(t *testing.T, logger string) logLine {
	t.Helper()
	eventually(t, "no line of "+logger, func() bool { return len(b.of(logger)) > 0 })
	if lines := b.of(logger); len(lines) != 1 {
		t.Fatalf("%d lines of %s, want 1: %v", len(lines), logger, lines)
	}
	return b.of(logger)[0]
}

// eventually waits until done, and fails with message when that takes too long.
func eventually(t *testing.T, message string, done func() bool) {
	t.Helper()
	for range 1000 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal(message)
}

// collector is a log output that writes to a logBook of this process.
type collector struct {
	Name string `json:"name"`
}

// CaddyModule returns the Caddy module information.
func (*collector) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "caddy.logging.writers.collect", New: func() caddy.Module { return new(collector) }}
}

// UnmarshalCaddyfile reads: collect <name>.
func (c *collector) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next()
	if !d.Args(&c.Name) {
		return d.ArgErr()
	}
	return nil
}

func (c *collector) String() string    { return "collect " + c.Name }
func (c *collector) WriterKey() string { return c.String() }

// OpenWriter returns the logBook of that name.
func (c *collector) OpenWriter() (io.WriteCloser, error) {
	book, ok := logBooks.Load(c.Name)
	if !ok {
		return nil, io.ErrClosedPipe
	}
	return book.(*logBook), nil
}
