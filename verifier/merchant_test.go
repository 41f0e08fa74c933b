package verifier_test

import (
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// badKeys can only be a mistake, and verifying with some of them would be worse
// than not verifying at all.
var badKeys = []struct {
	name string
	key  string
}{
	{"empty", ""},
	{"a blank", " "},
	{"32 blanks", strings.Repeat(" ", 32)},
	{"31 characters", key[1:]},
	{"33 characters", key + "0"},
	{"64 characters", key + key},
	{"blank inside", key[:15] + " " + key[16:]},
	{"blank before", " " + key},
	{"blank at the end of 32", key[:31] + " "},
	{"line feed after", key + "\n"},
	{"line feed at the end of 32", key[:31] + "\n"},
	{"carriage return at the end of 32", key[:31] + "\r"},
	{"tab inside", key[:15] + "\t" + key[16:]},
	{"NUL inside", key[:15] + "\x00" + key[16:]},
	{"DEL inside", key[:15] + "\x7f" + key[16:]},
	{"no-break space inside", key[:15] + "\u00a0" + key[17:]},
	{"32 bytes of Chinese", strings.Repeat("密", 10) + "ab"},
	{"BOM before", "\uFEFF" + key[:29]},
	{"null", "null"},
	{"the documentation's example", "192006250b4c09247ec02edce69f6a2d"},
	{"the documentation's example in upper case", "192006250B4C09247EC02EDCE69F6A2D"},
	{"Tencent's demo", "8934e7d15453e97507ef794cf7b0519d"},
	{"Tencent's demo in upper case", "8934E7D15453E97507EF794CF7B0519D"},
	{"Tencent's older demo", "e10adc3949ba59abbe56e057f20f883e"},
}

func TestNewRefusesBadKeys(t *testing.T) {
	for _, test := range badKeys {
		t.Run(test.name, func(t *testing.T) {
			for position, keys := range [][]string{{test.key}, {key, test.key}} {
				_, err := verifier.New(verifier.Config{Merchants: []verifier.Merchant{{MchID: mchID, Keys: keys}}})
				if err == nil {
					t.Fatalf("accepted as key %d", position+1)
				}
				wantNames(t, err, mchID)
				wantSilent(t, err, test.key, key)
			}
			if err := verifier.CheckKey(test.key); err == nil {
				t.Error("CheckKey accepts it")
			} else {
				wantSilent(t, err, test.key)
			}
		})
	}
}

func TestAllowPublicKeys(t *testing.T) {
	for _, test := range badKeys {
		_, err := verifier.New(verifier.Config{
			AllowPublicKeys: true,
			Merchants:       []verifier.Merchant{{MchID: mchID, Keys: []string{test.key}}},
		})
		wellFormed := len(test.key) == 32 && !strings.ContainsFunc(test.key, func(r rune) bool { return r <= ' ' || r > '~' })
		if (err == nil) != wellFormed {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	one := func(m verifier.Merchant) []verifier.Merchant { return []verifier.Merchant{m} }
	good := verifier.Merchant{MchID: mchID, Keys: []string{key}}
	tests := []struct {
		name   string
		config verifier.Config
		names  string // what the error must tell
	}{
		{"no merchant", verifier.Config{}, "merchant"},
		{"no key", verifier.Config{Merchants: one(verifier.Merchant{MchID: mchID})}, mchID},
		{"no merchant number", verifier.Config{Merchants: one(verifier.Merchant{Keys: good.Keys})}, "mch_id"},
		{"merchant number with a blank", verifier.Config{Merchants: one(verifier.Merchant{MchID: mchID + " ", Keys: good.Keys})}, "mch_id"},
		{"merchant number in full width", verifier.Config{Merchants: one(verifier.Merchant{MchID: "１９", Keys: good.Keys})}, "mch_id"},
		{"merchant number and key swapped", verifier.Config{Merchants: one(verifier.Merchant{MchID: key, Keys: []string{mchID}})}, "mch_id"},
		{"merchant twice", verifier.Config{Merchants: []verifier.Merchant{good, good}}, mchID},
		{"merchant twice with other keys", verifier.Config{Merchants: []verifier.Merchant{good, {MchID: mchID, Keys: []string{previousKey}}}}, mchID},
		{"second merchant without a key", verifier.Config{Merchants: []verifier.Merchant{good, {MchID: "1900000110"}}}, "1900000110"},
		{"unknown sign_type", verifier.Config{Merchants: one(verifier.Merchant{MchID: mchID, Keys: good.Keys, SignType: "SHA1"})}, mchID},
		{"sign_type in lower case", verifier.Config{Merchants: one(verifier.Merchant{MchID: mchID, Keys: good.Keys, SignType: "md5"})}, mchID},
		{"empty appid", verifier.Config{Merchants: one(verifier.Merchant{MchID: mchID, Keys: good.Keys, AppIDs: []string{""}})}, mchID},
		{"two appids in one", verifier.Config{Merchants: one(verifier.Merchant{MchID: mchID, Keys: good.Keys, AppIDs: []string{"wx1 wx2"}})}, mchID},
		{"empty sub_mch_id", verifier.Config{Merchants: one(verifier.Merchant{MchID: mchID, Keys: good.Keys, SubMchIDs: []string{""}})}, mchID},
		{"MaxAge without a clock", verifier.Config{Merchants: one(good), MaxAge: time.Hour}, "clock"},
		{"negative MaxAge", verifier.Config{Merchants: one(good), MaxAge: -time.Hour, Now: time.Now}, "MaxAge"},
		{"negative MaxAge without a clock", verifier.Config{Merchants: one(good), MaxAge: -1}, "MaxAge"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v, err := verifier.New(test.config)
			if err == nil || v != nil {
				t.Fatalf("got %v and %v, want an error alone", v, err)
			}
			wantNames(t, err, test.names)
			wantSilent(t, err, key, previousKey)
		})
	}
}

func TestNewAccepts(t *testing.T) {
	good := verifier.Merchant{MchID: mchID, Keys: []string{key, previousKey, strings.Repeat("~", 32)}}
	for name, config := range map[string]verifier.Config{
		"several keys":           {Merchants: []verifier.Merchant{good}},
		"several merchants":      {Merchants: []verifier.Merchant{good, {MchID: "1900000110", Keys: []string{key}}}},
		"a clock without an age": {Merchants: []verifier.Merchant{good}, Now: time.Now},
		"an age with a clock":    {Merchants: []verifier.Merchant{good}, MaxAge: time.Hour, Now: time.Now},
	} {
		if _, err := verifier.New(config); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func wantNames(t *testing.T, err error, text string) {
	t.Helper()
	if !strings.Contains(err.Error(), text) {
		t.Errorf("%q does not name %q", err, text)
	}
}

// wantSilent demands that no secret is in an error, in whatever case.
func wantSilent(t testing.TB, err error, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		for _, text := range []string{secret, strings.TrimSpace(secret)} {
			if len(text) > 4 && strings.Contains(strings.ToUpper(err.Error()), strings.ToUpper(text)) {
				t.Errorf("the error holds a secret: %v", err)
			}
		}
	}
}
