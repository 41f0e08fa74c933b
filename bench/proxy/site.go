package main

import (
	"fmt"
	"os/exec"
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/bench/sample"
)

func bareProxy(upstream string) string {
	return "\treverse_proxy " + upstream
}

// bareRespond is the cheapest way for Caddy to say no.
func bareRespond(body string) string {
	return fmt.Sprintf("\trespond `%s` 401", body)
}

// The values of dedupe that are measured. The memory store forgets nothing of what one run delivers; the file is a
// fresh one in the data directory of each process.
const (
	dedupeOff    = "off"
	dedupeMemory = "memory 4000000"
	dedupeFile   = "file"
)

// verified puts the handler in front of the proxy. The sample keeps its date
// while time goes by, hence the long max_age.
func verified(upstream, dedupe string) string {
	return fmt.Sprintf(`	wechatpay_notify /notify {
		merchant %s {
			key {env.WECHATPAY_APIV2_KEY}
		}
		max_age 87600h
		dedupe %s
	}
	reverse_proxy %s`, sample.MchID, dedupe, upstream)
}

// hasPlugin tells whether this Caddy knows the handler; without it only the bare sites are measured.
func hasPlugin(caddy string) (bool, error) {
	out, err := exec.Command(caddy, "list-modules").Output()
	if err != nil {
		return false, fmt.Errorf("%s list-modules: %w", caddy, err)
	}
	return strings.Contains(string(out), "http.handlers.wechatpay_notify"), nil
}
