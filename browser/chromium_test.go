package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long anything may take on a busy machine.
const patience = 30 * time.Second

// startChromium starts a browser without a window, and with a new profile, which goes with
// it.
func startChromium(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromiumPath(t)),
		chromedp.NoSandbox, chromedp.DisableGPU, // for root in a container
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "en-US"),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	browser, closeBrowser := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		closeBrowser()
		stop()
	})
	if err := chromedp.Run(browser); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return browser
}

// chromiumPath finds the browser, or skips the test: a machine with Go alone has none.
// Where WECHATPAY_TEST_BACKENDS is set, as in CI, a missing one is a failure.
func chromiumPath(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("WECHATPAY_TEST_BACKENDS") != "" {
		t.Fatal("chromium is not installed")
	}
	t.Skip("chromium is not installed")
	return ""
}

// tab is a page in the browser. What must never happen in one fails the test.
type tab struct {
	*testing.T
	ctx    context.Context
	cancel context.CancelFunc

	mutex      sync.Mutex
	complaints []string
	requests   []string
}

// open opens a page and waits until it shows that it is connected.
func open(t *testing.T, browser context.Context, url string, before ...chromedp.Action) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	p := &tab{T: t, ctx: ctx}
	chromedp.ListenTarget(ctx, p.watch)
	p.cancel = cancel
	t.Cleanup(p.close)
	p.do(log.Enable(), network.Enable(), chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(`
			window.violations = [];
			document.addEventListener("securitypolicyviolation", (e) => violations.push(e.violatedDirective + " " + e.sample));
		`).Do(ctx)
		return err
	}))
	p.do(page.BringToFront()) // in the background it would not ask for news
	p.do(before...)
	p.do(chromedp.Navigate(url))
	p.waitFor(`document.getElementById("connection").className === "live"`)
	return p
}

// close closes the page, which must have been at peace until then.
func (p *tab) close() {
	p.Helper()
	if p.ctx.Err() == nil {
		p.wantPeace()
		p.cancel()
	}
}

// watch notes what a page that shows hostile values must not do.
func (p *tab) watch(event any) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	switch e := event.(type) {
	case *page.EventJavascriptDialogOpening:
		p.complaints = append(p.complaints, "a dialog: "+e.Message)
		go func() { _ = chromedp.Run(p.ctx, page.HandleJavaScriptDialog(false)) }()
	case *runtime.EventExceptionThrown:
		p.complaints = append(p.complaints, "an exception: "+e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		p.complaints = append(p.complaints, fmt.Sprintf("on the console: %s %v", e.Type, e.Args))
	case *log.EventEntryAdded:
		p.complaints = append(p.complaints, fmt.Sprintf("in the log: %s %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL))
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	}
}

// wantPeace fails the test if anything happened that must not.
func (p *tab) wantPeace() {
	p.Helper()
	var violations []string
	p.eval(`window.violations`, &violations)
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for _, complaint := range append(p.complaints, violations...) {
		p.Errorf("the page met %s", complaint)
	}
	p.complaints = nil
}

// forgive takes back complaints that the test has brought about.
func (p *tab) forgive(about ...string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.complaints = slices.DeleteFunc(p.complaints, func(complaint string) bool {
		return slices.ContainsFunc(about, func(part string) bool { return strings.Contains(complaint, part) })
	})
}

// seenRequests returns what the page has asked for.
func (p *tab) seenRequests() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return slices.Clone(p.requests)
}

func (p *tab) do(actions ...chromedp.Action) {
	p.Helper()
	if err := chromedp.Run(p.ctx, actions...); err != nil {
		p.Fatal(err)
	}
}

func (p *tab) eval(script string, result any) {
	p.Helper()
	p.do(chromedp.Evaluate(script, result))
}

// waitFor waits until a condition of the page's holds.
func (p *tab) waitFor(condition string) {
	p.Helper()
	deadline := time.After(patience)
	for {
		var holds bool
		p.eval("Boolean("+condition+")", &holds)
		if holds {
			return
		}
		select {
		case <-deadline:
			p.Fatalf("this does not come true: %s\nthe page shows:\n%s", condition, p.text("body"))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// text returns what can be read in the first element that matches.
func (p *tab) text(selector string) (text string) {
	p.Helper()
	p.eval(fmt.Sprintf("document.querySelector(%s)?.innerText ?? ''", quote(selector)), &text)
	return text
}

// press types keys, as somebody would who has no mouse.
func (p *tab) press(keys ...string) {
	p.Helper()
	for _, key := range keys {
		p.do(chromedp.KeyEvent(key))
	}
}

// screenshot writes a picture for people, if they say where to.
func (p *tab) screenshot(name string) {
	p.Helper()
	dir := os.Getenv("WECHATPAY_SCREENSHOTS")
	if dir == "" {
		return
	}
	var png []byte
	p.do(page.BringToFront(), chromedp.CaptureScreenshot(&png))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		p.Fatal(err)
	}
	if err := os.WriteFile(dir+"/"+name+".png", png, 0o600); err != nil {
		p.Fatal(err)
	}
}

func click(selector string) chromedp.Action {
	return chromedp.Click(selector, chromedp.ByQuery)
}

// speaks makes the browser prefer languages.
func speaks(languages string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		return emulation.SetUserAgentOverride("test").WithAcceptLanguage(languages).Do(ctx)
	})
}

func number(n int) string { return strconv.Itoa(n) }

func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string can be marshaled
	}
	return strings.ToValidUTF8(string(text), "")
}
