package simulation

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// Each payment reaches the app once, and is acked in the end, whatever the app and the
// edge go through in the meantime.
func TestSchedule(t *testing.T) {
	for _, s := range scenarios {
		for _, store := range stores {
			if s.store == "" || s.store == store {
				t.Run(s.name+" "+store, func(t *testing.T) { s.play(t, store) })
			}
		}
	}
}

var scenarios = []scenario{
	{
		name:     "healthy",
		behave:   func(f *fact, _ int, _ time.Duration) reaction { return soon(f, yes) },
		promises: promises{calledOnce: true}, statuses: []int{200, 503},
	},
	{
		name: "down for hours",
		behave: func(f *fact, _ int, since time.Duration) reaction {
			if since < 9*time.Hour {
				return soon(f, down)
			}
			return agrees(f)
		},
		statuses: []int{200, 502, 503},
	},
	{
		name:     "slower than WeChat Pay waits",
		behave:   func(f *fact, _ int, _ time.Duration) reaction { return agrees(f).slowly(8 * time.Second) },
		promises: promises{calledOnce: true}, statuses: []int{200, 503},
	},
	{
		name: "slower than upstream_timeout until it is faster",
		behave: func(f *fact, _ int, since time.Duration) reaction {
			if since < 4*time.Hour {
				return agrees(f).slowly(40 * time.Second)
			}
			return agrees(f)
		},
		statuses: []int{200, 503, 504},
	},
	{
		name:     "slower than upstream_timeout and accepting all the same",
		behave:   func(f *fact, _ int, _ time.Duration) reaction { return agrees(f).slowly(40 * time.Second).stubbornly() },
		promises: promises{calledOnce: true}, statuses: []int{200, 503, 504},
	},
	{
		name: "slower than upstream_timeout and refusing",
		behave: func(f *fact, _ int, since time.Duration) reaction {
			if since < 4*time.Hour {
				return oneOf(f.merch, slices.Concat(lies, declines)).slowly(40 * time.Second).stubbornly()
			}
			return agrees(f)
		},
		statuses: []int{200, 503, 504},
	},
	{
		name:     "so slow that the next repeat comes after the lease",
		behave:   func(f *fact, _ int, _ time.Duration) reaction { return agrees(f).slowly(70 * time.Second).stubbornly() },
		promises: promises{again: true}, statuses: []int{200, 503, 504},
	},
	{
		name: "flapping",
		behave: func(f *fact, nth int, _ time.Duration) reaction {
			switch {
			case nth >= 6 || f.merch.IntN(3) == 0:
				return agrees(f).slowly(upToMerch(f, 10*time.Second))
			case f.merch.IntN(2) == 0:
				return agrees(f).slowly(time.Hour)
			}
			return oneOf(f.merch, down).slowly(upToMerch(f, 10*time.Second))
		},
		statuses: []int{200, 502, 503, 504},
	},
	{
		name: "lying",
		behave: func(f *fact, _ int, since time.Duration) reaction {
			if since < 12*time.Hour {
				return soon(f, lies)
			}
			return agrees(f)
		},
		statuses: []int{200, 500, 502, 503},
	},
	{
		name: "panicking",
		behave: func(f *fact, _ int, since time.Duration) reaction {
			if since < 3*time.Hour {
				return oneOf(f.merch, panics).slowly(upToMerch(f, 10*time.Second))
			}
			return agrees(f)
		},
		statuses: []int{200, 502, 503},
	},
	{
		name: "declining until the order is there",
		behave: func(f *fact, nth int, _ time.Duration) reaction {
			if nth <= f.total%4 {
				return soon(f, declines)
			}
			return agrees(f)
		},
		statuses: []int{200, 500, 503},
	},
	{
		name: "gone for good",
		behave: func(f *fact, _ int, _ time.Duration) reaction {
			return soon(f, slices.Concat(down, lies, panics, declines))
		},
		promises: promises{never: true}, statuses: []int{500, 502, 503},
	},
	{
		name:      "reloading",
		behave:    sluggish,
		meanwhile: now(func(e *edge) { e.reload() }),
		promises:  promises{calledOnce: true}, statuses: []int{200, 503},
	},
	{
		name: "restarting", store: "file",
		behave: sluggish,
		meanwhile: now(func(e *edge) {
			e.stop()
			time.Sleep(5 * time.Second)
			e.start()
		}),
		promises: promises{calledOnce: true}, statuses: []int{0, 200, 503},
	},
	{
		name: "crashing", store: "file",
		behave: sluggish,
		meanwhile: now(func(e *edge) {
			e.crash()
			time.Sleep(5 * time.Second)
			e.start()
		}),
		statuses: []int{0, 200, 503},
	},
}

// sluggish takes up to 12 s, which is longer than WeChat Pay waits.
func sluggish(f *fact, _ int, _ time.Duration) reaction {
	return agrees(f).slowly(upToMerch(f, 12*time.Second))
}

// soon is one of the reactions, in time.
func soon(f *fact, reactions []reaction) reaction {
	return oneOf(f.merch, reactions).slowly(upToMerch(f, 4*time.Second))
}

func agrees(f *fact) reaction { return oneOf(f.merch, yes) }

func upToMerch(f *fact, most time.Duration) time.Duration {
	return time.Duration(f.merch.Int64N(int64(most)))
}

// now and then does something to the edge, often enough that it hits every moment of a
// delivery.
func now(happen func(*edge)) func(*edge, *rand.Rand, <-chan struct{}) {
	return func(e *edge, random *rand.Rand, done <-chan struct{}) {
		for range 80 {
			select {
			case <-time.After(time.Duration(random.Int64N(int64(40 * time.Second)))):
				happen(e)
			case <-done:
				return
			}
		}
	}
}
