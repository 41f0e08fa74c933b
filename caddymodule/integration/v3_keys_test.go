package integration

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// accepts reports whether a payment by APIv3 that platform signs goes through.
func accepts(t *testing.T, e *edge, platform *wechatpaytest.Platform, apiV3Key string) bool {
	t.Helper()
	got := e.deliver(signedBy(platform, wechatpaytest.V3Transaction(mchID).Body(apiV3Key)))
	switch {
	case got.status == 200 && got.body == successJSON:
		return true
	case got.status != 401 || got.body != failJSON(refused):
		t.Errorf("%v", got)
	}
	return false
}

// During WeChat Pay's own migration both sorts of keys are in use at once.
func TestV3KeysSideBySide(t *testing.T) {
	t.Setenv("PREVIOUS_APIV3_KEY", someKey)
	t.Setenv("WECHATPAY_APIV3_KEY", apiV3Key)
	public, certificate := pemFile(t, byPublicKey()), pemFile(t, byCertificate())
	first, second := byPublicKey(), byCertificate()
	const key = "apiv3_key {env.WECHATPAY_APIV3_KEY}\n"
	for rule, row := range map[string]struct {
		options       string
		first, second bool
	}{
		"a public key":                {key + "public_key " + first.Serial + " " + public + "\n", true, false},
		"a certificate":               {key + "platform_certificate " + certificate + "\n", false, true},
		"both":                        {key + "public_key " + first.Serial + " " + public + "\nplatform_certificate " + certificate + "\n", true, true},
		"another public key as well":  {key + "public_key " + byStranger().Serial + " " + pemFile(t, byStranger()) + "\npublic_key " + first.Serial + " " + public + "\n", true, false},
		"the public key of other ids": {key + "public_key PUB_KEY_ID_0110000000000000000000000000000000 " + public + "\n", false, false},
		"two certificates":            {key + "platform_certificate " + pemFile(t, wechatpaytest.NewCertificate(time.Now().AddDate(0, 6, 0))) + " " + certificate + "\n", false, true},
	} {
		t.Run(rule, func(t *testing.T) {
			e := start(t, withMerchantOptions(gate(), row.options)+proxy)
			if got := accepts(t, e, first, apiV3Key); got != row.first {
				t.Errorf("signed with the public key: accepted %v, want %v", got, row.first)
			}
			if got := accepts(t, e, second, apiV3Key); got != row.second {
				t.Errorf("signed with the certificate: accepted %v, want %v", got, row.second)
			}
			if accepts(t, e, first, someKey) {
				t.Error("an APIv3 key that is not configured decrypts")
			}
		})
	}
	t.Run("a previous APIv3 key", func(t *testing.T) {
		e := start(t, withMerchantOptions(gate(), "apiv3_key {env.WECHATPAY_APIV3_KEY} {env.PREVIOUS_APIV3_KEY}\npublic_key "+first.Serial+" "+public+"\n")+proxy)
		if !accepts(t, e, first, apiV3Key) || !accepts(t, e, first, someKey) {
			t.Error("one of the two APIv3 keys does not decrypt")
		}
	})
}

// What a key's file holds is read with each forced reload, and only then. A file that no
// longer holds one leaves the configuration before in charge.
func TestV3FilesAreReadAgain(t *testing.T) {
	file := pemFile(t, byPublicKey())
	t.Setenv("WECHATPAY_APIV3_KEY", apiV3Key)
	id := byPublicKey().Serial
	site := withMerchantOptions(gate(), "apiv3_key {env.WECHATPAY_APIV3_KEY}\npublic_key "+id+" "+file+"\n") + proxy
	e := start(t, site)
	write := func(text []byte) {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rotated := *byStranger()
	rotated.Serial = id
	if !accepts(t, e, byPublicKey(), apiV3Key) || accepts(t, e, &rotated, apiV3Key) {
		t.Error("the file's key is not the one in use")
	}
	write(rotated.PEM)
	if !accepts(t, e, byPublicKey(), apiV3Key) {
		t.Error("a file is read without a reload")
	}
	write([]byte("-----BEGIN PUBLIC KEY-----\n"))
	if err := e.tryReload(site); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("%v, want an error that names the file", err)
	}
	if !accepts(t, e, byPublicKey(), apiV3Key) {
		t.Error("a reload that failed took the key away")
	}
	write(rotated.PEM)
	reloaded(t, e, site)
	if !accepts(t, e, &rotated, apiV3Key) || accepts(t, e, byPublicKey(), apiV3Key) {
		t.Error("after a reload the file's new key is not the one in use")
	}

	t.Setenv("WECHATPAY_APIV3_KEY", someKey)
	reloaded(t, e, site)
	if !accepts(t, e, &rotated, someKey) || accepts(t, e, &rotated, apiV3Key) {
		t.Error("after a reload the new APIv3 key is not the one in use")
	}
}

// A certificate near its end, or past it, is warned of once when it is loaded; it is
// WeChat Pay's to stop using it.
func TestV3CertificateNearItsEnd(t *testing.T) {
	for rule, row := range map[string]struct {
		left   time.Duration
		warned bool
	}{
		"31 days left":      {31 * 24 * time.Hour, false},
		"29 days left":      {29 * 24 * time.Hour, true},
		"ended an hour ago": {-time.Hour, true},
	} {
		t.Run(rule, func(t *testing.T) {
			ends := time.Now().Add(row.left).Truncate(time.Second)
			platform := wechatpaytest.NewCertificate(ends)
			t.Setenv("WECHATPAY_APIV3_KEY", apiV3Key)
			e := start(t, withMerchantOptions(gate(), "apiv3_key {env.WECHATPAY_APIV3_KEY}\nplatform_certificate "+pemFile(t, platform)+"\n")+proxy)
			warnings := e.logs.which(func(line logLine) bool { return line["serial"] != nil })
			switch {
			case !row.warned && len(warnings) > 0:
				t.Errorf("warned: %v", warnings)
			case row.warned && len(warnings) != 1:
				t.Fatalf("warned %d times, want once", len(warnings))
			case row.warned:
				wantFields(t, warnings[0], map[string]any{"level": "warn", "logger": ownLogger, "merchant": mchID, "serial": platform.Serial})
				if at, is := warnings[0]["not_after"].(float64); !is || int64(at) != ends.Unix() {
					t.Errorf("not_after is %v, want %d", warnings[0]["not_after"], ends.Unix())
				}
			}
			if !accepts(t, e, platform, apiV3Key) {
				t.Error("what it signed is refused")
			}
		})
	}
}

// An APIv3 key that stands in the configuration itself is warned of, as an APIv2 key is.
func TestV3KeyInTheConfiguration(t *testing.T) {
	for rule, row := range map[string]struct {
		key  string
		want int
	}{"literal": {apiV3Key, 1}, "a placeholder": {"{env.WECHATPAY_APIV3_KEY}", 0}} {
		t.Run(rule, func(t *testing.T) {
			e := start(t, strings.ReplaceAll(gateOfBoth(t), "{env.WECHATPAY_APIV3_KEY}", row.key)+proxy)
			warnings := e.logs.which(func(line logLine) bool {
				return line["merchant"] == mchID && strings.Contains(line["msg"].(string), "{env.NAME}")
			})
			if len(warnings) != row.want {
				t.Errorf("warned %d times, want %d: %v", len(warnings), row.want, warnings)
			}
		})
	}
}
