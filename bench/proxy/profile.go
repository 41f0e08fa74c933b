package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// profile is one more round, in which each edge tells what it spends its time on.
func (f *field) profile(ctx context.Context, l *loader) error {
	if err := os.MkdirAll(f.profiles, 0o755); err != nil {
		return err
	}
	for _, c := range f.contenders {
		if c.err != nil {
			continue
		}
		seconds := max(1, int(f.duration.Seconds())-1)
		taken := make(chan error, 1)
		go func() {
			time.Sleep(500 * time.Millisecond) // until wrk is at work
			profile, err := get(fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", c.edge.admin, seconds))
			if err == nil {
				err = os.WriteFile(filepath.Join(f.profiles, strings.ReplaceAll(c.name, " ", "_")+".pprof"), []byte(profile), 0o600)
			}
			taken <- err
		}()
		err := c.run(ctx, l, f.duration)
		if takenErr := <-taken; err == nil {
			err = takenErr
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}
