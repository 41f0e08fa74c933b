package integration

import (
	"net/http"
	"strings"
	"testing"
)

// verdict is what an answer of the upstream's comes to.
type verdict struct {
	reason string
	status int
	ack    string
}

var (
	yes = verdict{"ok", 200, successXML}
	// neither is neither yes nor no.
	neither = verdict{"upstream_unreadable", 502, unreadable}
	status  = verdict{"upstream_status", 502, badStatus}
)

func no(message string) verdict { return verdict{"upstream_declined", 500, failXML(message)} }

var plainNo = verdict{"upstream_declined", 500, declined}

// said is one answer of the upstream's and its verdict under accept explicit.
type said struct {
	rule   string
	answer http.HandlerFunc
	verdict
}

const (
	bom        = "\uFEFF"
	phpWarning = "<br />\n<b>Warning</b>:  Undefined variable $x in <b>/srv/notify.php</b> on line <b>3</b><br />\n"
)

var texts = []said{
	{"204", noContent, yes},
	{"200 and nothing", says(200, ""), yes},
	{"201 and nothing", says(201, ""), yes},
	{"202 and blanks", says(202, " \r\n\t"), yes},
	{"success", says(200, "success"), yes},
	{"SUCCESS", says(200, "SUCCESS"), yes},
	{"Success with blanks around", says(200, "\r\n Success \n"), yes},
	{"ok", says(200, "ok"), yes},
	{"OK", says(200, "OK"), yes},
	{"success as HTML", says(200, "success", "Content-Type", "text/html; charset=GBK"), yes},
	{"fail", says(200, "fail"), no("fail")},
	{"FAIL and why", says(200, " FAIL: order 7 is unknown\n"), no("FAIL: order 7 is unknown")},
	{"failure", says(200, "failure"), no("failure")},
	{"another word", says(200, "done"), neither},
	{"a yes and more", says(200, "success!"), neither},
	{"okay", says(200, "okay"), neither},
	{"a yes twice", says(200, "success success"), neither},
	{"a yes in a sentence", says(200, "it was a success"), neither},
	{"a number", says(200, "0"), neither},
	{"true", says(200, "true"), neither},
	{"a BOM and success", says(200, bom+"success"), neither},
	{"success after a warning", says(200, phpWarning+"success"), neither},
	{"a login page", says(200, "<!DOCTYPE html>\n<html><body><form action=\"/login\">success</form></body></html>"), neither},
	{"success in UTF-16", says(200, "\xff\xfes\x00u\x00c\x00c\x00e\x00s\x00s\x00"), neither},
	{"NUL", says(200, "\x00"), neither},
	{"success and NUL", says(200, "success\x00"), neither},
}

