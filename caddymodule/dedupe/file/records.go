package file

import (
	"context"
	"encoding/binary"
	"time"

	"go.etcd.io/bbolt"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// records are the accepted facts in the file. There is one bucket for each day on which
// records expire, so that what has expired lies together and one bucket after the other
// is emptied. In a bucket, the key is the fact's ID.
type records struct {
	db      *bbolt.DB
	commits chan *commit
	closing chan struct{}
	closed  chan struct{}
}

// A record is the time it expires, in milliseconds since 1970, and the content.
const (
	expirySize = 8
	recordSize = expirySize + len(dedupe.Content{})
)

func openRecords(path string) (*records, error) {
	db, err := openDatabase(path)
	if err != nil {
		return nil, err
	}
	r := &records{
		db: db, commits: make(chan *commit),
		closing: make(chan struct{}), closed: make(chan struct{}),
	}
	go r.commitAll()
	return r, nil
}

func (r *records) close() error {
	close(r.closing)
	<-r.closed
	return r.db.Close()
}

// state looks the claim's fact up: Claimed means that there is no record of it.
func (r *records) state(claim dedupe.Claim) (state dedupe.State, err error) {
	err = r.db.View(func(tx *bbolt.Tx) error {
		state = lookup(tx, claim)
		return nil
	})
	return state, err
}

func lookup(tx *bbolt.Tx, claim dedupe.Claim) dedupe.State {
	now := milliseconds(time.Now())
	state := dedupe.Claimed
	_ = tx.ForEach(func(_ []byte, day *bbolt.Bucket) error {
		record := day.Get([]byte(claim.ID))
		if len(record) != recordSize || binary.BigEndian.Uint64(record) < now {
			return nil
		}
		state = dedupe.Conflict
		if dedupe.Content(record[expirySize:]) == claim.Content {
			state = dedupe.Accepted
		}
		return nil
	})
	return state
}

// add waits until the record is on disk.
func (r *records) add(ctx context.Context, claim dedupe.Claim) error {
	c := &commit{claim: claim, done: make(chan error, 1)}
	select {
	case r.commits <- c:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-c.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func put(tx *bbolt.Tx, claim dedupe.Claim) error {
	expires := time.Now().Add(claim.Keep)
	day, err := tx.CreateBucketIfNotExists([]byte(bucketOf(expires)))
	if err != nil {
		return err
	}
	day.FillPercent = 0.7 // IDs of one day come in nearly any order
	record := binary.BigEndian.AppendUint64(make([]byte, 0, recordSize), milliseconds(expires))
	return day.Put([]byte(claim.ID), append(record, claim.Content[:]...))
}

// milliseconds since 1970; a time before that is as good as that.
func milliseconds(t time.Time) uint64 { return uint64(max(0, t.UnixMilli())) }

// manyDays is how far ahead there is a bucket for each day. Beyond, one for each year is
// enough, and keeps their number small.
const manyDays = 400 * 24 * time.Hour

// bucketOf names the bucket of what expires at a time: the day on which all that is in
// it has.
func bucketOf(expires time.Time) string {
	if time.Until(expires) > manyDays {
		return dayOf(time.Date(expires.UTC().Year()+1, time.January, 1, 0, 0, 0, 0, time.UTC))
	}
	return dayOf(expires)
}

// dayOf names the bucket of what expires at a time. Names sort as the days do.
func dayOf(expires time.Time) string { return expires.UTC().Format(time.DateOnly) }
