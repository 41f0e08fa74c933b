package file

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

const day = 24 * time.Hour

// inOtherTimes runs a test in a bubble, in which days pass in no time, with a store.
func inOtherTimes(t *testing.T, test func(t *testing.T, s *store)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		test(t, openTest(t, filepath.Join(t.TempDir(), "dedupe.db")))
	})
}

func TestRecordsLieInTheBucketOfTheDayTheyExpire(t *testing.T) {
	inOtherTimes(t, func(t *testing.T, s *store) {
		for hours := range 48 {
			accept(t, s, keptFor(time.Duration(hours)*time.Hour+time.Minute, fmt.Sprint(hours)))
		}
		today := dayOf(time.Now())
		tomorrow := dayOf(time.Now().Add(day))
		if counts := inBuckets(t, s); len(counts) != 2 || counts[today] != 24 || counts[tomorrow] != 24 {
			t.Errorf("buckets %v, want 24 records in each of %s and %s", counts, today, tomorrow)
		}
	})
}

// The time of a notification decides how long its record is kept, and each bucket costs a
// look for every fact.
func TestRecordsOfFarOffDaysShareABucket(t *testing.T) {
	inOtherTimes(t, func(t *testing.T, s *store) {
		for days := 500; days < 1500; days += 10 {
			accept(t, s, keptFor(time.Duration(days)*day, fmt.Sprint(days)))
		}
		if counts := inBuckets(t, s); len(counts) > 4 {
			t.Errorf("%d buckets for less than four years: %v", len(counts), counts)
		}
		time.Sleep(1000*day - time.Second)
		for days := 500; days < 1500; days += 10 {
			want := dedupe.Claimed
			if days >= 1000 {
				want = dedupe.Accepted
			}
			expect(t, s, fmt.Sprint(days), want)
		}
	})
}

func TestExpiredRecordsGoInSmallSteps(t *testing.T) {
	inOtherTimes(t, func(t *testing.T, s *store) {
		acceptTogether(t, s, numbered("old", 100, time.Hour))
		old := dayOf(time.Now())
		time.Sleep(day)
		for left := 100; left > 0; left -= sweepFactor {
			if got := inBuckets(t, s)[old]; got != left {
				t.Fatalf("%d of 100 expired records are left, want %d", got, left)
			}
			accept(t, s, keptFor(day, fmt.Sprint("new", left)))
		}
		accept(t, s, keptFor(day, "last"))
		if counts := inBuckets(t, s); len(counts) != 1 {
			t.Errorf("buckets %v, want that of the new records alone", counts)
		}
	})
}

func TestSweepGoesThroughSeveralDays(t *testing.T) {
	inOtherTimes(t, func(t *testing.T, s *store) {
		for i := range 3 {
			acceptTogether(t, s, numbered(fmt.Sprint("old", i), 2, time.Duration(i)*day+time.Hour))
		}
		time.Sleep(10 * day)
		accept(t, s, claim("new1"))
		if counts := inBuckets(t, s); len(counts) != 2 {
			t.Errorf("buckets %v, want two of three days swept with four records", counts)
		}
		accept(t, s, claim("new2"))
		if counts := inBuckets(t, s); len(counts) != 1 {
			t.Errorf("buckets %v, want the new day's alone", counts)
		}
	})
}

func TestSweepTouchesNothingThatLives(t *testing.T) {
	inOtherTimes(t, func(t *testing.T, s *store) {
		acceptTogether(t, s, numbered("old", 500, time.Hour))
		living := numbered("living", 300, 25*time.Hour) // expire tomorrow at one
		acceptTogether(t, s, living)
		time.Sleep(24*time.Hour + 30*time.Minute)
		for i := range 300 {
			accept(t, s, keptFor(day, fmt.Sprint("new", i)))
		}
		counts := inBuckets(t, s)
		if _, there := counts[dayOf(time.Now().Add(-day))]; there || counts[dayOf(time.Now())] != len(living) {
			t.Errorf("buckets %v, want none of yesterday and %d records of today", counts, len(living))
		}
		for _, c := range living {
			if state, err := s.records.state(c); err != nil || state != dedupe.Accepted {
				t.Fatalf("%s: state %v, error %v", c.ID, state, err)
			}
		}
	})
}

func TestExpiredRecordsDoNotCountBeforeTheyAreSwept(t *testing.T) {
	inOtherTimes(t, func(t *testing.T, s *store) {
		accept(t, s, keptFor(time.Hour, "order"))
		time.Sleep(time.Hour + time.Second)
		renewed := keptFor(3*day, "order")
		renewed.Content[0] = 1
		accept(t, s, renewed) // the expired one is in today's bucket still
		if counts := inBuckets(t, s); len(counts) != 2 {
			t.Fatalf("buckets %v, want two", counts)
		}
		if state, err := s.Begin(t.Context(), renewed); err != nil || state != dedupe.Accepted {
			t.Errorf("state %v, error %v, want accepted", state, err)
		}
	})
}

func TestFileDoesNotGrowForEver(t *testing.T) {
	const perDay, keepDays = 500, 3
	inOtherTimes(t, func(t *testing.T, s *store) {
		var settled int64
		for today := range 30 {
			acceptTogether(t, s, numbered(fmt.Sprintf("day%02d", today), perDay, keepDays*day))
			info, err := os.Stat(s.path)
			if err != nil {
				t.Fatal(err)
			}
			if today == 2*keepDays {
				settled = info.Size()
			}
			if settled > 0 && info.Size() > settled {
				t.Fatalf("day %d: %d bytes, want no more than after %d days: %d", today, info.Size(), 2*keepDays, settled)
			}
			if buckets := len(inBuckets(t, s)); buckets > keepDays+2 {
				t.Fatalf("day %d: %d buckets", today, buckets)
			}
			time.Sleep(day)
		}
	})
}

// A burst, then little: what is left of the burst must go too.
func TestBurstIsSweptByFewRecords(t *testing.T) {
	inOtherTimes(t, func(t *testing.T, s *store) {
		acceptTogether(t, s, numbered("burst", 2000, time.Hour))
		time.Sleep(day)
		acceptTogether(t, s, numbered("trickle", 2000/sweepFactor+1, 2*day))
		if counts := inBuckets(t, s); len(counts) != 1 {
			t.Errorf("buckets %v, want none of the burst", counts)
		}
	})
}