var jsons = []said{
	{"code SUCCESS", says(200, `{"code":"SUCCESS"}`), yes},
	{"code success and a message", says(200, `{"code":"success","message":"OK"}`), yes},
	{"code Ok", says(200, ` {"code" : "Ok"} `), yes},
	{"return_code OK", says(200, `{"return_code":"OK"}`), yes},
	{"both SUCCESS", says(200, `{"code":"SUCCESS","return_code":"SUCCESS"}`), yes},
	{"code among others", says(201, `{"data":{"code":"FAIL"},"code":"SUCCESS","list":[1]}`), yes},
	{"escaped", says(200, `{"\u0063ode":"\u0053UCCESS"}`), yes},
	{"another type", says(200, `{"code":"SUCCESS"}`, "Content-Type", "text/html"), yes},
	{"code FAIL", says(200, `{"code":"FAIL","message":"no such order"}`), no("no such order")},
	{"return_code FAIL", says(200, `{"return_code":"FAIL","return_msg":"签名失败"}`), no("签名失败")},
	{"message before return_msg", says(200, `{"code":"X","return_msg":"b","message":"a"}`), no("a")},
	{"an empty message, then return_msg", says(200, `{"code":"X","message":"","return_msg":"b"}`), no("b")},
	{"an empty code", says(200, `{"code":""}`), plainNo},
	{"a message that is no text", says(200, `{"code":"FAIL","message":{"a":1}}`), plainNo},
	{"code yes, return_code no", says(200, `{"code":"SUCCESS","return_code":"FAIL","message":"m"}`), no("m")},
	{"code no, return_code yes", says(200, `{"code":"FAIL","return_code":"SUCCESS","message":"m"}`), no("m")},
	{"a yes with blanks in it", says(200, `{"code":" SUCCESS "}`), plainNo},
	{"code 0", says(200, `{"code":0}`), neither},
	{"code 200", says(200, `{"code":200,"msg":"success"}`), neither},
	{"code true", says(200, `{"code":true}`), neither},
	{"code null", says(200, `{"code":null}`), neither},
	{"code a list", says(200, `{"code":["SUCCESS"]}`), neither},
	{"code yes, return_code 1", says(200, `{"code":"SUCCESS","return_code":1}`), neither},
	{"code twice", says(200, `{"code":"FAIL","code":"SUCCESS"}`), neither},
	{"code twice, once escaped", says(200, `{"code":"FAIL","\u0063ode":"SUCCESS"}`), neither},
	{"another member twice", says(200, `{"code":"SUCCESS","a":1,"a":2}`), neither},
	{"Code", says(200, `{"Code":"SUCCESS"}`), neither},
	{"CODE", says(200, `{"CODE":"SUCCESS","RETURN_CODE":"SUCCESS"}`), neither},
	{"no code", says(200, `{"status":"SUCCESS","result_code":"SUCCESS"}`), neither},
	{"code deeper down", says(200, `{"data":{"code":"SUCCESS"}}`), neither},
	{"an empty object", says(200, `{}`), neither},
	{"a list", says(200, `[{"code":"SUCCESS"}]`), neither},
	{"a JSON text", says(200, `"SUCCESS"`), neither},
	{"two objects", says(200, `{"code":"SUCCESS"}{"code":"FAIL"}`), neither},
	{"an object and more", says(200, `{"code":"SUCCESS"};`), neither},
	{"cut off", says(200, `{"code":"SUCCESS"`), neither},
	{"a BOM before it", says(200, bom+`{"code":"SUCCESS"}`), neither},
	{"a PHP warning before it", says(200, phpWarning+`{"code":"SUCCESS"}`), neither},
	{"a PHP warning after it", says(200, `{"code":"SUCCESS"}`+phpWarning), neither},
	{"JSONP", says(200, `callback({"code":"SUCCESS"})`), neither},
}

