// Ratios times the verifier, its peers and the bare MD5 side by side in one run and prints a Markdown table.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"runtime"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench"
	"github.com/caddy-wechatpay/caddy-wechatpay/bench/sample"
)

const bareMD5 = "bare MD5 of the string to sign"

func main() {
	log.SetFlags(0)
	testing.Init() // defines -test.benchtime, which testing.Benchmark obeys
	rounds := flag.Int("rounds", 5, "how often all candidates are timed in turn")
	each := flag.Duration("benchtime", 500*time.Millisecond, "how long one candidate is timed in one round")
	procs := flag.Int("procs", runtime.GOMAXPROCS(0), "GOMAXPROCS; with 1 the garbage collector costs its full price")
	flag.Parse()
	if err := run(*rounds, *each, *procs); err != nil {
		log.Fatal(err)
	}
}

func run(rounds int, each time.Duration, procs int) error {
	if rounds < 1 || procs < 1 {
		return errors.New("-rounds and -procs start at 1")
	}
	if err := flag.Set("test.benchtime", each.String()); err != nil {
		return err
	}
	runtime.GOMAXPROCS(procs)

	n := sample.Payment()
	subjects := []bench.Subject{{Name: bareMD5, Op: bench.BareMD5(n.ToSign)}}
	for _, c := range append(bench.Ours(), bench.Peers()...) {
		if err := c.Check(n.Body, n.Forged); err != nil {
			return err
		}
		subjects = append(subjects, bench.Subject{Name: c.Name, Peer: c.Peer, Op: c.Prepare(n.Body)})
	}
	results, err := bench.Measure(subjects, rounds)
	if err != nil {
		return err
	}

	fmt.Printf("%s %s/%s, GOMAXPROCS %d; body %d bytes, string to sign %d bytes; median of %d rounds of %s each.\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, procs, len(n.Body), len(n.ToSign), rounds, each)
	printTable(results)
	printBars(results)
	return nil
}
