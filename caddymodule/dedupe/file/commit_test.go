package file

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	bbolterrors "go.etcd.io/bbolt/errors"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// busyDisk keeps the store from committing until the returned function is called.
func busyDisk(t *testing.T, s *store) (free func()) {
	t.Helper()
	tx, err := s.records.db.Begin(true)
	if err != nil {
		t.Fatal(err)
	}
	done := false
	free = func() {
		if !done {
			done = true
			if err := tx.Rollback(); err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(free) // before the store is closed, which waits
	return free
}

func TestRecordsOfOneMomentShareATransaction(t *testing.T) {
	const records = 400
	s := openTest(t, filepath.Join(t.TempDir(), "dedupe.db"))
	before := transactions(t, s)
	free := busyDisk(t, s)
	claims := numbered("order", records, time.Hour)
	accepted := make(chan struct{})
	go func() { defer close(accepted); acceptTogether(t, s, claims) }()
	waitForClaims(t, s, records)
	time.Sleep(50 * time.Millisecond) // from the claim to the queue
	free()
	<-accepted

	if used := transactions(t, s) - before; used > records/10 {
		t.Errorf("%d transactions for %d records that came at the same time", used, records)
	}
	for _, c := range claims {
		expect(t, s, c.ID, dedupe.Accepted)
	}
}

// waitForClaims waits until as many facts are in flight.
func waitForClaims(t *testing.T, s *store, count int) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		s.claims.mutex.Lock()
		there := len(s.claims.byID)
		s.claims.mutex.Unlock()
		if there == count {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d claims, want %d", there, count)
		}
	}
}

func TestRecordsOneByOneTakeATransactionEach(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "dedupe.db"))
	before := transactions(t, s)
	accept(t, s, numbered("order", 10, time.Hour)...)
	if used := transactions(t, s) - before; used != 10 {
		t.Errorf("%d transactions for 10 records, each of which was awaited", used)
	}
}

func TestReadingTakesNoTransactionToTheDisk(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "dedupe.db"))
	accept(t, s, claim("accepted"))
	before := transactions(t, s)
	fresh := claim("fresh")
	if state, err := s.Begin(t.Context(), fresh); err != nil || state != dedupe.Claimed {
		t.Fatalf("state %d, error %v", state, err)
	}
	expect(t, s, "fresh", dedupe.InFlight)
	expect(t, s, "accepted", dedupe.Accepted)
	if err := s.Release(t.Context(), fresh); err != nil {
		t.Fatal(err)
	}
	if used := transactions(t, s) - before; used != 0 {
		t.Errorf("%d transactions", used)
	}
}

func TestBusyDiskKeepsNobodyBeyondTheDeadline(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "dedupe.db"))
	free := busyDisk(t, s)
	first, second := claim("order1"), claim("order2")
	for _, c := range []dedupe.Claim{first, second} { // one being written, one waiting for its turn
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		answered := make(chan error, 1)
		go func() { answered <- s.Accept(ctx, c) }()
		select {
		case err := <-answered:
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v, want the deadline's error", c.ID, err)
			}
		case <-time.After(patience):
			t.Fatalf("%s still waits", c.ID)
		}
		cancel()
		expect(t, s, c.ID, dedupe.InFlight) // it is accepted, only not on the disk
		expect(t, s, "before "+c.ID, dedupe.Claimed)
	}
	free()
	accept(t, s, first, second)
	expect(t, s, "order1", dedupe.Accepted)
	expect(t, s, "order2", dedupe.Accepted)
}

func TestCloseWaitsForTheCommitThatIsOnItsWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dedupe.db")
	s := openTest(t, path)
	free := busyDisk(t, s)
	accepted, closed := make(chan error, 1), make(chan error, 1)
	go func() { accepted <- s.Accept(context.Background(), claim("order")) }()
	waitForClaims(t, s, 1)
	time.Sleep(50 * time.Millisecond) // from the claim to the transaction
	records := s.records
	go func() { closed <- records.close() }()
	select {
	case err := <-closed:
		t.Fatalf("closed with a commit on its way: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	free()
	if err := <-accepted; err != nil {
		t.Errorf("accepting: %v", err)
	}
	if err := <-closed; err != nil {
		t.Errorf("closing: %v", err)
	}
	s.records = nil
	expect(t, openTest(t, path), "order", dedupe.Accepted)
}

// Between Begin's look at the records and its claim, the delivery that has the claim may
// be done.
func TestBeginNoticesARecordOfTheLastMoment(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "dedupe.db"))
	s.claims.mutex.Lock() // Begin gets as far as its claim
	found := make(chan dedupe.State, 1)
	go func() {
		state, err := s.Begin(context.Background(), claim("order"))
		if err != nil {
			t.Error(err)
		}
		found <- state
	}()
	time.Sleep(50 * time.Millisecond)
	if err := s.records.add(t.Context(), claim("order")); err != nil {
		t.Error(err)
	}
	s.claims.mutex.Unlock()
	if state := <-found; state != dedupe.Accepted {
		t.Errorf("state %d, want accepted", state)
	}
}

// A failed transaction fails for all who share it, and for nobody after it.
func TestCommitThatFailsIsNoRecord(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "dedupe.db"))
	impossible := claim("") // bbolt takes no empty key
	if err := s.Accept(t.Context(), impossible); !errors.Is(err, bbolterrors.ErrKeyRequired) {
		t.Errorf("error %v, want that of the database", err)
	}
	if n := len(inBuckets(t, s)); n != 0 {
		t.Errorf("%d buckets are left of it", n)
	}
	accept(t, s, claim("order"))
	expect(t, s, "order", dedupe.Accepted)
}
