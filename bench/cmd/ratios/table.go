package main

import (
	"fmt"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench"
)

// printTable gives each candidate's speed in times that of the fastest peer (more is better) and its time in times
// that of the bare digest (less is better).
func printTable(results []bench.Result) {
	peer, floor := fastestPeer(results), find(results, bareMD5)
	fmt.Println("| candidate | ns/op | B/op | allocs/op | times as fast as the fastest peer | times the bare MD5 |")
	fmt.Println("|---|---:|---:|---:|---:|---:|")
	for _, r := range results {
		fmt.Printf("| %s | %.0f | %d | %d | %.2f | %.2f |\n", r.Name, r.NsPerOp, r.BytesPerOp, r.AllocsPerOp,
			peer.NsPerOp/r.NsPerOp, r.NsPerOp/floor.NsPerOp)
	}
}

// printBars compares with what the project promises. It only prints: a timing on a busy machine must not fail a build.
func printBars(results []bench.Result) {
	peer, floor := fastestPeer(results), find(results, bareMD5)
	verify, json := find(results, bench.Verify), find(results, bench.VerifyJSON)
	fmt.Printf("\nThe fastest peer is %s.\n\n| bar | measured | |\n|---|---:|---|\n", peer.Name)
	printBar("verify at least 20 times as fast as the fastest peer", peer.NsPerOp/verify.NsPerOp, ">=", 20)
	printBar("verify at most 4 times the bare MD5", verify.NsPerOp/floor.NsPerOp, "<=", 4)
	printBar("verify without heap allocation", float64(verify.AllocsPerOp), "<=", 0)
	printBar("verify+json at least 10 times as fast as the fastest peer's parse and verify alone",
		peer.NsPerOp/json.NsPerOp, ">=", 10)
}

func printBar(what string, measured float64, relation string, limit float64) {
	holds := measured >= limit
	if relation == "<=" {
		holds = measured <= limit
	}
	verdict := "holds"
	if !holds {
		verdict = "does not hold"
	}
	fmt.Printf("| %s | %.2f | %s |\n", what, measured, verdict)
}

func fastestPeer(results []bench.Result) bench.Result {
	var fastest bench.Result
	for _, r := range results {
		if r.Peer && (fastest.Name == "" || r.NsPerOp < fastest.NsPerOp) {
			fastest = r
		}
	}
	return fastest
}

func find(results []bench.Result, name string) bench.Result {
	for _, r := range results {
		if r.Name == name {
			return r
		}
	}
	panic("no candidate " + name)
}
