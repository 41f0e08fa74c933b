package integration

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// With dedupe off, the app does it: every delivery is for it.
func TestDedupeOff(t *testing.T) {
	for name, next := range upstreams {
		t.Run(name, func(t *testing.T) {
			e := start(t, gate("dedupe off")+next)
			fields := wechatpaytest.Payment(mchID)
			wantDelivery(t, e, sign(fields), yes, 1)
			wantDelivery(t, e, sign(fields), yes, 1)
			wantDelivery(t, e, sign(fields.With("total_fee", "2")), yes, 1)
			copiesAtOnce(t, e, sign(fields), yes)
			wantCalls(t, e, 1+50)
		})
	}
}

// In shadow mode nothing is kept from the app, and so nothing is remembered.
func TestShadowRemembersNothing(t *testing.T) {
	data := t.TempDir()
	t.Setenv("XDG_DATA_HOME", data)
	path := newFile(t)
	for rule, store := range map[string]string{
		"file": "dedupe file " + path, "memory": "dedupe memory", "the default": "", "off": "dedupe off",
	} {
		t.Run(rule, func(t *testing.T) {
			e := start(t, withStore(store, "mode shadow")+proxy)
			e.upstream.answers(says(201, "as the app says"))
			body := payment()
			for range 3 {
				got := e.post(body)
				if got.status != 201 || got.body != "as the app says" || e.upstream.one(t).body != body {
					t.Errorf("%v; the upstream got %v", got, e.upstream.calls())
				}
				wantFields(t, e.logs.one(t, ownLogger), map[string]any{"mode": "shadow", "reason": "upstream_unreadable"})
			}
		})
	}
	wantFiles(t, data)
	wantFiles(t, filepath.Dir(path))
}

// Who says nothing about dedupe gets it, with a file among Caddy's data. The file is made
// when the configuration is in effect, not when it is looked at.
func TestDefaultStore(t *testing.T) {
	data := t.TempDir()
	t.Setenv("XDG_DATA_HOME", data)
	t.Setenv("WECHATPAY_APIV2_KEY", apiKey)
	t.Cleanup(func() { _ = caddy.Stop() })
	site := withStore("") + proxy

	config, err := adapt("{\n\tadmin off\n\tpersist_config off\n}\nhttp://127.0.0.1:0 {\n" + site + "}\n")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	var parsed caddy.Config
	if err := json.Unmarshal(text, &parsed); err != nil {
		t.Fatal(err)
	}
	if err := caddy.Validate(&parsed); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, data)

	e := start(t, site)
	wantFiles(t, data, "caddy/wechatpay/dedupe.db")
	body := payment()
	wantDelivery(t, e, body, yes, 1)
	wantDelivery(t, e, body, duplicate, 0)
	if err := caddy.Stop(); err != nil {
		t.Error(err)
	}
	reloaded(t, e, site)
	wantDelivery(t, e, body, duplicate, 0)
	info, err := os.Stat(filepath.Join(data, "caddy/wechatpay/dedupe.db"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v, want a file that nobody else can read", info, err)
	}
}

// A configuration that does not load leaves no file behind either.
func TestBrokenConfigurationMakesNoFile(t *testing.T) {
	path := newFile(t)
	e := start(t, gate()+proxy)
	for _, site := range []string{
		strings.ReplaceAll(gate("dedupe file "+path), "WECHATPAY_APIV2_KEY", "WECHATPAY_UNSET") + proxy,
		gate("dedupe file "+path) + "reverse_proxy {$UPSTREAM} {\n\ttransport none\n}\n",
		"route {\n" + gate("dedupe file "+path) + gate("dedupe file {env.WECHATPAY_UNSET}") + "}\n",
	} {
		if err := e.tryReload(site); err == nil {
			t.Errorf("it loads: %s", site)
		}
	}
	wantFiles(t, filepath.Dir(path))
	wantDelivery(t, e, payment(), yes, 1)
}

// withStore is gate with a store that may be none, and then is the default.
func withStore(store string, options ...string) string {
	return strings.ReplaceAll(gate(append(options, "dedupe PLACE")...), "dedupe PLACE", store)
}

// wantFiles demands which files there are in a directory, by their paths in it.
func wantFiles(t *testing.T, directory string, want ...string) {
	t.Helper()
	var got []string
	err := filepath.WalkDir(directory, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			got = append(got, strings.TrimPrefix(path, directory+"/"))
		}
		return err
	})
	if err != nil || strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("files %v, %v, want %v", got, err, want)
	}
}
