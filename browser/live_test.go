package browser

import (
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
)

// row is what a row of the page shows.
type row struct{ Outcome, Way, Why, Order, Amount, Count string }

// rows returns those that can be seen, from the top.
func (p *tab) rows() (rows []row) {
	p.Helper()
	p.eval(`[...document.querySelectorAll("#facts > li:not([hidden]) > details > summary")].map((s) => ({
		Outcome: s.querySelector(".outcome").innerText.slice(1).trim(),
		Way: [...s.querySelectorAll(".way i")].map((i) => ({passed: "+", ended: "x", not_reached: ".", skipped: "-"})[i.className]).join(""),
		Why: s.querySelector(".why").innerText, Order: s.querySelector(".order").innerText,
		Amount: s.querySelector(".amount").innerText, Count: s.querySelector(".count").innerText,
	}))`, &rows)
	return rows
}

func (p *tab) waitForRows(count int) []row {
	p.Helper()
	p.waitFor(`document.querySelectorAll("#facts > li:not([hidden])").length === ` + number(count))
	return p.rows()
}

// Notifications appear by themselves, the newest on top, and say what became of them.
func TestLive(t *testing.T) {
	e := startEdge(t, "/inspect")
	p := open(t, startChromium(t), e.url+"/inspect")
	if !strings.Contains(p.text("#empty"), "No notification has come in") {
		t.Errorf("an empty page says %q", p.text("main"))
	}
	e.deliver(payment("T1"))
	p.waitForRows(1)
	e.deliver(payment("NO2"), payment("ERR3"))
	p.waitForRows(3)
	e.forge(payment("T4"))
	e.deliver(payment("T5").Without("transaction_id"))
	for i, want := range []row{
		{"rejected", "++x....", "a required field is missing\n缺少必填字段", "", "", ""},
		{"rejected", "+x.....", "the signature does not match\n签名不匹配", "127.0.0.1", "", ""},
		{"failed", "+++++x.", "the upstream answered with a status other than 2xx\n上游返回的状态码不是 2xx", "ERR3", "9900 fen 99.00 CNY", ""},
		{"declined", "+++++x.", "the upstream declined the notification\n上游拒绝了通知", "NO2", "9900 fen 99.00 CNY", ""},
		{"accepted", "+++++++", "OK 成功", "T1", "9900 fen 99.00 CNY", ""},
	} {
		if got := p.waitForRows(5)[i]; got != want {
			t.Errorf("row %d:\ngot  %+v\nwant %+v", i, got, want)
		}
	}
	p.screenshot("live")
}

// Deliveries of the same fact are one row, which comes to the top and opens to each.
func TestRepeats(t *testing.T) {
	e := startEdge(t, "/inspect")
	p := open(t, startChromium(t), e.url+"/inspect")
	same := payment("T1")
	e.deliver(same, payment("T2"), same, same)
	p.waitFor(`document.querySelector("#facts .count")?.textContent === "×3"`)
	if got := p.waitForRows(2); got[0].Order != "T1" || got[0].Outcome != "duplicate" || got[0].Way != "++++x.+" || got[1].Count != "" {
		t.Errorf("got %+v", got)
	}
	p.do(click("#facts summary"))
	p.waitFor(`document.querySelectorAll(".deliveries > li").length === 3`)
	p.screenshot("repeats")
	if got := p.text(".deliveries"); strings.Count(got, "duplicate") != 2 || strings.Count(got, "accepted\n") != 1 {
		t.Errorf("it opens to:\n%s", got)
	}
	// One more does not take away what is being read.
	p.eval(`window.reading = document.querySelector(".deliveries > li .story")`, nil)
	e.deliver(same)
	p.waitFor(`document.querySelectorAll(".deliveries > li").length === 4`)
	p.waitFor(`reading.isConnected && reading.checkVisibility()`)
}

// The page keeps no more than Caddy does, however long it stays open.
func TestPageIsBounded(t *testing.T) {
	e := startEdge(t, "/inspect {\nkeep 10\n}")
	p := open(t, startChromium(t), e.url+"/inspect")
	for n := range 30 {
		e.deliver(payment("T" + number(n)))
		e.forge(payment("F" + number(n)))
	}
	p.waitFor(`document.querySelector("#facts .order")?.textContent === "127.0.0.1" && state.seen === 60`)
	if rows := p.waitForRows(10 + 20); rows[1].Order != "T29" {
		t.Errorf("the newest that is genuine is %+v", rows[1])
	}
}

// Pause holds the page still; it then catches up.
func TestPause(t *testing.T) {
	e := startEdge(t, "/inspect")
	p := open(t, startChromium(t), e.url+"/inspect")
	e.deliver(payment("T1"))
	p.waitForRows(1)
	p.do(click("#pause"))
	p.waitFor(`document.getElementById("connection").textContent === "paused" && !asking`)
	asked := len(p.seenRequests())
	e.deliver(payment("T2"))
	e.deliver(payment("T3"))
	if got := p.rows(); len(got) != 1 || len(p.seenRequests()) != asked {
		t.Errorf("while paused it asked, and shows %+v", got)
	}
	p.do(click("#pause"))
	p.waitForRows(3)
}

// A reload of Caddy's configuration loses nothing. When Caddy is gone, the page says so;
// when it is back, it goes on by itself, with what the new Caddy knows.
func TestCaddyComesAndGoes(t *testing.T) {
	e := startEdge(t, "/inspect")
	p := open(t, startChromium(t), e.url+"/inspect")
	e.deliver(payment("T1"))
	p.waitForRows(1)
	e.load("/inspect", "/elsewhere")
	e.deliver(payment("T2"))
	p.waitForRows(2)

	if err := caddy.Stop(); err != nil {
		t.Fatal(err)
	}
	p.waitFor(`document.getElementById("connection").textContent.startsWith("no answer from Caddy since ")`)
	p.screenshot("silent")
	p.waitForRows(2)
	e.load("/inspect")
	e.deliver(payment("T3"))
	if got := p.waitForRows(1); got[0].Order != "T3" {
		t.Errorf("got %+v", got)
	}
	p.forgive("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE")
}

// The page works wherever it is, and talks to nobody but the place that it came from.
func TestPaths(t *testing.T) {
	e := startEdge(t, "/", "/a/b/inspect*", "/inspect/")
	browser := startChromium(t)
	e.deliver(payment("T1"))
	for _, path := range []string{"/", "/a/b/inspect", "/a/b/inspect/", "/a/b/inspect/deep?x=1&after2=3", "/inspect/", "/inspect/#zh"} {
		p := open(t, browser, e.url+path)
		p.waitForRows(1)
		for _, url := range p.seenRequests() {
			if !strings.HasPrefix(url, e.url+"/") {
				t.Errorf("%s: the page asked for %s", path, url)
			}
		}
	}
}
