package integration

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// The directives that may stand between this one and the app do not keep a yes or a
// no from getting through.
func TestChains(t *testing.T) {
	for rule, behindIt := range map[string]string{
		"handle":                     "handle {\n" + proxy + "}\n",
		"handle in handle":           "handle {\nhandle /notify {\n" + proxy + "}\n}\n",
		"handle_path":                "handle_path /notify {\n" + proxy + "}\n",
		"route":                      "route {\n" + proxy + "}\n",
		"templates":                  "templates\n" + proxy,
		"a dead upstream first":      "reverse_proxy 127.0.0.1:1 {$UPSTREAM} {\n\tlb_policy first\n\tlb_try_duration 2s\n\tlb_try_interval 10ms\n\tfail_duration 5s\n}\n",
		"request_buffers":            "reverse_proxy {$UPSTREAM} {\n\trequest_buffers 1MiB\n\tresponse_buffers 1MiB\n}\n",
		"handle_response":            "reverse_proxy {$UPSTREAM} {\n\thandle_response {\n\t\tcopy_response\n\t}\n}\n",
		"intercept, another status":  "intercept {\n\t@bad status 599\n\thandle_response @bad {\n\t\trespond x\n\t}\n}\n" + proxy,
		"intercept that hands on":    "intercept {\n\thandle_response {\n\t\theader X-Seen yes\n\t}\n}\n" + proxy,
		"a rewrite to another place": "rewrite * /other\n" + proxy,
		"flush_interval":             "reverse_proxy {$UPSTREAM} {\n\tflush_interval -1\n}\n",
	} {
		t.Run(rule, func(t *testing.T) {
			site := gate() + behindIt
			if strings.HasPrefix(behindIt, "rewrite") {
				site = "route {\n" + site + "}\n"
			}
			e := start(t, site)
			wantVerdict(t, e, says(200, "SUCCESS"), yes)
			wantVerdict(t, e, noContent, yes)
			wantVerdict(t, e, says(200, `{"code":"FAIL","message":"m"}`), no("m"))
			wantVerdict(t, e, says(500, "SUCCESS"), status)
			wantVerdict(t, e, hijacked("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nSUCCESS"), neither)
		})
	}
}

// Where the site answers by itself, that is the upstream's word.
func TestSiteAnswers(t *testing.T) {
	for answer, want := range map[string]verdict{
		"respond SUCCESS":                  yes,
		"respond 204":                      yes,
		"respond \"FAIL no shop here\"":    no("FAIL no shop here"),
		"respond SUCCESS 503":              status,
		"redir * /login":                   status,
		"error 503":                        {"upstream_unreachable", 502, unreachable},
		"error 404":                        status,
		"abort":                            neither,
		"file_server":                      status,
		"respond {http.wechatpay.kind}":    neither,
		"respond `{\"code\":\"SUCCESS\"}`": yes,
		"reverse_proxy {\n\tdynamic a {\n\t\tname {http.request.header.X-None}\n\t\tport 1\n\t\tresolvers 127.0.0.1:1\n\t}\n}": {"upstream_unreachable", 502, unreachable},
	} {
		t.Run(answer, func(t *testing.T) {
			e := start(t, "route {\n"+gate()+answer+"\n}\n")
			wantAck(t, e.post(payment()), want.status, want.ack)
			wantFields(t, e.logs.one(t, ownLogger), map[string]any{"reason": want.reason})
		})
	}
}

// php_fastcgi looks for files first. A path that it redirects, for want of a slash,
// is no notify URL, and the log says so.
func TestPHPFastCGI(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"notify.php", "sub/index.php", "index.php"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte("<?php"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e := start(t, "root "+root+"\n"+gate()+"php_fastcgi {$PHP_FPM}\nfile_server\n")
	for target, script := range map[string]string{
		"/notify.php": "/notify.php", "/notify.php?a=1": "/notify.php", "/sub/": "/sub/index.php", "/pay/notify": "/index.php", "/sub/index.php": "/sub/index.php",
	} {
		wantAck(t, e.post(payment(), withTarget(target)), 200, successXML)
		got := e.upstream.php(t)
		if got.variables["SCRIPT_NAME"] != script || got.variables["QUERY_STRING"] != "" || got.stdin != e.upstream.one(t).body {
			t.Errorf("%s: script %s, query %q", target, got.variables["SCRIPT_NAME"], got.variables["QUERY_STRING"])
		}
	}
	wantAck(t, e.post(payment(), withTarget("/sub")), 502, badStatus)
	line := e.logs.one(t, ownLogger)
	if detail, _ := line["detail"].(string); !strings.Contains(detail, "trailing slash") || line["upstream_status"] != float64(308) {
		t.Errorf("the log says %v, want status 308 and a hint at the trailing slash", line)
	}
}

// A merchant's key vouches for that merchant alone.
func TestKeysOfSeveralMerchants(t *testing.T) {
	t.Setenv("OTHER_KEY", previousKey)
	e := start(t, gate("merchant "+strictMchID+" {\n\tkey {env.OTHER_KEY}\n}")+proxy)
	for _, row := range []struct {
		mchID, key string
		status     int
	}{
		{mchID, apiKey, 200}, {strictMchID, previousKey, 200}, {mchID, previousKey, 401}, {strictMchID, apiKey, 401},
	} {
		got := e.post(wechatpaytest.Payment(row.mchID).Sign(row.key, verifier.HMACSHA256))
		if got.status != row.status {
			t.Errorf("merchant %s: %v, want %d", row.mchID, got, row.status)
		}
	}
}
