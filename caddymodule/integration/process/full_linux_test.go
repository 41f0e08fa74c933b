package process

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// The disk is full: what the shop has accepted cannot be recorded, so WeChat Pay must not
// learn of it yet, and the shop must not be told again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	for name, newDisk := range disks(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEdge(t, newShop(t))
			d := newDisk(t, e)
			e.options = []string{fileStore(d.file())}
			e.start()
			acked, unacked := fillUp(t, e, d)

			for range 3 { // the edge goes on trying, too
				time.Sleep(300 * time.Millisecond)
				e.want(success, acked...)
				for _, f := range unacked {
					if got := e.post(f); got != storeDown && got != success {
						t.Fatalf("got %v for %s", got, f.id)
					}
				}
			}
			e.shop.wantCalls(t, 1, acked...)
			e.shop.wantCalls(t, 1, unacked...)

			d.free(t)
			e.wantInTheEnd(unacked, storeDown)
			e.kill()
			e.start()
			e.want(success, acked...)
			e.want(success, unacked...)
			e.shop.wantCalls(t, 1, acked...)
			e.shop.wantCalls(t, 1, unacked...)
		})
	}
}

// fillUp fills the disk, and then delivers new facts until a number of them could not be
// recorded. It is not at once: the store has free pages in its file.
func fillUp(t *testing.T, e *edge, d disk) (acked, unacked []*fact) {
	t.Helper()
	acked = newFacts(3)
	e.want(success, acked...)
	d.fill(t, 0)
	for len(unacked) < 20 {
		f := newFact()
		switch got := e.post(f); got {
		case success:
			acked = append(acked, f)
		case storeDown:
			unacked = append(unacked, f)
		default:
			t.Fatalf("got %v", got)
		}
		if len(acked) > 5000 {
			t.Fatal("the disk does not get full")
		}
	}
	return acked, unacked
}

// What was acked before is still known to an edge that starts while the disk is full.
func TestStartOnAFullDisk(t *testing.T) {
	t.Parallel()
	for name, newDisk := range disks(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEdge(t, newShop(t))
			d := newDisk(t, e)
			e.options = []string{fileStore(d.file())}
			e.start()
			acked, _ := fillUp(t, e, d)
			e.kill()
			e.start()
			e.want(success, acked...)
			e.shop.wantCalls(t, 1, acked...)
			fresh := newFacts(1)
			d.free(t)
			e.wantInTheEnd(fresh, storeDown)
			e.shop.wantCalls(t, 1, fresh...)
		})
	}
}

// There may be room for the beginning of a new file only. A file without its end must not
// bring Caddy down, nor be in the way once there is room.
func TestNoRoomForANewFile(t *testing.T) {
	t.Parallel()
	for name, newDisk := range disks(t) {
		for pages := range int64(4) {
			t.Run(fmt.Sprintf("%s, but for %d pages", name, pages), func(t *testing.T) {
				t.Parallel()
				e := newEdge(t, newShop(t))
				d := newDisk(t, e)
				e.options = []string{fileStore(d.file())}
				d.fill(t, pages*int64(os.Getpagesize()))
				e.start()
				facts := newFacts(2)
				e.want(storeDown, facts...)
				e.want(storeDown, facts...)
				e.shop.wantCalls(t, 0, facts...)
				e.wantError(d.file())

				d.free(t)
				e.wantInTheEnd(facts, storeDown)
				e.shop.wantCalls(t, 1, facts...)
				e.kill()
				e.start()
				e.want(success, facts...)
				e.shop.wantCalls(t, 1, facts...)
			})
		}
	}
}
