package inspector

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// admit says why a request must not see the page.
func (h *Handler) admit(r *http.Request) error {
	if len(h.allowed) > 0 {
		return h.admitRemote(r)
	}
	return admitLocal(r)
}

var errElsewhere = errors.New("it answers only on the machine itself; forward its port with ssh -L and open it under localhost, or name who else may see it: allow <cidr>")

// admitLocal admits browsers on the machine itself. A proxy on the machine would make
// everybody look like one; and so would a name that somebody else's DNS server points
// at 127.0.0.1.
func admitLocal(r *http.Request) error {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !peer.Addr().Unmap().IsLoopback() {
		return errElsewhere
	}
	for name := range r.Header {
		if slices.Contains(proxyHeaders, name) || strings.HasPrefix(name, "X-Forwarded-") {
			return fmt.Errorf("the request came through a proxy, as its %s says; name who may see it: allow <cidr>", name)
		}
	}
	if !isLocalName(r.Host) {
		return errors.New("it was asked for under another name than localhost; open it under localhost, or name who may see it: allow <cidr>")
	}
	return nil
}

var proxyHeaders = []string{"Forwarded", "Via", "X-Real-Ip", "True-Client-Ip", "Cf-Connecting-Ip"}

// isLocalName reports whether a Host header names the machine itself.
func isLocalName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && address.Unmap().IsLoopback()
}

// admitRemote admits the clients that the configuration names.
func (h *Handler) admitRemote(r *http.Request) error {
	text, _ := caddyhttp.GetVar(r.Context(), caddyhttp.ClientIPVarKey).(string)
	client, err := netip.ParseAddr(text)
	if err != nil {
		return errors.New("the client's address is not known")
	}
	client = client.Unmap().WithZone("")
	if !slices.ContainsFunc(h.allowed, func(p netip.Prefix) bool { return p.Contains(client) }) {
		return fmt.Errorf("%s is not in the ranges of allow", client)
	}
	return nil
}

// parseRange reads an address or a range of addresses.
func parseRange(expression string) (netip.Prefix, error) {
	prefix, err := caddyhttp.CIDRExpressionToPrefix(expression)
	if err != nil {
		return prefix, fmt.Errorf("allow %q is neither an address nor a range such as 192.0.2.0/24", expression)
	}
	return prefix, nil
}

// isOwnRequest reports whether the page itself, or no page at all, sent the request.
// Browsers say so.
func isOwnRequest(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	}
	return false
}
