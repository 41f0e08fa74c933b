package command_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

const (
	making   = "sign --mch-id 1900000109 --key-file key.txt --apiv3-key-file apiv3.txt --private-key-file private.pem "
	checking = "verify --mch-id 1900000109 --key-file key.txt --apiv3-key-file apiv3.txt --public-key PUB_KEY_ID_TEST=public.pem --max-age 1m "
)

// What sign prints, verify takes: every kind, with every signature type that it can have.
func TestRoundTrips(t *testing.T) {
	files(t, keyFiles(nil))
	for _, kind := range issuer.Kinds {
		for _, signType := range []string{"", "MD5", "HMAC-SHA256"} {
			if kind == "payscore" && signType == "MD5" {
				continue // which WeChat Pay never does, and the edge refuses
			}
			t.Run(kind+" "+signType, func(t *testing.T) {
				args := making + "--kind " + kind
				if signType != "" {
					args += " --sign-type " + signType
				}
				made := run(t, "", words(args)...)
				if made.code != 0 || made.stderr != "" {
					t.Fatalf("got code %d, %s", made.code, made.stderr)
				}
				if strings.HasPrefix(kind, "v3-") || kind == "refund" {
					signType = "" // which have another, or none
				}
				run(t, made.stdout, words(checking+"-")...).want(t, 0, `"authenticity":"`+signType, "")
			})
		}
	}
}

// JSON holds the same.
func TestSignInJSON(t *testing.T) {
	files(t, keyFiles(nil))
	for _, kind := range issuer.Kinds {
		var made struct {
			Kind    string
			Headers map[string]string
			Body    string
		}
		got := run(t, "", words(making+"--json --kind "+kind)...)
		if err := json.Unmarshal([]byte(got.stdout), &made); err != nil || made.Kind != kind || strings.Count(got.stdout, "\n") != 1 {
			t.Fatalf("%s: got %s (%v)", kind, got.stdout, err)
		}
		args := words(checking)
		for name, value := range made.Headers {
			args = append(args, "--header", name+": "+value)
		}
		run(t, made.Body, args...).want(t, 0, `"id":`, "")
	}
}

// A body is printed as it goes over the wire, without a line end of its own.
func TestSignPrintsTheBodyAlone(t *testing.T) {
	files(t, keyFiles(nil))
	if got := run(t, "", words(making+"--kind payment")...).stdout; !strings.HasPrefix(got, "<xml>") || !strings.HasSuffix(got, "</xml>") {
		t.Errorf("got %q", got)
	}
	head, body, split := strings.Cut(run(t, "", words(making+"--kind v3-refund")...).stdout, "\n\n")
	if !split || !strings.HasPrefix(head, "Content-Type: application/json\nWechatpay-Nonce: ") || !json.Valid([]byte(body)) || strings.HasSuffix(body, "\n") {
		t.Errorf("got %q, %q", head, body)
	}
}

func TestSignFields(t *testing.T) {
	files(t, keyFiles(nil))
	v3 := making + "--kind v3-transaction "
	tests := []struct{ name, args, want, wantNot string }{
		{"an element", making + "--kind payment --field total_fee=9900", `"total":9900`, ""},
		{"several", making + "--kind payment --field total_fee=9900 --field out_trade_no=A1", `"out_trade_no":"A1"`, ""},
		{"the last word counts", making + "--kind payment --field total_fee=1 --field total_fee=2", `"total":2`, ""},
		{"a value with =", making + "--kind payment --field attach=a=b", `"attach":"a=b"`, ""},
		{"an emptied element", making + "--kind payment --field attach=", `"total":1`, `"attach"`},
		{"a member of APIv3 by its path", v3 + "--field amount.total=9900", `"total":9900`, ""},
		{"a removed member", v3 + "--field attach=", `"trade_state":"SUCCESS"`, `"attach"`},
		{"another id of the key", making + "--kind v3-refund --serial PUB_KEY_ID_2", `"authenticity":"RSA"`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			made := run(t, "", words(test.args)...)
			got := run(t, made.stdout, words(checking+"--public-key PUB_KEY_ID_2=public.pem")...)
			got.want(t, 0, test.want, "")
			if test.wantNot != "" && strings.Contains(got.stdout, test.wantNot) {
				t.Errorf("there is %s in %s", test.wantNot, got.stdout)
			}
		})
	}
}

