package inspector

import (
	"context"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// By default only a browser on the machine itself sees anything.
func TestOnlyTheMachineItself(t *testing.T) {
	h := provision(t, new(Handler))
	Record(*payment())
	for _, row := range []struct {
		rule, peer, host string
		header           http.Header
		want             int
	}{
		{"IPv4", "127.0.0.1:1", "localhost", nil, 200},
		{"another loopback address", "127.8.9.1:1", "127.0.0.1:2015", nil, 200},
		{"IPv6", "[::1]:1", "[::1]:2015", nil, 200},
		{"IPv6 without a port", "[::1]:1", "[::1]", nil, 200},
		{"IPv4 in IPv6", "[::ffff:127.0.0.1]:1", "LOCALHOST:80", nil, 200},

		{"another machine", "192.0.2.1:1", "localhost", nil, 403},
		{"a neighbor", "192.168.0.2:1", "localhost", nil, 403},
		{"a socket", "@", "localhost", nil, 403},
		{"nobody", "", "localhost", nil, 403},
		{"a name that only looks local", "127.0.0.1:1", "127.0.0.1.example.com", nil, 403},
		{"a name that is pointed here", "127.0.0.1:1", "evil.example:2015", nil, 403},
		{"a name under localhost", "127.0.0.1:1", "localhost.example", nil, 403},
		{"no name", "127.0.0.1:1", "", nil, 403},
		{"all addresses", "127.0.0.1:1", "0.0.0.0:2015", nil, 403},
		{"X-Forwarded-For", "127.0.0.1:1", "localhost", http.Header{"X-Forwarded-For": {"127.0.0.1"}}, 403},
		{"X-Forwarded-Proto", "127.0.0.1:1", "localhost", http.Header{"X-Forwarded-Proto": {"https"}}, 403},
		{"Forwarded", "127.0.0.1:1", "localhost", http.Header{"Forwarded": {"for=127.0.0.1"}}, 403},
		{"Via", "127.0.0.1:1", "localhost", http.Header{"Via": {"1.1 nginx"}}, 403},
		{"X-Real-IP", "127.0.0.1:1", "localhost", http.Header{"X-Real-Ip": {""}}, 403},
	} {
		for _, target := range []string{"/inspect", "/inspect?after=0"} {
			r := local("GET", target)
			r.RemoteAddr, r.Host = row.peer, row.host
			maps.Copy(r.Header, row.header)
			wantAdmitted(t, row.rule, serve(h, r), row.want)
		}
	}
}

// wantAdmitted checks that who is refused is told nothing.
func wantAdmitted(t *testing.T, rule string, got answer, want int) {
	t.Helper()
	if got.status != want || (got.err != nil) != (want != http.StatusOK) {
		t.Errorf("%s: %d, %v; want %d", rule, got.status, got.err, want)
	}
	if want != http.StatusOK && got.Body.Len() > 0 {
		t.Errorf("%s: refused, and told %s", rule, got.Body)
	}
}

// With allow it is the client's address that counts, as Caddy knows it.
func TestAllow(t *testing.T) {
	h := provision(t, &Handler{Allow: []string{"192.0.2.0/24", "2001:db8::/32", "198.51.100.7"}})
	for _, row := range []struct {
		rule, peer, client string // client is empty where Caddy takes the peer for it
		want               int
	}{
		{"in a range", "192.0.2.77:1", "", 200},
		{"in a range of IPv6", "[2001:db8::1]:1", "", 200},
		{"an address", "198.51.100.7:1", "", 200},
		{"IPv4 in IPv6", "[::ffff:192.0.2.77]:1", "", 200},
		{"an address with a zone", "[2001:db8::1%eth0]:1", "", 200},
		{"outside", "192.0.3.1:1", "", 403},
		{"the next address", "198.51.100.8:1", "", 403},
		{"the machine itself is not listed", "127.0.0.1:1", "", 403},
		{"a client behind a trusted proxy", "127.0.0.1:1", "192.0.2.77", 200},
		{"a stranger behind a trusted proxy", "192.0.2.77:1", "203.0.113.1", 403},
		{"a client that is not known", "192.0.2.77:1", "x", 403},
	} {
		r := local("GET", "/inspect?after=0")
		r.RemoteAddr, r.Host = row.peer, "pay.example.com"
		r.Header.Set("X-Forwarded-For", "192.0.2.77") // which anybody can say
		wantAdmitted(t, row.rule, serve(h, r, func(ctx context.Context) {
			if row.client != "" { // as trusted_proxies does
				caddyhttp.SetVar(ctx, caddyhttp.ClientIPVarKey, row.client)
			}
		}), row.want)
	}
}

// The deliveries are for the page alone, whatever other site the browser has open.
func TestOtherSites(t *testing.T) {
	for _, h := range []*Handler{provision(t, new(Handler)), provision(t, &Handler{Allow: []string{"127.0.0.1"}})} {
		for site, want := range map[string]int{"": 200, "same-origin": 200, "none": 200, "same-site": 403, "cross-site": 403, "x": 403} {
			r := local("GET", "/inspect?after=0")
			if site != "" {
				r.Header.Set("Sec-Fetch-Site", site)
			}
			wantAdmitted(t, "data from "+site, serve(h, r), want)
			r = local("GET", "/inspect")
			r.Header.Set("Sec-Fetch-Site", "cross-site") // somebody followed a link
			wantAdmitted(t, "the page", serve(h, r), 200)
		}
	}
}

// Who is refused finds out from the log what to do.
func TestRefusalNamesTheRemedy(t *testing.T) {
	r := local("GET", "/inspect")
	for _, change := range []func(){
		func() { r.Host = "evil.example" },
		func() { r.Header.Set("Via", "1.1 x") },
		func() { r.RemoteAddr = "192.0.2.1:1" },
	} {
		change()
		if err := admitLocal(r); err == nil || !strings.Contains(err.Error(), "allow <cidr>") {
			t.Errorf("the error is: %v", err)
		}
	}
}
