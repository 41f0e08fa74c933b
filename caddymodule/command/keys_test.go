package command_test

import (
	"strings"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// Where keys may stand. The body is genuine, so that code 0 says that the key was found.
func TestKeySources(t *testing.T) {
	files(t, keyFiles(map[string]string{"crlf.txt": key + "\r\n", "bare.txt": key}))
	t.Setenv("TEST_KEY", key)
	t.Setenv("TEST_PREVIOUS_KEY", previousKey)
	tests := []struct{ name, flags, stdin string }{
		{"a file", "--key-file key.txt", ""},
		{"a file that ends in CR LF", "--key-file crlf.txt", ""},
		{"a file without a line end", "--key-file bare.txt", ""},
		{"a file, after a previous one", "--key-file previous.txt --key-file key.txt", ""},
		{"a variable", "--key-env TEST_KEY", ""},
		{"a variable, after a previous one", "--key-env TEST_PREVIOUS_KEY --key-env TEST_KEY", ""},
		{"standard input", "--key-stdin", key},
		{"standard input with a line end", "--key-stdin", key + "\n"},
		{"standard input with CR LF", "--key-stdin", key + "\r\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run(t, test.stdin, words("verify --mch-id 1900000109 body.xml "+test.flags)...).want(t, 0, `"total":9900`, "")
		})
	}
}

// What is wrong with a key is said without it.
func TestWrongKeys(t *testing.T) {
	files(t, keyFiles(map[string]string{
		"blank-after.txt": key + " \n", "blank-before.txt": " " + key, "two-lines.txt": key + "\n\n", "short.txt": key[1:],
		"empty.txt": "", "two-keys.txt": key + "\n" + previousKey + "\n", "bom.txt": "\uFEFF" + key, "huge.txt": strings.Repeat(key, 1<<16),
	}))
	t.Setenv("TEST_KEY", key)
	t.Setenv("TEST_EMPTY_KEY", "")
	t.Setenv("TEST_LINE_KEY", key+"\n")
	const blank = "merchant 1900000109: key 1 holds a blank, a line break or another character that no key has"
	tests := []struct{ name, flags, stderr string }{
		{"none at all", "", "there is no key: use --key-file, --key-env or --key-stdin"},
		{"a blank after it", "--key-file blank-after.txt", blank},
		{"a blank before it", "--key-file blank-before.txt", blank},
		{"two line ends", "--key-file two-lines.txt", blank},
		{"two keys in a file", "--key-file two-keys.txt", blank},
		{"a byte order mark", "--key-file bom.txt", blank},
		{"one character short", "--key-file short.txt", "key 1 has 31 characters, but an APIv2 key has 32"},
		{"an empty file", "--key-file empty.txt", "key 1 is empty"},
		{"the second of two", "--key-file key.txt --key-file short.txt", "key 2 has 31 characters"},
		{"a file that does not exist", "--key-file missing.txt", "--key-file: no such file or directory; it takes the name of a file"},
		{"a folder", "--key-file .", "--key-file: is a directory"},
		{"a file without end", "--key-file huge.txt", "--key-file: more than 1 MiB"},
		{"the key itself as a file's name", "--key-file " + key, "--key-file: no such file or directory"},
		{"the key itself as a variable's name", "--key-env " + strings.ToUpper(key), "--key-env: that is not set; it takes the name of an environment variable"},
		{"a variable that is not set", "--key-env TEST_NO_KEY", "the environment variable TEST_NO_KEY is not set; export it first"},
		{"a variable that is empty", "--key-env TEST_EMPTY_KEY", "the environment variable TEST_EMPTY_KEY is empty"},
		{"a line end in a variable", "--key-env TEST_LINE_KEY", blank},
		{"file and variable", "--key-file key.txt --key-env TEST_KEY", "both --key-file and --key-env are given; one of them is enough"},
		{"file and standard input", "--key-file key.txt --key-stdin", "--key-stdin is given together with --key-file or --key-env"},
		{"variable and standard input", "--key-env TEST_KEY --key-stdin", "--key-stdin is given together with --key-file or --key-env"},
		{"standard input is empty", "--key-stdin", "key 1 is empty"},
		{"on the command line", "--key " + key, "--key: a secret is not taken from the command line"},
		{"on the command line, with =", "--key=" + key, "use --key-file FILE or --key-env NAME"},
		{"on the command line, with one dash", "-key=" + key, "flags begin with two dashes"},
		{"the APIv3 key on the command line", "--apiv3-key " + apiV3Key, "use --apiv3-key-file FILE or --apiv3-key-env NAME"},
		{"the APIv3 key alone", "--apiv3-key-file apiv3.txt", "the APIv3 key alone proves nothing"},
		{"an APIv3 key with a blank", "--key-file key.txt --apiv3-key-file blank-after.txt", "apiv3_key 1 holds a blank"},
		{"APIv3 file and variable", "--apiv3-key-file apiv3.txt --apiv3-key-env TEST_KEY", "both --apiv3-key-file and --apiv3-key-env are given"},
		{"an APIv3 variable that is not set", "--apiv3-key-env TEST_NO_KEY", "--apiv3-key-env: the environment variable TEST_NO_KEY is not set"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := run(t, "", words("verify --mch-id 1900000109 body.xml "+test.flags)...)
			got.want(t, 2, "", test.stderr)
			if strings.Contains(strings.ToLower(got.stderr), key[1:]) || !strings.Contains(got.stderr, "--help") {
				t.Errorf("the error is %s", got.stderr)
			}
		})
	}
	run(t, key, words("verify --mch-id 1900000109 --key-stdin")...).want(t, 2, "", "--key-stdin takes standard input, from which the body is read too")
	run(t, key, words("verify --mch-id 1900000109 --key-stdin -")...).want(t, 2, "", "name the body's FILE, or use --key-file or --key-env")
}