func TestSignRefuses(t *testing.T) {
	files(t, keyFiles(map[string]string{"short.txt": key[1:], "blank.txt": key + " ", "ec.pem": ecKey(t)}))
	const bare = "sign --mch-id 1900000109 "
	tests := []struct{ name, args, stderr string }{
		{"no kind", bare + "--key-file key.txt", "--kind is missing; the kinds are payment, deduction,"},
		{"an unknown kind", bare + "--key-file key.txt --kind pay", "--kind: it is none of payment,"},
		{"no merchant", "sign --kind payment --key-file key.txt", "--mch-id is missing"},
		{"no key", bare + "--kind payment", "give it with --key-file, --key-env or --key-stdin"},
		{"a refund without a key", bare + "--kind refund", "a refund is encrypted with the APIv2 key"},
		{"PayScore without the APIv3 key", bare + "--kind payscore --key-file key.txt", "--apiv3-key-file"},
		{"APIv3 without its key", bare + "--kind v3-refund --private-key-file private.pem", "--apiv3-key-file"},
		{"a short key", bare + "--kind payment --key-file short.txt", "key 1 has 31 characters"},
		{"a key with a blank", bare + "--kind payment --key-file blank.txt", "key 1 holds a blank"},
		{"an APIv3 key with a blank", bare + "--kind v3-refund --private-key-file private.pem --apiv3-key-file blank.txt", "apiv3_key 1 holds a blank"},
		{"a public key to sign with", bare + "--kind v3-refund --apiv3-key-file apiv3.txt --private-key-file public.pem", "it is a public key, but signing takes a private key"},
		{"a key to sign with that is not of RSA", bare + "--kind v3-refund --apiv3-key-file apiv3.txt --private-key-file ec.pem", "the private key is not of RSA"},
		{"two keys to sign with", making + "--kind v3-refund --private-key-file private.pem", "is given more than once"},
		{"a key to sign with that is not there", bare + "--kind v3-refund --apiv3-key-file apiv3.txt --private-key-file missing.pem", "--private-key-file: no such file"},
		{"a serial that is none", making + "--kind v3-refund --serial a/b", "a serial is the id of a public key"},
		{"a signature type that is none", making + "--kind payment --sign-type RSA", "--sign-type: it is none of MD5, HMAC-SHA256"},
		{"a field without a value", making + "--kind payment --field total_fee", "--field takes name=value"},
		{"a field without a name", making + "--kind payment --field =1", "--field takes name=value"},
		{"a field that is no element", making + "--kind payment --field a-b=1", "is not the name of an element"},
		{"an argument", making + "--kind payment body.xml", "sign takes flags only"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run(t, "", words(test.args)...).want(t, 2, "", test.stderr)
		})
	}
}

// Without a private key there is still something to look at, and a word on what it is not.
func TestSignWithAMadeUpKey(t *testing.T) {
	files(t, keyFiles(nil))
	made := run(t, "", words("sign --mch-id 1900000109 --kind v3-refund --apiv3-key-file apiv3.txt")...)
	made.want(t, 0, "Wechatpay-Signature: ", "no edge accepts it")
	run(t, made.stdout, words("verify --mch-id 1900000109 --apiv3-key-file apiv3.txt --public-key PUB_KEY_ID_TEST=public.pem -")...).
		want(t, 1, "", `"reason":"unknown_serial"`)
	run(t, "", words("send http://127.0.0.1:1/ --mch-id 1900000109 --kind v3-refund --apiv3-key-file apiv3.txt")...).
		want(t, 2, "", "an RSA key of your own")
}

// A private key may stand in a variable, and the APIv2 key come from standard input.
func TestSignKeySources(t *testing.T) {
	files(t, keyFiles(nil))
	private, _ := platformPair()
	t.Setenv("TEST_PEM", private)
	t.Setenv("TEST_APIV3_KEY", apiV3Key)
	made := run(t, "", words("sign --mch-id 1900000109 --kind v3-refund --apiv3-key-env TEST_APIV3_KEY --private-key-env TEST_PEM")...)
	run(t, made.stdout, words(checking)...).want(t, 0, `"event_type":"REFUND.SUCCESS"`, "")
	made = run(t, key+"\n", words("sign --mch-id 1900000109 --kind payment --key-stdin")...)
	run(t, made.stdout, words(checking)...).want(t, 0, `"event_type":"TRANSACTION.SUCCESS"`, "")
}

// Of several keys, the first one signs: it is the current one.
func TestTheCurrentKeySigns(t *testing.T) {
	files(t, keyFiles(nil))
	made := run(t, "", words("sign --mch-id 1900000109 --kind payment --key-file key.txt --key-file previous.txt")...)
	v, err := verifier.New(verifier.Config{Merchants: []verifier.Merchant{{MchID: mchID, Keys: []string{key}}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Verify(made.stdout, http.Header{}, new(verifier.Notification)); err != nil {
		t.Error(err)
	}
}
