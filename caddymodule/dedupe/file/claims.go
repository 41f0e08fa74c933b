package file

import (
	"sync"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe"
)

// claims are what is in flight.
type claims struct {
	mutex *sync.Mutex
	byID  map[string]lease
}

type lease struct {
	owner   string
	expires time.Time
}

func newClaims() claims { return claims{mutex: new(sync.Mutex), byID: make(map[string]lease)} }

// take gives the fact to the claim's owner for a while, unless another has it.
func (c claims) take(claim dedupe.Claim, how time.Duration) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	now := time.Now()
	if held, ok := c.byID[claim.ID]; ok && held.owner != claim.Owner && now.Before(held.expires) {
		return false
	}
	c.byID[claim.ID] = lease{owner: claim.Owner, expires: now.Add(how)}
	return true
}

// drop gives the fact up, if it is still the claim's.
func (c claims) drop(claim dedupe.Claim) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.byID[claim.ID].owner == claim.Owner {
		delete(c.byID, claim.ID)
	}
}
