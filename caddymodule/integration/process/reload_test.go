package process

import (
	"math/rand/v2"
	"testing"
	"time"
)

// A reload under load forgets nothing, and cuts nothing short. It may close a connection
// on which it has not looked at the request yet, as every server of Go's does.
func TestReloadUnderLoad(t *testing.T) {
	t.Parallel()
	reloadUnderLoad(t, 12, []string{fileStore("")}, []string{
		"upstream_timeout 20s", "dedupe file {\n\t\t\ttimeout 25s\n\t\t}",
	})
}

// reloadUnderLoad takes several configurations in turn.
func reloadUnderLoad(t *testing.T, times int, configs ...[]string) {
	t.Helper()
	e := newEdge(t, newShop(t), configs[0]...)
	e.shop.does(func(string) bool {
		work := 10 * time.Millisecond
		if rand.IntN(10) == 0 {
			work = 300 * time.Millisecond // begun in one configuration, ended in another
		}
		time.Sleep(rand.N(work))
		return rand.IntN(10) > 0
	})
	e.start()
	c := newCrowd(e)
	c.during(func() {
		for i := 1; i <= times; i++ {
			time.Sleep(rand.N(150 * time.Millisecond))
			e.reload(configs[i%len(configs)]...)
		}
	})
	c.finish()
	c.repeat(true)
	c.audit()
	e.stop()
}

// A delivery that outlives the configuration it came in under is recorded where it
// belongs, although no configuration uses that store any more.
func TestReloadToAnotherStore(t *testing.T) {
	t.Parallel()
	e := newEdge(t, newShop(t), fileStore(""))
	e.start()
	begun, finish := e.shop.isBusy(t)
	f := newFact()
	answered := make(chan answer, 1)
	go func() { answered <- e.post(f) }()
	await(t, "the call of the shop", begun)
	e.reload(fileStore("{env.HOME}/other.db"))
	finish()
	if got := <-answered; got != success {
		t.Errorf("got %v", got)
	}
	e.reload(fileStore(""))
	e.want(success, f)
	e.shop.wantCalls(t, 1, f)
}

// reload replaces the directive's options in the edge that is running.
func (e *edge) reload(options ...string) {
	e.t.Helper()
	e.mustRun("reload", "--config", e.writeConfig("Caddyfile", options), "--adapter", "caddyfile", "--address", "unix/"+e.path("admin"))
}

// mustRun runs Caddy beside the one that is running, and returns what it printed.
func (e *edge) mustRun(arguments ...string) string {
	printed := newOutput(e.t, "caddy "+arguments[0])
	if status := startChild(e.t, e.command(arguments...), printed).wait(); status != 0 {
		e.t.Errorf("caddy %s: exit status %d", arguments[0], status)
	}
	return printed.text.String()
}
