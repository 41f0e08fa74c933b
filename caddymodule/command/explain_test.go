package command_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

const why = "explain --mch-id " + mchID + " "

// The cause is named, and whether it is proven. What is wrong with a key does not stop it.
func TestExplain(t *testing.T) {
	headers, body := v3Notification(t, time.Now().Add(-time.Hour))
	genuine := payment().Signed(key, verifier.MD5)
	files(t, keyFiles(map[string]string{
		"blank.txt": key + " \n", "two-lines.txt": key + "\n\n", "empty.txt": "", "changed.xml": genuine.With("total_fee", "1").XML(),
		"unsigned.xml": payment().XML(), "apiv3.xml": payment().Sign(apiV3Key, verifier.MD5), "hmac.xml": payment().Sign(key, verifier.HMACSHA256),
		"refund.xml": wechatpaytest.Refund().SealRefund(mchID, previousKey), "sample.xml": payment().Sign(sampleKey, verifier.MD5),
		"v3.txt": headers + "\n" + body, "v3-line-end.txt": headers + "\n" + body + "\n",
	}))
	const v3Keys = "--apiv3-key-file apiv3.txt --public-key PUB_KEY_ID_TEST=public.pem "
	tests := []struct {
		name, args     string
		code           int
		verdict, cause string
	}{
		{"a genuine one", "--key-file key.txt body.xml", 0, "It is genuine.", ""},
		{"a changed value", "--key-file key.txt changed.xml", 1, "the signature does not match (bad_signature)", "The cause, proven (value_changed)"},
		{"a blank in the key", "--key-file blank.txt body.xml", 1, "(bad_signature)", "The cause, proven (key_blank)"},
		{"a line end too many in the key", "--key-file two-lines.txt body.xml", 1, "(bad_signature)", "The cause, proven (key_line_break)"},
		{"a key that is empty", "--key-file empty.txt body.xml", 1, "(bad_signature)", "A possible cause (key_empty)"},
		{"another key", "--key-file previous.txt body.xml", 1, "(bad_signature)", "A possible cause (key_wrong)"},
		{"the APIv3 key instead", "--key-file key.txt --apiv3-key-file apiv3.txt apiv3.xml", 1, "(bad_signature)", "The cause, proven (signed_with_apiv3_key)"},
		{"no signature", "--key-file key.txt unsigned.xml", 1, "the body carries no signature (unsigned)", "(sign_missing)"},
		{"a signature type that is not allowed", "--key-file key.txt --sign-type MD5 hmac.xml", 1, "(wrong_sign_type)", "The cause, proven (hmac_not_allowed)"},
		{"a refund of a key since reset", "--key-file key.txt --key-file previous.txt refund.xml", 0, "It is genuine.", "Worth knowing (key_previous)"},
		{"a refund of another key", "--key-file key.txt refund.xml", 1, "no key decrypts it (undecryptable)", "A possible cause (refund_key)"},
		{"the key of the documents", "--key-file sample.txt sample.xml", 0, "It is genuine.", "Worth knowing (key_sample_given)"},
		{"APIv3", v3Keys + "v3.txt", 0, "It is genuine.", ""},
		{"APIv3 with a line end too many", v3Keys + "v3-line-end.txt", 1, "(bad_signature)", "The cause, proven (v3_body_newline)"},
		{"APIv3 at another time", v3Keys + "--max-age 48h v3.txt", 1, "(clock_skew)", "(clock_timestamp_old)"},
		{"APIv3 without its keys", "--key-file key.txt v3.txt", 1, "(unknown_serial)", "(v3_options_missing)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := run(t, "", words(why+test.args)...)
			got.want(t, test.code, test.verdict, "")
			if !strings.Contains(got.stdout, test.cause) || test.cause == "" && strings.Contains(got.stdout, "cause") {
				t.Errorf("%q is not in %s", test.cause, got.stdout)
			}
			if got.stderr != "" {
				t.Errorf("standard error is not empty: %s", got.stderr)
			}
		})
	}
	run(t, "", words(why+"body.xml")...).want(t, 2, "", "there is no key: use --key-file")
	run(t, "", words("explain --key-file key.txt body.xml")...).want(t, 2, "", "--mch-id is missing")
	run(t, "", words(why+"--key-file key.txt --key-stdin body.xml")...).want(t, 2, "", "--key-stdin is given together with")
}

