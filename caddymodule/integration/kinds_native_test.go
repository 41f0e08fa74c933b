package integration

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// scanAnswer reads the answer to a scan and holds its signature against one made anew.
func scanAnswer(t *testing.T, got answer, signType verifier.SignType) wechatpaytest.Fields {
	t.Helper()
	wantAck(t, got, 200, got.body) // the header
	read, err := verifier.ParseXML(got.body)
	if err != nil {
		t.Fatalf("%v: %s", err, got.body)
	}
	fields := wechatpaytest.Fields{}
	for _, field := range read {
		fields[field.Name] = field.Value
	}
	if want := wechatpaytest.Signature(fields, apiKey, signType); fields["sign"] != want {
		t.Errorf("sign %s, want %s", fields["sign"], want)
	}
	if len(fields["nonce_str"]) < 16 || len(fields["nonce_str"]) > 32 {
		t.Errorf("nonce_str %q", fields["nonce_str"])
	}
	return fields.Without("sign", "nonce_str")
}

// wantScanAnswer demands these members beside sign and nonce_str.
func wantScanAnswer(t *testing.T, got answer, signType verifier.SignType, more wechatpaytest.Fields) {
	t.Helper()
	want := wechatpaytest.Fields{"return_code": "SUCCESS", "return_msg": "OK", "appid": "wx2421b1c4370ec43b", "mch_id": mchID}
	if signType == verifier.HMACSHA256 {
		want["sign_type"] = string(signType)
	}
	maps.Copy(want, more)
	fields := scanAnswer(t, got, signType)
	for name := range want {
		if fields[name] != want[name] {
			t.Errorf("%s is %q, want %q", name, fields[name], want[name])
		}
	}
	for name := range fields {
		if want[name] == "" {
			t.Errorf("%s is %q, want none", name, fields[name])
		}
	}
}

// Whoever scans the code of native mode 1 waits for the order that the app places. The
// edge signs the app's answer, as the scan itself was signed.
func TestScan(t *testing.T) {
	for name, next := range upstreams {
		for _, accept := range []string{"accept explicit", "accept status"} {
			e := start(t, gate(accept)+next)
			protocols(t, e, func(t *testing.T, e *edge) {
				for _, signType := range []verifier.SignType{verifier.MD5, verifier.HMACSHA256} {
					t.Run(name+"/"+accept+"/"+string(signType), func(t *testing.T) {
						e.t = t
						body := wechatpaytest.Native(mchID).Sign(apiKey, signType)
						e.upstream.answers(says(200, `{"prepay_id":"wx201410272009395522657a690389285100"}`))
						wantScanAnswer(t, e.post(body), signType, wechatpaytest.Fields{"result_code": "SUCCESS", "prepay_id": "wx201410272009395522657a690389285100"})
						e.upstream.answers(says(200, `{"code":"FAIL","message":"已售罄"}`))
						wantScanAnswer(t, e.post(body), signType, wechatpaytest.Fields{"result_code": "FAIL", "err_code_des": "已售罄"})
					})
				}
			})
		}
	}
}

// Each answer has a nonce_str of its own.
func TestScanNonces(t *testing.T) {
	e := start(t, gate()+proxy)
	e.upstream.answers(says(200, `{"prepay_id":"wx1"}`))
	seen := map[string]bool{}
	for range 5 {
		body := e.deliver(nativeRow().note).body
		_, rest, _ := strings.Cut(body, "<nonce_str><![CDATA[")
		nonce, _, _ := strings.Cut(rest, "]")
		if nonce == "" || seen[nonce] {
			t.Errorf("nonce_str %q comes twice", nonce)
		}
		seen[nonce] = true
	}
}

// The app's words are quoted, and cannot become more than words.
func TestScanWords(t *testing.T) {
	e := start(t, gate()+proxy)
	long := strings.Repeat("长", 200)
	for _, row := range []struct {
		rule, answer string
		want         wechatpaytest.Fields
	}{
		{"a member among others", `{"code":"SUCCESS","message":"OK","prepay_id":"wx1","expires":7200}`, wechatpaytest.Fields{"prepay_id": "wx1"}},
		{"blanks around the answer", " \r\n{ \"prepay_id\" : \"wx1\" }\n", wechatpaytest.Fields{"prepay_id": "wx1"}},
		{"escapes", `{"\u0070repay_id":"\u0077x1-_A"}`, wechatpaytest.Fields{"prepay_id": "wx1-_A"}},
		{"a no with the end of CDATA", `{"code":"FAIL","message":"a]]></err_code_des><result_code>SUCCESS"}`,
			wechatpaytest.Fields{"err_code_des": "a]]></err_code_des><result_code>SUCCESS"}},
		{"a no with fields in it", `{"code":"FAIL","message":"a&result_code=SUCCESS"}`, wechatpaytest.Fields{"err_code_des": "a&result_code=SUCCESS"}},
		{"a no with control characters", `{"code":"FAIL","message":"a\u0000\r\n\u007fb"}`, wechatpaytest.Fields{"err_code_des": "a    b"}},
		{"a no longer than allowed", `{"code":"FAIL","message":"` + long + `"}`, wechatpaytest.Fields{"err_code_des": long[:3*128]}},
		{"a no without a message", `{"code":"FAIL"}`, wechatpaytest.Fields{"err_code_des": "the upstream declined the notification"}},
		{"a no with a prepay_id", `{"code":"FAIL","message":"no","prepay_id":"wx1"}`, wechatpaytest.Fields{"err_code_des": "no"}},
		{"a return_code that is a no with a prepay_id", `{"return_code":"FAIL","return_msg":"no","prepay_id":"wx1"}`, wechatpaytest.Fields{"err_code_des": "no"}},
		{"a no as text", "FAIL sold out", wechatpaytest.Fields{"err_code_des": "FAIL sold out"}},
		{"a no in XML", failXML("sold out"), wechatpaytest.Fields{"err_code_des": "sold out"}},
	} {
		t.Run(row.rule, func(t *testing.T) {
			e.t = t
			e.upstream.answers(says(200, row.answer))
			got := e.deliver(nativeRow().note)
			row.want["result_code"] = "SUCCESS"
			reason := "ok"
			if row.want["prepay_id"] == "" {
				row.want["result_code"], reason = "FAIL", "upstream_declined"
			}
			wantScanAnswer(t, got, verifier.MD5, row.want)
			wantFields(t, e.logs.one(t, ownLogger), map[string]any{"reason": reason, "kind": "native"})
		})
	}
}

