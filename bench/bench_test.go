package bench

import (
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench/sample"
)

func BenchmarkVerifier(b *testing.B) { run(b, Ours()) }

func BenchmarkPeers(b *testing.B) { run(b, Peers()) }

func BenchmarkBareMD5(b *testing.B) {
	digest := BareMD5(sample.Payment().ToSign)
	b.ReportAllocs()
	for b.Loop() {
		_ = digest()
	}
}

func run(b *testing.B, candidates []Candidate) {
	n := sample.Payment()
	for _, c := range candidates {
		b.Run(c.Name, func(b *testing.B) {
			if err := c.Check(n.Body, n.Forged); err != nil {
				b.Fatal(err)
			}
			verify := c.Prepare(n.Body)
			b.SetBytes(int64(len(n.Body)))
			b.ReportAllocs()
			for b.Loop() {
				if err := verify(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestCandidates keeps a candidate that takes any body out of the figures.
func TestCandidates(t *testing.T) {
	n := sample.Payment()
	for _, c := range append(Ours(), Peers()...) {
		if err := c.Check(n.Body, n.Forged); err != nil {
			t.Error(err)
		}
	}
}
