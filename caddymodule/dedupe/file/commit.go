package file

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// commit is one record that somebody waits for.
type commit struct {
	claim dedupe.Claim
	lost  bool
	done  chan error
}

const (
	// maxBatch bounds a transaction.
	maxBatch = 1024
	// maxCommitTime is how long a claim is held while it becomes a record.
	maxCommitTime = time.Minute
	// sweepFactor is how many expired records go for each one that comes, so that the
	// sweep keeps up.
	sweepFactor = 4
)

// commitAll writes what has come in while the last transaction was on its way to the
// disk, all of it in one. The slower the disk, the more share a transaction.
func (r *records) commitAll() {
	defer close(r.closed)
	for {
		select {
		case first := <-r.commits:
			runtime.Gosched() // so that those whose commit has just ended can bring their next
			r.commit(r.collect(first))
		case <-r.closing:
			return
		}
	}
}

func (r *records) collect(first *commit) []*commit {
	batch := []*commit{first}
	for len(batch) < maxBatch {
		select {
		case next := <-r.commits:
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

func (r *records) commit(batch []*commit) {
	err := r.write(batch)
	for _, c := range batch {
		switch {
		case err != nil:
			c.done <- err
		case c.lost:
			c.done <- dedupe.ErrLost
		default:
			c.done <- nil
		}
	}
}

// write puts the batch on disk.
func (r *records) write(batch []*commit) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // the file is mapped into memory
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("%v; the file may be damaged", value)
		}
	}()
	return r.db.Update(func(tx *bbolt.Tx) error {
		for _, c := range batch {
			state := lookup(tx, c.claim)
			c.lost = state == dedupe.Conflict
			if state != dedupe.Claimed {
				continue
			}
			if err := put(tx, c.claim); err != nil {
				return err
			}
		}
		return sweep(tx, sweepFactor*len(batch))
	})
}

var errEnough = errors.New("enough")

// sweep deletes no more than most records of days that are over, and the buckets of
// days that have none left.
func sweep(tx *bbolt.Tx, most int) error {
	today := []byte(dayOf(time.Now()))
	var empty [][]byte
	err := tx.ForEach(func(name []byte, day *bbolt.Bucket) error {
		if bytes.Compare(name, today) >= 0 {
			return errEnough
		}
		cursor := day.Cursor()
		for key, _ := cursor.First(); key != nil; key, _ = cursor.First() {
			if most--; most < 0 {
				return errEnough
			}
			if err := cursor.Delete(); err != nil {
				return err
			}
		}
		empty = append(empty, bytes.Clone(name))
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	for _, name := range empty {
		if err := tx.DeleteBucket(name); err != nil {
			return err
		}
	}
	return nil
}
