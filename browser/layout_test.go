package browser

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// sendAll sends a notification for every outcome.
func sendAll(e *edge) (rows int) {
	e.Helper()
	same := payment("T1")
	e.deliver(same, same, payment("T2"), payment("NO3"), payment("ERR4"))
	e.forge(payment("T5"))
	return 5
}

// openAll opens every row and every delivery in it.
func (p *tab) openAll() {
	p.Helper()
	p.eval(`document.querySelectorAll("#facts > li > details").forEach((d) => d.open = true)`, nil)
	p.waitFor(`[...document.querySelectorAll("#facts > li > details")].every((d) => d.querySelector(".story"))`)
	p.eval(`document.querySelectorAll(".deliveries details").forEach((d) => d.open = true)`, nil)
}

func (p *tab) wantNoSidewaysScroll() {
	p.Helper()
	var width struct{ Content, Window int }
	p.eval(`({Content: document.documentElement.scrollWidth, Window: innerWidth})`, &width)
	if width.Content > width.Window {
		p.Errorf("the page is %d wide in a window of %d", width.Content, width.Window)
	}
	var cut []string // outside of the rows, whose edge would hide them
	p.eval(`[...document.querySelectorAll("summary > *, .story *")].filter((e) => e.checkVisibility() && !e.closest("pre, .bar, .unseen") &&
		e.getBoundingClientRect().right > e.closest("li").getBoundingClientRect().right + 1).map((e) => e.className + " " + e.textContent.slice(0, 40))`, &cut)
	if len(cut) > 0 {
		p.Fatalf("at a width of %d this sticks out: %q", width.Window, cut)
	}
}

// The page fits into any window, from the narrowest phone on.
func TestWidths(t *testing.T) {
	e := startEdge(t, "/inspect")
	browser := startChromium(t)
	rows := sendAll(e) + sendHostile(e) - 1 // whose NO2 is another order
	for _, width := range []int64{320, 375, 640, 641, 800, 1152, 1153, 1280, 1920} {
		for _, language := range []string{"en", "zh"} {
			p := open(t, browser, e.url+"/inspect#"+language, chromedp.EmulateViewport(width, 800))
			p.waitForRows(rows + 1)
			p.wantNoSidewaysScroll()
			p.openAll()
			p.wantNoSidewaysScroll()
			p.close()
		}
	}
}

// contrast returns the texts that are too faint on their background, by the formula of
// WCAG 2.
const contrast = `(() => {
	const channels = (color) => color.match(/[\d.]+/g).map(Number);
	const light = (color) => {
		const [r, g, b] = channels(color).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const ground = (e) => {
		for (; e; e = e.parentElement) {
			const color = getComputedStyle(e).backgroundColor;
			if ((channels(color)[3] ?? 1) === 1) return color;
		}
		return "rgb(255, 255, 255)";
	};
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	const faint = [];
	let seen = 0;
	for (let text = texts.nextNode(); text; text = texts.nextNode()) {
		const e = text.parentElement;
		if (!text.data.trim() || !e.checkVisibility() || e.closest("script, .unseen")) continue;
		seen++;
		const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((a, b) => b - a);
		const ratio = (a + 0.05) / (b + 0.05);
		if (ratio < 4.5) faint.push(ratio.toFixed(2) + " " + (e.className || e.tagName) + ": " + text.data.slice(0, 40));
	}
	return seen > 100 ? faint : ["only " + seen + " texts were found"];
})()`

// All text can be read, in light and in dark, and in dark it is light on dark.
func TestContrast(t *testing.T) {
	e := startEdge(t, "/inspect")
	browser := startChromium(t)
	rows := sendAll(e)
	for scheme, isDark := range map[string]bool{"light": false, "dark": true} {
		p := open(t, browser, e.url+"/inspect", chromedp.EmulateViewport(1280, 900), prefers("color-scheme", scheme))
		p.waitForRows(rows)
		p.openAll()
		p.screenshot(scheme)
		var faint []string
		p.eval(contrast, &faint)
		for _, text := range faint {
			t.Errorf("%s: %s", scheme, text)
		}
		var ground int
		p.eval(`Number(getComputedStyle(document.body).backgroundColor.match(/\d+/)[0])`, &ground)
		if (ground < 128) != isDark {
			t.Errorf("%s: the background is of brightness %d", scheme, ground)
		}
		p.close()
	}
}

// Who does not want movement gets none.
func TestReducedMotion(t *testing.T) {
	e := startEdge(t, "/inspect")
	p := open(t, startChromium(t), e.url+"/inspect", prefers("reduced-motion", "reduce"))
	p.waitFor(`document.getAnimations().length === 0`)
}

func prefers(feature, value string) chromedp.Action {
	return emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-" + feature, Value: value}})
}
