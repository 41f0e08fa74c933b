package command_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

const byKey = "verify --mch-id " + mchID + " --key-file key.txt "

func TestVerify(t *testing.T) {
	old := wechatpaytest.PaymentAt(mchID, time.Now().Add(-72*time.Hour)).Sign(key, verifier.MD5)
	hmac := payment().Sign(key, verifier.HMACSHA256)
	odd := payment().With("cash_fee", "1").Sign(key, verifier.MD5)
	files(t, keyFiles(map[string]string{"old.xml": old, "hmac.xml": hmac, "sample.xml": payment().Sign(sampleKey, verifier.MD5), "odd.xml": odd}))
	tests := []struct {
		name, args     string
		code           int
		stdout, stderr string
	}{
		{"a genuine one", byKey + "body.xml", 0, `"out_trade_no":"ORDER-1001"`, ""},
		{"of a previous key", "verify --mch-id 1900000109 --key-file previous.txt --key-file key.txt body.xml", 0, `"total":9900`, ""},
		{"a forged one", byKey + "forged.xml", 1, "", `{"reason":"bad_signature","detail":"no key of merchant 1900000109 made it","text":"the signature does not match"}`},
		{"of another merchant", "verify --mch-id 1900000110 --key-file key.txt body.xml", 1, "", `"reason":"unknown_merchant"`},
		{"not XML", byKey + "key.txt", 1, "", `"reason":"malformed"`},
		{"age does not matter", byKey + "old.xml", 0, `"trade_state":"SUCCESS"`, ""},
		{"unless it is asked for", byKey + "--max-age 48h old.xml", 1, "", `"reason":"stale"`},
		{"in days, too", byKey + "--max-age 4d old.xml", 0, `"trade_state":"SUCCESS"`, ""},
		{"the key of the documents", "verify --mch-id 1900000109 --key-file sample.txt sample.xml", 0, `"authenticity":"MD5"`, ""},
		{"either signature type", byKey + "hmac.xml", 0, `"authenticity":"HMAC-SHA256"`, ""},
		{"any, in words", byKey + "--sign-type any hmac.xml", 0, `"authenticity":"HMAC-SHA256"`, ""},
		{"one signature type alone", byKey + "--sign-type MD5 hmac.xml", 1, "", `"reason":"wrong_sign_type"`},
		{"what is odd is told", byKey + "odd.xml", 0, `"payer_total":1`, "warning: "},
		{"JSON is what it prints anyway", byKey + "--json body.xml", 0, `{"id":"transaction:1900000109:`, ""},
		{"and what it refuses with", byKey + "--json forged.xml", 1, "", `{"reason":"bad_signature"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := run(t, "", words(test.args)...)
			got.want(t, test.code, test.stdout, test.stderr)
			if test.stderr == "" && got.stderr != "" {
				t.Errorf("standard error is not empty: %s", got.stderr)
			}
			if got.code == 0 && !json.Valid([]byte(got.stdout)) || strings.Count(got.stdout, "\n") > 1 {
				t.Errorf("that is not one line of JSON: %s", got.stdout)
			}
		})
	}
}

// The body comes from a file or from standard input, as it is.
func TestBodySources(t *testing.T) {
	body := payment().Sign(key, verifier.MD5)
	files(t, keyFiles(map[string]string{"-": "no body", "empty.xml": "", "huge.xml": strings.Repeat(" ", 1<<20) + body}))
	for _, args := range []string{byKey, byKey + "-"} {
		run(t, body, words(args)...).want(t, 0, `"total":9900`, "")
		run(t, "", words(args)...).want(t, 1, "", `{"reason":"empty_body","text":"the body is empty"}`)
	}
	run(t, body, words(byKey+"empty.xml")...).want(t, 1, "", "empty_body")
	run(t, "", words(byKey+"missing.xml")...).want(t, 2, "", "the body: no such file or directory")
	run(t, "", words(byKey+".")...).want(t, 2, "", "the body: is a directory")
	run(t, "", words(byKey+"huge.xml")...).want(t, 2, "", "more than 1 MiB")
	run(t, "", words(byKey+"body.xml body.xml")...).want(t, 2, "", "more than one FILE")
}

const byPlatform = "verify --mch-id " + mchID + " --apiv3-key-file apiv3.txt --public-key PUB_KEY_ID_TEST=public.pem "

// The headers of APIv3 stand before the body, or are flags, which count more.
func TestHeaders(t *testing.T) {
	headers, body := v3Notification(t, time.Now().Add(-10*time.Minute))
	signature := strings.Split(headers, "\n")[2]
	files(t, keyFiles(map[string]string{
		"notification.txt": headers + "\n" + body, "crlf.txt": withCRLF(headers+"\n") + body, "body.json": body,
		"no-blank-line.txt": headers + body, "line-end.txt": headers + "\n" + body + "\n",
		"twice.txt": headers + signature + "\n\n" + body,
	}))
	var flags []string
	for line := range strings.Lines(headers) {
		flags = append(flags, "--header", strings.TrimSpace(line))
	}
	tests := []struct {
		name, file     string
		flags          []string
		code           int
		stdout, stderr string
	}{
		{"before the body", "notification.txt", nil, 0, `"api_version":"v3"`, ""},
		{"with the line ends of HTTP", "crlf.txt", nil, 0, `"api_version":"v3"`, ""},
		{"as flags", "body.json", flags, 0, `"api_version":"v3"`, ""},
		{"none", "body.json", nil, 1, "", `"reason":"unsigned"`},
		{"without a blank line they are part of the body", "no-blank-line.txt", nil, 1, "", `"reason":"malformed"`},
		{"a line end after the body is part of it", "line-end.txt", nil, 1, "", `"reason":"bad_signature"`},
		{"a flag replaces that of the file", "notification.txt", []string{"--header", "Wechatpay-Nonce: other"}, 1, "", `"reason":"bad_signature"`},
		{"twice in the file is twice", "twice.txt", nil, 1, "", `"reason":"bad_signature"`},
		{"twice by flag is twice", "notification.txt", []string{"--header", signature, "--header", signature}, 1, "", `"reason":"bad_signature"`},
		{"the clock does not matter", "notification.txt", nil, 0, `"api_version":"v3"`, ""},
		{"unless it is asked for", "notification.txt", []string{"--max-age", "48h"}, 1, "", `"reason":"clock_skew"`},
		{"no colon", "notification.txt", []string{"--header", "Wechatpay-Nonce"}, 2, "", "--header takes 'Name: value'"},
		{"no name", "notification.txt", []string{"--header", ": a"}, 2, "", "--header takes 'Name: value'"},
		{"a blank in the name", "notification.txt", []string{"--header", "A B: c"}, 2, "", "--header takes 'Name: value'"},
		{"a control character in the value", "notification.txt", []string{"--header", "A: \x1b[2J"}, 2, "", "--header takes 'Name: value'"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run(t, "", append(words(byPlatform+test.file), test.flags...)...).want(t, test.code, test.stdout, test.stderr)
		})
	}
}