var xmls = []said{
	{"WeChat Pay's own ack", says(200, successXML), yes},
	{"with line breaks", says(200, "<xml>\n  <return_code><![CDATA[SUCCESS]]></return_code>\n  <return_msg><![CDATA[OK]]></return_msg>\n</xml>\n"), yes},
	{"without CDATA", says(200, "<xml><return_code>SUCCESS</return_code></xml>"), yes},
	{"lower case", says(200, "<xml><return_code>success</return_code></xml>"), yes},
	{"with a declaration", says(200, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"+successXML), yes},
	{"FAIL", says(200, failXML("订单不存在")), no("订单不存在")},
	{"FAIL without a message", says(200, "<xml><return_code>FAIL</return_code></xml>"), plainNo},
	{"no return_code", says(200, "<xml><code>SUCCESS</code></xml>"), neither},
	{"an empty return_code", says(200, "<xml><return_code></return_code></xml>"), neither},
	{"return_code twice", says(200, "<xml><return_code>FAIL</return_code><return_code>SUCCESS</return_code></xml>"), neither},
	{"deeper down", says(200, "<xml><a><return_code>SUCCESS</return_code></a></xml>"), neither},
	{"another root", says(200, "<html><return_code>SUCCESS</return_code></html>"), neither},
	{"cut off", says(200, strings.TrimSuffix(successXML, "</xml>")), neither},
	{"a comment in it", says(200, "<xml><!-- <return_code>FAIL</return_code> --><return_code>SUCCESS</return_code></xml>"), neither},
	{"two of them", says(200, successXML+failXML("")), neither},
}

var statuses = []said{
	{"301", says(301, "SUCCESS", "Location", "/notify/"), status},
	{"302 to a login page", says(302, "", "Location", "/login"), status},
	{"304", says(304, ""), status},
	{"307", says(307, `{"code":"SUCCESS"}`, "Location", "https://pay/notify"), status},
	{"308", says(308, "", "Location", "/notify/"), status},
	{"400", says(400, "SUCCESS"), status},
	{"401", says(401, `{"code":"SUCCESS"}`), status},
	{"499", says(499, ""), status},
	{"500", says(500, "success"), status},
	{"502", says(502, ""), status},
	{"503", says(503, "", "Retry-After", "1"), status},
	{"504", says(504, ""), status},
	{"599", says(599, successXML), status},
}

// Only what is plainly a yes is one.
func TestAcceptExplicit(t *testing.T) {
	for name, next := range map[string]string{"proxy": proxy, "fastcgi": php} {
		e := start(t, gate()+next)
		for table, rows := range map[string][]said{"text": texts, "JSON": jsons, "XML": xmls, "status": statuses} {
			for _, row := range rows {
				t.Run(name+"/"+table+"/"+row.rule, func(t *testing.T) {
					e.t = t
					wantVerdict(t, e, row.answer, row.verdict)
				})
			}
		}
	}
}

func wantVerdict(t *testing.T, e *edge, answer http.HandlerFunc, want verdict) {
	t.Helper()
	e.upstream.answers(answer)
	wantAck(t, e.post(payment()), want.status, want.ack)
	wantFields(t, e.logs.one(t, ownLogger), map[string]any{"reason": want.reason})
	e.upstream.one(t)
}

// With accept explicit <code>..., those values are a yes too, as a text or as a
// number, and nothing that merely looks like them.
func TestAcceptCodes(t *testing.T) {
	e := start(t, gate(`accept explicit 0 200 "A B"`)+proxy)
	for _, row := range []said{
		{"a number", says(200, `{"code":0,"msg":"ok"}`), yes},
		{"another number", says(200, `{"code":200}`), yes},
		{"as text", says(200, `{"code":"0"}`), yes},
		{"text with a blank", says(200, `{"return_code":"A B"}`), yes},
		{"both members", says(200, `{"code":0,"return_code":"SUCCESS"}`), yes},
		{"SUCCESS still", says(200, `{"code":"SUCCESS"}`), yes},
		{"in XML", says(200, "<xml><return_code>0</return_code></xml>"), yes},
		{"one of both", says(200, `{"code":0,"return_code":"FAIL","message":"m"}`), no("m")},
		{"another text", says(200, `{"code":"1"}`), plainNo},
		{"another case", says(200, `{"code":"a b"}`), plainNo},
		{"another number", says(200, `{"code":1}`), neither},
		{"a longer number", says(200, `{"code":2000}`), neither},
		{"a negative number", says(200, `{"code":-0}`), neither},
		{"a fraction", says(200, `{"code":0.0}`), neither},
		{"a power", says(200, `{"code":2e2}`), neither},
		{"the bare code", says(200, "0"), neither},
		{"another status", says(500, `{"code":0}`), status},
	} {
		t.Run(row.rule, func(t *testing.T) {
			e.t = t
			wantVerdict(t, e, row.answer, row.verdict)
		})
	}
}

// With accept status, what the upstream says in words does not matter.
func TestAcceptStatus(t *testing.T) {
	e := start(t, gate("accept status")+proxy)
	var rows []said
	for _, row := range append(append(append([]said{}, texts...), jsons...), xmls...) {
		rows = append(rows, said{row.rule, row.answer, yes})
	}
	rows = append(rows,
		said{"compressed", says(200, "\x1f\x8b", "Content-Encoding", "gzip"), yes},
		said{"17 KiB", says(200, strings.Repeat("x", 17<<10)), yes},
		said{"299", says(299, "no"), yes})
	for _, row := range append(rows, statuses...) {
		t.Run(row.rule, func(t *testing.T) {
			e.t = t
			wantVerdict(t, e, row.answer, row.verdict)
		})
	}
}
