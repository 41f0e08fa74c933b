package integration

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddy-wechatpay/caddy-wechatpay/caddymodule"
)

// The adapted configuration and what the admin API serves hold placeholders, not
// keys, also while the handler that uses the keys is running.
func TestConfigurationKeepsPlaceholders(t *testing.T) {
	directory := t.TempDir()
	keyFile := filepath.Join(directory, "key")
	if err := os.WriteFile(keyFile, []byte(previousKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("REDIS_PASSWORD", redisPassword)
	t.Setenv("ATTACH_SECRET", attachSecret)
	t.Setenv("SHOP_TOKEN", "TokenOfTheShop2")
	e := start(t, gate()+proxy)
	merchant := "wechatpay_notify {\nmerchant " + mchID + " {\nkey {env.WECHATPAY_APIV2_KEY} {file." + keyFile + "}\n}\n"
	config, err := adapt(e.caddyfile("handle /a {\n" + merchant + "amount_guard attach {env.ATTACH_SECRET}\ndedupe redis redis://:{env.REDIS_PASSWORD}@127.0.0.1:1/0 {\ntimeout 100ms\n}\n}\n" + proxy + "}\n" +
		"handle {\n" + merchant + "amount_guard lookup http://127.0.0.1:1/{http.wechatpay.total}?token={env.SHOP_TOKEN}\ndedupe memory\n}\n" + proxy + "}\n"))
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(directory, "admin.sock")
	config["admin"] = object{"listen": "unix/" + socket, "config": object{"persist": false}}
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := caddy.Load(text, true); err != nil {
		t.Fatal(err)
	}
	served := getOverSocket(t, socket, "/config/")
	secrets := map[string]string{
		"the key": apiKey, "the key of the file": previousKey,
		"the password of Redis": redisPassword, "the attach secret": attachSecret, "the shop's token": "TokenOfTheShop2",
	}
	for where, text := range map[string]string{"the adapted configuration": string(text), "GET /config/": served, "the log": e.logs.everything()} {
		wantNoSecret(t, where, text, secrets)
	}
	for _, placeholder := range []string{"{env.WECHATPAY_APIV2_KEY}", "{file." + keyFile + "}", "{env.REDIS_PASSWORD}", "{env.ATTACH_SECRET}", "{env.SHOP_TOKEN}"} {
		if !strings.Contains(served, placeholder) {
			t.Errorf("GET /config/ lacks %s", placeholder)
		}
	}
}

func getOverSocket(t *testing.T, socket, path string) string {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}}
	defer client.CloseIdleConnections()
	response, err := client.Get("http://localhost" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("%d %v", response.StatusCode, err)
	}
	return string(text)
}

// Even a key that stands in the configuration itself stays out of the log and of
// what the handler says about itself; the log warns of it.
func TestLiteralKeyStaysOutOfLogs(t *testing.T) {
	e := start(t, "wechatpay_notify {\nmerchant "+mchID+" {\nkey "+apiKey+"\n}\ndedupe memory\n}\n"+proxy)
	wantAck(t, e.post(payment()), 200, successXML)
	wantNoSecret(t, "the log", e.logs.everything(), map[string]string{"the key": apiKey})

	e = start(t, "wechatpay_notify {\nmerchant "+mchID+" {\nkey "+apiKey+"\n}\ndedupe memory\n}\n"+proxy)
	var warnings []logLine
	for _, line := range e.logs.with("merchant") {
		if line["level"] == "warn" {
			warnings = append(warnings, line)
		}
	}
	if len(warnings) != 1 || warnings[0]["merchant"] != mchID || !strings.Contains(warnings[0]["msg"].(string), "{env.NAME}") {
		t.Errorf("warnings: %v, want one about the key of merchant %s", warnings, mchID)
	}

	wantNoSecret(t, "the module as text", asLogged(&caddymodule.Handler{
		Merchants:   []caddymodule.Merchant{{MchID: mchID, Keys: []string{apiKey}}},
		AmountGuard: &caddymodule.AmountGuard{Lookup: "http://:" + redisPassword + "@127.0.0.1/", Attach: []string{attachSecret}},
		DedupeRaw:   []byte(`{"store":"redis","url":"redis://:` + redisPassword + `@127.0.0.1"}`),
	}), map[string]string{"the key": apiKey, "the attach secret": attachSecret, "the password": redisPassword})
}

// So do a literal password of Redis, a literal attach secret, and a literal token of the
// shop's.
func TestLiteralSecretsStayOutOfLogs(t *testing.T) {
	secrets := map[string]string{"the password": redisPassword, "the attach secret": attachSecret, "the token": "TokenOfTheShop2"}
	site := "handle /a {\n" + gate("dedupe redis redis://:"+redisPassword+"@127.0.0.1:1/0 {\n\t\ttimeout 100ms\n\t}", "amount_guard attach "+attachSecret) + proxy + "}\n" +
		"handle {\n" + gate("dedupe memory", "amount_guard lookup http://127.0.0.1:1/?token=TokenOfTheShop2") + proxy + "}\n"
	e := start(t, site)
	for _, target := range []string{"/a", "/b"} {
		for range 2 {
			got := e.post(payment(), withTarget(target))
			wantNoSecret(t, "an answer", got.body+headerText(got.header), secrets)
		}
	}
	if err := e.tryReload(strings.ReplaceAll(site, "127.0.0.1:1/0", "127.0.0.1:x/y")); err == nil {
		t.Error("a URL that is none loads")
	} else {
		wantNoSecret(t, "the error", err.Error(), secrets)
	}
	e.logs.one(t, ownLogger)
	wantNoSecret(t, "the log", e.logs.everything(), secrets)
}

// asLogged returns what zap makes of a value, as in Caddy's trace of handlers.
func asLogged(value any) string {
	line, err := zapcore.NewJSONEncoder(zapcore.EncoderConfig{}).EncodeEntry(zapcore.Entry{}, []zap.Field{zap.Any("module", value)})
	if err != nil {
		panic(err)
	}
	return line.String()
}
