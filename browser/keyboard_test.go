package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// focused is the order number of the row that has the focus.
const focused = `(document.activeElement.closest("summary")?.querySelector(".order")?.textContent ?? document.activeElement.id)`

// Everything can be done without a mouse, and the focus can be seen.
func TestKeyboard(t *testing.T) {
	e := startEdge(t, "/inspect")
	p := open(t, startChromium(t), e.url+"/inspect#en")
	e.deliver(payment("T1"), payment("T2"), payment("T3"))
	p.waitForRows(3)
	for _, step := range []struct{ key, want string }{
		{"j", "T3"}, {"j", "T2"}, {kb.ArrowDown, "T1"}, {kb.ArrowDown, "T1"}, {"k", "T2"}, {kb.ArrowUp, "T3"}, {kb.ArrowUp, "T3"},
		{"/", "search"}, {"j", "search"}, {kb.Escape, ""}, {kb.ArrowUp, "T1"},
	} {
		p.press(step.key)
		p.waitFor(focused + ` === ` + quote(step.want))
	}
	p.waitFor(`document.activeElement.matches(":focus-visible") && getComputedStyle(document.activeElement).outlineStyle !== "none"`)

	p.press(kb.Enter)
	p.waitFor(`document.activeElement.parentElement.open && document.querySelector(".story")?.checkVisibility()`)
	p.press(kb.Tab) // into what has opened
	p.waitFor(`document.activeElement.tagName === "PRE"`)
	e.deliver(payment("T4"))
	p.waitFor(`document.querySelectorAll("#facts > li").length === 4 && document.activeElement.tagName === "PRE"`)
	p.press("k", kb.Enter)

	p.press("p")
	p.waitFor(`document.getElementById("connection").textContent === "paused"`)
	p.press("p")
	p.waitFor(`document.getElementById("connection").textContent === "live"`)
}

// The search finds orders, transactions, merchants and reasons; outcomes narrow it down.
func TestFilters(t *testing.T) {
	e := startEdge(t, "/inspect")
	p := open(t, startChromium(t), e.url+"/inspect#en")
	p.waitFor(`document.querySelectorAll("#outcomes button").length === 6`)
	found := payment("SHOP-1")
	e.deliver(found, payment("SHOP-2"), payment("NO3"))
	e.forge(payment("T4"))
	p.waitForRows(4)
	for query, want := range map[string]int{
		"shop-": 2, "SHOP-2": 1, found["transaction_id"]: 1, "bad_signature": 1, "签名不匹配": 1, "the upstream declined": 1, mchID: 3, "127.0.0.1": 4, "nothing": 0, " ": 4,
	} {
		p.press("/")
		p.eval(`document.getElementById("search").select()`, nil)
		p.press(query)
		if p.waitForRows(want); want == 0 && !strings.Contains(p.text("#empty"), "None of the kept notifications matches") {
			t.Errorf("with nothing found it says %q", p.text("main"))
		}
	}
	p.press(kb.Escape)
	for outcome, want := range map[string]int{"accepted": 2, "declined": 1, "rejected": 1, "failed": 0, "duplicate": 0} {
		p.do(click("#outcomes ." + outcome))
		p.waitForRows(want)
		p.waitFor(`document.querySelector("#outcomes .` + outcome + `").getAttribute("aria-pressed") === "true"`)
		p.waitFor(`document.querySelector("#outcomes .` + outcome + ` .number").textContent === ` + quote(number(want)))
	}
}

// The page speaks the browser's language, and the other one on demand; reasons stand there
// in both.
func TestLanguages(t *testing.T) {
	e := startEdge(t, "/inspect")
	browser := startChromium(t)
	e.forge(payment("T1"))
	p := open(t, browser, e.url+"/inspect")
	p.waitForRows(1)
	p.openAll()
	p.wantLanguage("en", "WeChat Pay notifications", "the signature does not match\n签名不匹配", "not reached")
	p.do(click("nav a[lang=zh-CN]"))
	p.wantLanguage("zh-CN", "微信支付通知", "签名不匹配\nthe signature does not match", "未执行")
	p.screenshot("zh")
	p.do(click("nav a[lang=en]"))
	p.wantLanguage("en", "WeChat Pay notifications", "the signature does not match\n签名不匹配", "not reached")
	for languages, want := range map[string]string{"zh-CN,zh;q=0.9": "zh-CN", "zh-TW": "zh-CN", "de-DE,zh;q=0.5": "en"} {
		p := open(t, browser, e.url+"/inspect", speaks(languages))
		p.waitFor(`document.documentElement.lang === ` + quote(want))
		p.close()
	}
}

func (p *tab) wantLanguage(lang, title, why, word string) {
	p.Helper()
	p.waitFor(`document.documentElement.lang === ` + quote(lang))
	if got := p.rows()[0].Why; got != why {
		p.Errorf("%s: the reason is %q, want %q", lang, got, why)
	}
	if got := p.text("h1"); got != title {
		p.Errorf("%s: the title is %q", lang, got)
	}
	if got := p.text(".steps"); !strings.Contains(got, word) {
		p.Errorf("%s: the steps are %q", lang, got)
	}
}

// Whoever cannot see the page hears what there is.
func TestNames(t *testing.T) {
	e := startEdge(t, "/inspect")
	p := open(t, startChromium(t), e.url+"/inspect#en")
	sendAll(e)
	p.waitForRows(5)
	p.openAll()
	var nameless []string
	p.eval(`[...document.querySelectorAll("button, input, a, summary, pre, [role=img], [role=group], ol#facts")]
		.filter((e) => !(e.getAttribute("aria-label") || (e.tagName !== "INPUT" && e.innerText.trim())) && e.checkVisibility()).map((e) => e.outerHTML)`, &nameless)
	if len(nameless) > 0 {
		t.Errorf("these have no name: %q", nameless)
	}
	p.waitFor(`document.getElementById("connection").getAttribute("role") === "status"`)
	p.waitFor(`[...document.querySelectorAll(".second")].every((e) => e.lang === "zh-CN")`)
	p.waitFor(`document.querySelector(".failed .way").getAttribute("aria-label") === "upstream: ended here"`)
}
