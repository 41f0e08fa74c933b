package bench

import (
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench/stats"
)

// Subject is something that can be timed.
type Subject struct {
	Name string
	Peer bool
	Op   func() error
}

// Result holds the medians over all rounds.
type Result struct {
	Subject
	NsPerOp     float64
	BytesPerOp  int64
	AllocsPerOp int64
}

// Measure times all subjects in turn, several rounds of it, and takes medians: whatever else the machine is busy with
// then hits every subject alike.
func Measure(subjects []Subject, rounds int) ([]Result, error) {
	ns := make([][]float64, len(subjects))
	bytes := make([][]int64, len(subjects))
	allocs := make([][]int64, len(subjects))
	for range rounds {
		for i, s := range subjects {
			var failed error
			r := testing.Benchmark(func(b *testing.B) {
				for b.Loop() {
					if err := s.Op(); err != nil {
						failed = err
						b.FailNow()
					}
				}
			})
			if failed != nil {
				return nil, failed
			}
			ns[i] = append(ns[i], float64(r.T.Nanoseconds())/float64(r.N))
			bytes[i] = append(bytes[i], r.AllocedBytesPerOp())
			allocs[i] = append(allocs[i], r.AllocsPerOp())
		}
	}
	results := make([]Result, len(subjects))
	for i, s := range subjects {
		results[i] = Result{s, stats.Median(ns[i]), stats.Median(bytes[i]), stats.Median(allocs[i])}
	}
	return results, nil
}
