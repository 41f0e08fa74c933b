package process

import (
	"math/rand/v2"
	"testing"
	"time"
)

// Whenever Caddy is killed: what WeChat Pay has been told, Caddy knows after it; and what
// it does not know comes again.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	e := newEdge(t, newShop(t), fileStore(""))
	killAndRestart(t, e, 16)
}

// killRoundsTime bounds what a slow machine makes of the rounds.
const killRoundsTime = 20 * time.Second

func killAndRestart(t *testing.T, e *edge, rounds int) {
	t.Helper()
	e.shop.does(func(string) bool {
		time.Sleep(rand.N(15 * time.Millisecond))
		return rand.IntN(10) > 0
	})
	c := newCrowd(e)
	c.killed = true
	begun := time.Now()
	for round := range rounds {
		if time.Since(begun) > killRoundsTime {
			t.Logf("no more time after %d rounds", round)
			break
		}
		if round%4 == 3 { // while it is starting
			e.launch()
			time.Sleep(rand.N(200 * time.Millisecond))
			e.kill()
		}
		e.start()
		c.repeat(false)
		c.during(func() {
			time.Sleep(30*time.Millisecond + rand.N(400*time.Millisecond))
			e.kill()
		})
	}
	e.start()
	c.repeat(false)
	c.finish()
	c.repeat(true)
	c.audit()
}
