package browser

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

const hostileMarkup = `"'><img src=x onerror=hacked=1></script><script>hacked=1</script><svg onload=hacked=1>`

// hostile is what a notification, or an app, may hold at worst.
var hostile = hostileMarkup + "\u202egnp.exe\u0085\u200b{{constructor}}${hacked=1}javascript:hacked=1//" + strings.Repeat("很长", 1500)

// sendHostile sends everything that can be sent, and returns how many rows that makes.
func sendHostile(e *edge) (rows int) {
	e.Helper()
	e.decline = "no user " + openID + " " + hostile
	failed := payment("F1").With("result_code", "FAIL").With("err_code", hostileMarkup).With("err_code_des", hostile)
	e.deliver(
		payment("T1").With("attach", hostile).With("device_info", hostile).With("bank_type", hostile).With("brand_new", hostile).With(strings.Repeat("a", 500), "x"),
		payment("NO2").With("attach", hostileMarkup),
		failed,
		wechatpaytest.Native(mchID).With("product_id", hostileMarkup).With("openid", openID),
		wechatpaytest.Contract(mchID).With("contract_code", hostileMarkup).With("openid", openID),
		payment(hostileMarkup),
	)
	e.forge(payment("T7").With("attach", hostile))
	e.post("<xml>" + hostile)
	e.post(`{"` + hostileMarkup + `":1}`)
	return 9
}

// Whatever a notification holds, the page shows it as text: nothing runs, nothing is
// loaded, nothing is turned around.
func TestHostileValues(t *testing.T) {
	e := startEdge(t, "/inspect")
	p := open(t, startChromium(t), e.url+"/inspect")
	rows := sendHostile(e)
	p.waitForRows(rows)
	p.openAll()
	p.screenshot("hostile")
	for _, condition := range []string{
		`window.hacked === undefined`,
		`document.querySelectorAll("img, svg, iframe, object, embed, link, form, base").length === 0`,
		`document.scripts.length === 1`,
		`[...document.querySelectorAll("*")].every((e) => [...e.attributes].every((a) => !a.name.startsWith("on")))`,
		`!/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/.test(document.documentElement.textContent)`,
		`document.body.innerText.includes("<img src=x onerror=hacked=1>")`,
		`document.body.innerText.includes("\\u202egnp.exe\\u0085\\u200b")`,
	} {
		p.waitFor(condition)
	}
	p.wantNoSidewaysScroll()
}

// Who paid is nowhere: neither in what can be seen, nor in what the page was sent.
func TestNothingPersonal(t *testing.T) {
	e := startEdge(t, "/inspect")
	p := open(t, startChromium(t), e.url+"/inspect")
	e.deliver(wechatpaytest.Plate(mchID).With("plate_number", "粤B88888"))
	rows := 1 + sendHostile(e)
	p.waitForRows(rows)
	p.openAll()
	var page string
	p.eval(`document.documentElement.outerHTML`, &page)
	if !strings.Contains(page, "no user •••• 28") || !strings.Contains(page, "•••• 7") {
		t.Error("the page does not show what it was to mask; the test shows nothing")
	}
	response, err := http.Get(e.url + "/inspect?after=0")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil || len(data) < 1000 {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
	for _, secret := range []string{openID, "粤B88888", "%E7%B2%A4B88888", "CMB_DEBIT", apiV2Key} {
		if strings.Contains(page, secret) || strings.Contains(string(data), secret) {
			t.Errorf("%s is in the page", secret)
		}
	}
}
