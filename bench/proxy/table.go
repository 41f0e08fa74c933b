package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench/process"
	"github.com/caddy-wechatpay/caddy-wechatpay/bench/stats"
)

func printThroughput(contenders []*contender) {
	fmt.Println("| site | requests/s | Caddy's CPU, µs/request | of the bare site's requests/s | in each round | bar | |")
	fmt.Println("|---|---:|---:|---:|---|---:|---|")
	for _, c := range contenders {
		if c.err != nil {
			printUnmeasured(c)
			continue
		}
		fmt.Printf("| %s | %.0f | %.0f |", c.name, stats.Median(c.rate), stats.Median(c.cpu))
		if c.base == nil {
			fmt.Println(" | | | |")
			continue
		}
		var ratios []float64
		var rounds []string
		for i := range c.rate {
			ratios = append(ratios, c.rate[i]/c.base.rate[i])
			rounds = append(rounds, fmt.Sprintf("%.2f", ratios[i]))
		}
		ratio := stats.Median(ratios)
		fmt.Printf(" %.2f | %s |", ratio, strings.Join(rounds, " "))
		if c.bar == 0 {
			fmt.Println(" | |")
			continue
		}
		fmt.Printf(" %.2f | %s |\n", c.bar, verdict(ratio >= c.bar))
	}
	fmt.Println()
}

func printUnmeasured(c *contender) {
	why := "not measured"
	if errors.Is(c.err, process.ErrNoRedis) {
		why += ": " + c.err.Error()
	} else {
		fmt.Fprintln(os.Stderr, c.err)
	}
	fmt.Printf("| %s | | | | | | %s |\n", c.name, why)
}

// maxBodySizes is the bar for memory: body sizes over the bare proxy.
const maxBodySizes = 3.0

func printInFlight(holders []*holder, n int) {
	fmt.Printf("Per request, %d of them waiting for the upstream, bytes:\n\n", n)
	fmt.Println("| site | body | heap and stacks in use | resident | over the bare site, in bodies: in use | resident | bar | |")
	fmt.Println("|---|---:|---:|---:|---:|---:|---:|---|")
	for _, h := range holders {
		m := h.median()
		fmt.Printf("| %s | %d | %.0f | %.0f |", h.name, len(h.sample.Body), m.live, m.rss)
		if h.base == nil {
			fmt.Println(" | | | |")
			continue
		}
		over := m.minus(h.base.median()).per(float64(len(h.sample.Body)))
		fmt.Printf(" %.2f | %.2f | %.0f | %s |\n", over.live, over.rss, maxBodySizes, verdict(over.live <= maxBodySizes))
	}
	fmt.Println()
}

func verdict(holds bool) string {
	if holds {
		return "holds"
	}
	return "does not hold"
}