// The string to sign is there to be compared, with the key masked, and no right signature.
func TestExplainStringToSign(t *testing.T) {
	fields := payment()
	forgery := fields.With("sign", strings.Repeat("0", 32))
	files(t, keyFiles(map[string]string{"forged.xml": forgery.XML()}))
	for _, args := range []string{"", "--json "} {
		got := run(t, "", words(why+args+"--key-file key.txt forged.xml")...)
		for _, want := range []string{"appid=" + fields["appid"] + "&attach=test&", "&trade_type=JSAPI&transaction_id=" + fields["transaction_id"] + "&key=******"} {
			if !strings.Contains(got.stdout, want) {
				t.Errorf("%q is not in %s", want, got.stdout)
			}
		}
		for _, signType := range []verifier.SignType{verifier.MD5, verifier.HMACSHA256} {
			if right := wechatpaytest.Signature(fields, key, signType); strings.Contains(strings.ToUpper(got.stdout), right) {
				t.Errorf("the right signature is printed: %s", got.stdout)
			}
		}
	}
}

func TestExplainInJSON(t *testing.T) {
	files(t, keyFiles(nil))
	type report struct {
		Genuine      *bool
		Reason       string
		Detail       string
		StringToSign string `json:"string_to_sign"`
		Findings     []struct {
			Cause, Explanation, Remedy string
			Certain                    *bool
		}
	}
	var genuine, wrong report
	got := run(t, "", words(why+"--json --key-file key.txt body.xml")...)
	if err := json.Unmarshal([]byte(got.stdout), &genuine); err != nil || got.code != 0 || !*genuine.Genuine || genuine.Reason != "ok" || genuine.Findings == nil || len(genuine.Findings) > 0 {
		t.Errorf("got code %d, %s (%v)", got.code, got.stdout, err)
	}
	got = run(t, "", words(why+"--json --key-file previous.txt body.xml")...)
	if err := json.Unmarshal([]byte(got.stdout), &wrong); err != nil || got.code != 1 || *wrong.Genuine || wrong.Reason != "bad_signature" || wrong.Detail == "" {
		t.Fatalf("got code %d, %s (%v)", got.code, got.stdout, err)
	}
	if f := wrong.Findings[0]; f.Cause != "key_wrong" || f.Explanation == "" || f.Remedy == "" || *f.Certain || wrong.StringToSign == "" {
		t.Errorf("got %s", got.stdout)
	}
}

// A body is a stranger's, and does not steer the terminal.
func TestExplainHostileBodies(t *testing.T) {
	files(t, keyFiles(map[string]string{
		"c1.xml":      payment().With("attach", "\u009b31m\u202e").Sign(previousKey, verifier.MD5),
		"genuine.xml": payment().With("attach", "\u009b31m\u202e").Sign(key, verifier.MD5),
		"esc.xml":     "<xml><a\x1b[2J>\x07</xml>", "esc.json": "{\"a\x1b[2J\": 1}",
	}))
	for _, verb := range []string{"explain", "verify"} {
		for _, file := range []string{"c1.xml", "genuine.xml", "esc.xml", "esc.json"} {
			for _, args := range []string{"", " --json"} {
				got := run(t, "", words(verb+" --mch-id 1900000109 --key-file key.txt "+file+args)...)
				for _, steering := range []string{"\x1b", "\x07", "\u009b", "\u202e"} {
					if strings.Contains(got.stdout+got.stderr, steering) {
						t.Errorf("%s %s: %q is printed as it came: %q", verb, file, steering, got.stdout+got.stderr)
					}
				}
				if got.code == 2 || got.stdout+got.stderr == "" {
					t.Errorf("%s %s: got code %d, %q", verb, file, got.code, got.stderr)
				}
			}
		}
	}
}

// JSON says the same, whatever had to be escaped.
func TestVerifyKeepsWhatItEscapes(t *testing.T) {
	const attach = "\u009b31m\u202e\u2028𝄞\U000E0001"
	files(t, keyFiles(map[string]string{"odd.xml": payment().With("attach", attach).Sign(key, verifier.MD5)}))
	var document struct{ Resource struct{ Attach string } }
	got := run(t, "", words(byKey+"odd.xml")...)
	if err := json.Unmarshal([]byte(got.stdout), &document); err != nil || document.Resource.Attach != attach || !strings.Contains(got.stdout, `\udb40\udc01`) {
		t.Errorf("got %q from %s (%v)", document.Resource.Attach, got.stdout, err)
	}
}