// The keys of WeChat Pay's are files that are named with their id, or certificates.
func TestPlatformKeys(t *testing.T) {
	headers, body := v3Notification(t, time.Now())
	certificate := wechatpaytest.NewCertificate(time.Now().Add(time.Hour))
	signed := "Wechatpay-Serial: " + certificate.Serial + "\n\n" + body
	private, public := platformPair()
	files(t, keyFiles(map[string]string{
		"notification.txt": headers + "\n" + body, "cert.pem": string(certificate.PEM), "by-certificate.txt": signed, "twice.pem": public + public,
	}))
	const v3 = "verify --mch-id 1900000109 notification.txt --apiv3-key-file apiv3.txt "
	tests := []struct {
		name, args     string
		code           int
		stdout, stderr string
	}{
		{"a public key", v3 + "--public-key PUB_KEY_ID_TEST=public.pem", 0, `"authenticity":"RSA"`, ""},
		{"one of several", v3 + "--platform-certificate cert.pem --public-key PUB_KEY_ID_2=public.pem --public-key PUB_KEY_ID_TEST=public.pem", 0, `"authenticity":"RSA"`, ""},
		{"under another id", v3 + "--public-key PUB_KEY_ID_2=public.pem", 1, "", `"reason":"unknown_serial"`},
		{"a certificate is that of its serial number", v3 + "--platform-certificate cert.pem", 1, "", `"reason":"unknown_serial"`},
		{"no APIv3 key", "verify --mch-id 1900000109 notification.txt --public-key PUB_KEY_ID_TEST=public.pem", 2, "", "the APIv3 key is missing"},
		{"no id", v3 + "--public-key public.pem", 2, "", "--public-key takes ID=FILE"},
		{"an id of another kind", v3 + "--public-key 1=public.pem", 2, "", "--public-key: its id does not begin with PUB_KEY_ID_"},
		{"no such file", v3 + "--public-key PUB_KEY_ID_TEST=missing.pem", 2, "", "--public-key: no such file"},
		{"the private key", v3 + "--public-key PUB_KEY_ID_TEST=private.pem", 2, "", "--public-key: it is a private key"},
		{"two keys in a file", v3 + "--public-key PUB_KEY_ID_TEST=twice.pem", 2, "", "it holds more than one"},
		{"a public key as a certificate", v3 + "--platform-certificate public.pem", 2, "", "--platform-certificate: it is a public key, not a certificate"},
		{"no certificate", v3 + "--platform-certificate missing.pem", 2, "", "--platform-certificate: no such file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := run(t, "", words(test.args)...)
			got.want(t, test.code, test.stdout, test.stderr)
			if strings.Contains(got.stderr, strings.Split(private, "\n")[1]) {
				t.Errorf("the error holds the private key: %s", got.stderr)
			}
		})
	}
}
