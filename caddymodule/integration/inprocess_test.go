package integration

import (
	"net/http"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

func init() {
	caddy.RegisterModule(new(inProcess))
	httpcaddyfile.RegisterHandlerDirective("in_process", func(h httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
		h.Next()
		handler := new(inProcess)
		if !h.Args(&handler.Name) {
			return nil, h.ArgErr()
		}
		return handler, nil
	})
}

// inProcess is a handler of this test's, written in Go: some app servers run
// inside of Caddy, and do as they please. Directive: in_process <name>.
type inProcess struct {
	Name string `json:"name"`

	serve func(http.ResponseWriter, *http.Request, caddyhttp.Handler) error
}

// inProcessHandlers are what in_process can name.
var inProcessHandlers = map[string]func(http.ResponseWriter, *http.Request, caddyhttp.Handler) error{}

// CaddyModule returns the Caddy module information.
func (*inProcess) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.in_process", New: func() caddy.Module { return new(inProcess) }}
}

// Provision looks the handler up while the test loads its site: later tests, too, put
// theirs into the map.
func (h *inProcess) Provision(caddy.Context) error {
	h.serve = inProcessHandlers[h.Name]
	return nil
}

// ServeHTTP implements caddyhttp.MiddlewareHandler.
func (h *inProcess) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	return h.serve(w, r, next)
}

// before and behind place an in-process handler around the directive, which has no
// place in Caddy's order of directives.
func behind(name string, options ...string) string {
	return "route {\n" + gate(options...) + "in_process " + name + "\n}\n"
}

func before(name, next string) string {
	return "route {\nin_process " + name + "\n" + gate() + next + "}\n"
}