// Anything but a prepay_id or a plain no is a failure, with the ack of one.
func TestScanFailures(t *testing.T) {
	for _, accept := range []string{"accept explicit", "accept status", "accept explicit 0"} {
		e := start(t, gate(accept)+proxy)
		for _, row := range []struct {
			rule   string
			answer http.HandlerFunc
			verdict
		}{
			{"204", noContent, neither},
			{"nothing", says(200, ""), neither},
			{"a yes without data", says(200, "SUCCESS"), neither},
			{"a yes in JSON without data", says(200, `{"code":"SUCCESS"}`), neither},
			{"a yes in XML", says(200, "<xml><return_code>SUCCESS</return_code><prepay_id>wx1</prepay_id></xml>"), neither},
			{"an empty prepay_id", says(200, `{"prepay_id":""}`), neither},
			{"a blank prepay_id", says(200, `{"prepay_id":" \t"}`), neither},
			{"a prepay_id that is a number", says(200, `{"prepay_id":1}`), neither},
			{"a prepay_id that is null", says(200, `{"prepay_id":null}`), neither},
			{"a prepay_id that is a list", says(200, `{"prepay_id":["wx1"]}`), neither},
			{"a prepay_id with a control character", says(200, `{"prepay_id":"wx\u0000"}`), neither},
			{"a prepay_id with the end of CDATA", says(200, `{"prepay_id":"wx]]><sign>1</sign>"}`), neither},
			{"a prepay_id with fields in it", says(200, `{"prepay_id":"wx1&result_code=FAIL&key=x"}`), neither},
			{"a prepay_id with a blank", says(200, `{"prepay_id":" wx1"}`), neither},
			{"a prepay_id too long", says(200, `{"prepay_id":"`+strings.Repeat("x", 129)+`"}`), neither},
			{"a prepay_id twice", says(200, `{"prepay_id":"wx1","prepay_id":"wx2"}`), neither},
			{"a prepay_id and a code that is neither", says(200, `{"code":7,"prepay_id":"wx1"}`), neither},
			{"a prepay_id and a code that is null", says(200, `{"code":null,"prepay_id":"wx1"}`), neither},
			{"a prepay_id deeper down", says(200, `{"data":{"prepay_id":"wx1"}}`), neither},
			{"a page", says(200, "<html>"), neither},
			{"cut off", hijacked("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{\"prepay_id\":\"wx1\"}"), neither},
			{"compressed", says(200, `{"prepay_id":"wx1"}`, "Content-Encoding", "br"), neither},
			{"too long", says(200, `{"prepay_id":"wx1"}`+strings.Repeat(" ", 16<<10)), neither},
			{"404", says(404, `{"prepay_id":"wx1"}`), status},
			{"500", says(500, `{"prepay_id":"wx1"}`), status},
			{"a redirect", says(302, `{"prepay_id":"wx1"}`, "Location", "/"), status},
			{"hangs up", hijacked(""), verdict{"upstream_unreachable", 502, unreachable}},
		} {
			t.Run(accept+"/"+row.rule, func(t *testing.T) {
				e.t = t
				e.upstream.answers(row.answer)
				wantNote(t, e, nativeRow().note, row.verdict, 1)
			})
		}
	}
}

// accept explicit names further words for a yes, here as elsewhere.
func TestScanWithACodeOfTheApps(t *testing.T) {
	e := start(t, gate("accept explicit 0")+proxy)
	e.upstream.answers(says(200, `{"code":0,"prepay_id":"wx1"}`))
	wantScanAnswer(t, e.deliver(nativeRow().note), verifier.MD5, wechatpaytest.Fields{"result_code": "SUCCESS", "prepay_id": "wx1"})
	e.upstream.answers(says(200, `{"code":"1","message":"no"}`))
	wantScanAnswer(t, e.deliver(nativeRow().note), verifier.MD5, wechatpaytest.Fields{"result_code": "FAIL", "err_code_des": "no"})
}

// A previous key signs the answer to what it signed.
func TestScanWithThePreviousKey(t *testing.T) {
	t.Setenv("WECHATPAY_PREVIOUS_KEY", apiKey)
	site := strings.Replace(gate(), "{env.WECHATPAY_APIV2_KEY}", "{env.WECHATPAY_APIV2_KEY} {env.WECHATPAY_PREVIOUS_KEY}", 1) + proxy
	e := start(t, site)
	t.Setenv("WECHATPAY_APIV2_KEY", previousKey)
	reloaded(t, e, site)
	e.upstream.answers(says(200, `{"prepay_id":"wx1"}`))
	wantScanAnswer(t, e.deliver(nativeRow().note), verifier.MD5, wechatpaytest.Fields{"result_code": "SUCCESS", "prepay_id": "wx1"})
}
