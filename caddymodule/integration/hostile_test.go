package integration

import (
	"strconv"
	"strings"
	"testing"
)

// headerBomb is what somebody who replays a captured body may put into the header.
// Every value holds the word poison.
func headerBomb() []change {
	var bomb []change
	for _, header := range [][2]string{
		{"Accept", "poison/1"},
		{"Accept-Encoding", "gzip, poison"},
		{"Accept-Language", "poison"},
		{"Authorization", "Bearer poison"},
		{"Cache-Control", "poison"},
		{"Cf-Connecting-Ip", "poison"},
		{"Content-Disposition", "poison"},
		{"Content-Language", "poison"},
		{"Content-Location", "/poison"},
		{"Content-Md5", "poison"},
		{"Content-Range", "bytes 0-1/poison"},
		{"Content-Type", "application/poison"},
		{"Cookie", "PHPSESSID=poison"},
		{"Early-Data", "poison"},
		{"From", "poison"},
		{"If-Match", `"poison"`},
		{"If-None-Match", `"poison"`},
		{"Max-Forwards", "poison"},
		{"Origin", "https://poison"},
		{"Priority", "poison"},
		{"Proxy", "http://poison"}, // httpoxy
		{"Range", "bytes=poison"},
		{"Referer", "https://poison"},
		{"Sec-Fetch-Site", "poison"},
		{"True-Client-Ip", "poison"},
		{"Via", "1.1 poison"},
		{"Webhook-Id", "poison"},
		{"Webhook-Signature", "v1,poison"},
		{"Webhook-Timestamp", "poison"},
		{"Wechatpay-Nonce", "poison"},
		{"Wechatpay-Serial", "poison"},
		{"Wechatpay-Signature", "poison"},
		{"Wechatpay-Timestamp", "poison"},
		{"X-Api-Key", "poison"},
		{"X-Http-Method-Override", "poison"},
		{"X-Original-Url", "/poison"},
		{"X-Real-Ip", "poison"},
		{"X-Rewrite-Url", "/poison"},
		{"X-Wechatpay-Mchid", "poison"},
		{"X-Wechatpay-Total", "poison"},
		{"Content_length", "poison"},
		{"Content_type", "poison"},
		{"Webhook_id", "poison"},
		{"Webhook.id", "poison"},
		{"X_wechatpay_total", "poison"},
		{"X.wechatpay.total", "poison"},
		{"User_agent", "poison"},
		{"X_forwarded_for", "poison"},
	} {
		bomb = append(bomb, withHeader(header[0], header[1]))
	}
	return bomb
}

// Headers are not signed: all of them go, but for those that only say how the
// request came here.
func TestHeaderBomb(t *testing.T) {
	// Caddy itself drops names with _ and ., unless told otherwise.
	aliases := []string{"X_Wechatpay_Total", "User_Agent", "Content_Length", "Webhook_Id", "X.Wechatpay.Total", "X_Forwarded_For", "Webhook.Id"}
	site := gate()
	for _, alias := range aliases {
		site += "request_header " + alias + " poison\n"
	}
	for name, next := range map[string]string{"proxy": proxy, "fastcgi": php} {
		e := start(t, site+next)
		protocols(t, e, func(t *testing.T, e *edge) {
			t.Run(name, func(t *testing.T) {
				e.t = t
				wantAck(t, e.post(payment(), headerBomb()...), 200, successXML)
				if name == "fastcgi" {
					wantNoPoison(t, e.upstream.php(t).variables)
				}
				for header, values := range e.upstream.one(t).header {
					wantNoPoison(t, map[string]string{header: strings.Join(values, ", ")})
				}
			})
		})
	}
}

func wantNoPoison(t *testing.T, named map[string]string) {
	t.Helper()
	for name, value := range named {
		if strings.Contains(value, "poison") {
			t.Errorf("%s: %s got through", name, value)
		}
	}
}

// These change what becomes of the connection: as raw HTTP/1.1, because no client
// sends them along. The answer must come at once and be the usual one.
func TestConnectionHeaders(t *testing.T) {
	e := start(t, gate()+proxy)
	for _, header := range []string{
		"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: cG9pc29u\r\nSec-WebSocket-Version: 13",
		"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
		"Connection: User-Agent, Content-Length, Webhook-Id",
		"Connection: close, X-Forwarded-For\r\nKeep-Alive: timeout=1",
		"TE: trailers, deflate\r\nConnection: TE",
		"Incremental: ?1",
		"Proxy-Connection: keep-alive\r\nProxy-Authorization: Basic cG9pc29u",
	} {
		t.Run(strings.SplitN(header, "\r", 2)[0], func(t *testing.T) {
			e.t = t
			body := payment()
			request := "POST /notify HTTP/1.1\r\nHost: pay\r\nUser-Agent: Mozilla/4.0\r\n" + header +
				"\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
			response, text := e.raw(request)
			if response.StatusCode != 200 || text != successXML {
				t.Errorf("%d %s, want 200 and SUCCESS", response.StatusCode, text)
			}
			got := e.upstream.one(t)
			wantFraming(t, got)
			for _, name := range []string{
				"Connection", "Expect", "Http2-Settings", "Incremental", "Keep-Alive", "Proxy-Authorization",
				"Proxy-Connection", "Sec-Websocket-Key", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
			} {
				if value, there := got.header[name]; there {
					t.Errorf("%s: %q got through", name, value)
				}
			}
			if got.header.Get("Webhook-Id") == "" || got.header.Get("User-Agent") != "Mozilla/4.0" {
				t.Errorf("the connection's options took headers away: %v", got.header)
			}
		})
	}
}
