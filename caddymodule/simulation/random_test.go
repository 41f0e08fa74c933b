package simulation

import (
	"math/rand/v2"
	"testing"
)

// scriptsPerStore is how many scripts are drawn. Records on a disk take longer.
var scriptsPerStore = map[string]int{"memory": 60, "file": 30}

// Whatever happens in whatever order, the handler does what the model does.
func TestRandomScripts(t *testing.T) {
	for _, store := range stores {
		t.Run(store, func(t *testing.T) {
			seed, seen := newSeed(t), make(map[int]int)
			for i := range scriptsPerStore[store] {
				random := rand.New(rand.NewPCG(seed, uint64(i)))
				for _, o := range follow(t, store, parse(drawScript(random, 50))) {
					for _, status := range o.statuses {
						seen[status]++
					}
				}
				if t.Failed() {
					t.Fatalf("that was script %d of WECHATPAY_TEST_SEED=%d", i, seed)
				}
			}
			for _, status := range []int{200, 401, 403, 409, 500, 502, 503, 504} {
				if seen[status] < scriptsPerStore[store]/10 {
					t.Errorf("WECHATPAY_TEST_SEED=%d: status %d came %d times; the scripts show too little: %v", seed, status, seen[status], seen)
				}
			}
		})
	}
}
