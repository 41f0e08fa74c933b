package command_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/issuer"
)

// sending is what most tests send with.
const withKeys = " --mch-id 1900000109 --key-file key.txt --apiv3-key-file apiv3.txt --private-key-file private.pem "

// The edge acks every kind, and calls the app.
func TestSendEveryKind(t *testing.T) {
	files(t, keyFiles(nil))
	e := startEdge(t)
	for i, kind := range issuer.Kinds {
		got := run(t, "", words("send "+e.url+withKeys+"--kind "+kind)...)
		got.want(t, 0, "acked", "")
		if e.app.calls() != i+1 {
			t.Errorf("%s: the app was called %d times", kind, e.app.calls())
		}
	}
}

// A repeat is the same fact: the app hears of it once.
func TestSendRepeat(t *testing.T) {
	files(t, keyFiles(nil))
	e := startEdge(t)
	got := run(t, "", words("send "+e.url+withKeys+"--kind v3-transaction --repeat 3")...)
	got.want(t, 0, "3 deliveries, 3 acked", "delivery 3: 200, acked")
	if e.app.calls() != 1 {
		t.Errorf("the app was called %d times", e.app.calls())
	}
}

// A refused one ends with 1, and says what came back.
func TestSendRefused(t *testing.T) {
	files(t, keyFiles(nil))
	e := startEdge(t)
	run(t, "", words("send "+e.url+" --kind payment --mch-id 1900000109 --key-file previous.txt")...).
		want(t, 1, `not acked: the status is 401, not 200: "notification refused"`, "")
	run(t, "", words("send "+e.url+withKeys+"--kind payment --field sign="+strings.Repeat("0", 32))...).want(t, 1, "401", "")
	if e.app.calls() != 0 {
		t.Errorf("the app was called %d times", e.app.calls())
	}
}

// The number of deliveries does not depend on what comes back.
func TestSendConcurrently(t *testing.T) {
	files(t, keyFiles(nil))
	s := startStub(t, func(number int, w http.ResponseWriter) {
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	run(t, "", words("send "+s.url+withKeys+"--kind refund --repeat 20 --concurrency 4")...).want(t, 1, "20 deliveries, 0 acked", "delivery 20: 503, not acked")
	got := s.deliveries()
	for _, delivery := range got {
		if delivery.body != got[0].body {
			t.Error("the repeats differ")
		}
	}
	if len(got) != 20 {
		t.Errorf("got %d deliveries", len(got))
	}
}

// A body of one's own is delivered as it is, without keys, too.
func TestSendBody(t *testing.T) {
	files(t, keyFiles(map[string]string{
		"with-header.txt": "Content-Type: text/plain\nX-Recorded: yes\n\n<xml/>", "body.json": `{"id": 1}`, "odd.txt": "a\r\n\x00\xFF",
	}))
	tests := []struct{ name, args, stdin, body, header, value string }{
		{"a file", "--body body.xml", "", "", "Content-Type", "text/xml"},
		{"standard input", "--body -", "<xml></xml>", "<xml></xml>", "Content-Type", "text/xml"},
		{"JSON", "--body body.json", "", `{"id": 1}`, "Content-Type", "application/json"},
		{"bytes as they are", "--body odd.txt", "", "a\r\n\x00\xFF", "User-Agent", "Mozilla/4.0"},
		{"its own headers", "--body with-header.txt", "", "<xml/>", "X-Recorded", "yes"},
		{"another Content-Type", "--body with-header.txt", "", "<xml/>", "Content-Type", "text/plain"},
		{"a header by flag", "--body with-header.txt --header X-Recorded:no", "", "<xml/>", "X-Recorded", "no"},
		{"with keys", "--body body.json" + withKeys, "", `{"id": 1}`, "Content-Type", "application/json"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := startStub(t, acks)
			run(t, test.stdin, words("send "+s.url+" "+test.args)...).want(t, 0, "acked", "")
			got := s.deliveries()
			if len(got) != 1 || test.body != "" && got[0].body != test.body || got[0].header.Get(test.header) != test.value {
				t.Errorf("got %q", got)
			}
		})
	}
}

// What comes back is a stranger's, and does not steer the terminal.
func TestSendShowsHostileAnswers(t *testing.T) {
	files(t, keyFiles(nil))
	for _, answer := range []string{
		"<xml><return_code>FAIL</return_code><return_msg>\u202e\u009b31mred</return_msg></xml>",
		"\x1b[2J\x07\r\n\u202ered", "<html>\x1b]0;owned\x07", `{"code":"\u001b[2J"}`,
	} {
		s := startStub(t, func(_ int, w http.ResponseWriter) { fmt.Fprint(w, answer) })
		for _, args := range []string{"", " --json", " --repeat 2"} {
			got := run(t, "", words("send "+s.url+" --body body.xml"+args)...)
			if got.code != 1 || !strings.Contains(got.stdout, "200") {
				t.Errorf("%q: got code %d, %s", answer, got.code, got.stdout)
			}
			for _, steering := range []string{"\x1b", "\x07", "\u009b", "\u202e", "\r"} {
				if strings.Contains(got.stdout+got.stderr, steering) {
					t.Errorf("%s: %q is printed as it came: %q", args, steering, got.stdout+got.stderr)
				}
			}
		}
	}
}

// WeChat Pay takes no certificate that nobody vouches for.
func TestSendInsecure(t *testing.T) {
	files(t, keyFiles(nil))
	s := new(stub)
	server := httptest.NewUnstartedServer(s.handler(acks))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	run(t, "", words("send "+server.URL+" --body body.xml")...).want(t, 1, "no answer", "")
	run(t, "", words("send "+server.URL+" --body body.xml --insecure")...).want(t, 0, "acked", "warning: --insecure takes any certificate; WeChat Pay would not")
}

// Flags of which one would be ignored are refused, before anything is sent.
func TestSendMisuse(t *testing.T) {
	files(t, keyFiles(nil))
	s := startStub(t, acks)
	to := "send " + s.url
	tests := []struct{ name, args, stderr string }{
		{"no URL", "send" + withKeys + "--kind payment", "the URL is missing"},
		{"two URLs", to + " " + s.url + withKeys + "--kind payment", "more than one URL"},
		{"no scheme", "send localhost:8080/notify" + withKeys + "--kind payment", "it begins with http:// or https://"},
		{"another scheme", "send ftp://localhost/notify" + withKeys + "--kind payment", "it begins with http:// or https://"},
		{"no kind", to + withKeys, "--kind is missing"},
		{"no keys", to + " --kind payment --mch-id 1900000109", "give it with --key-file"},
		{"no merchant", to + " --kind payment --key-file key.txt", "--mch-id is missing"},
		{"body and kind", to + " --body body.xml --kind payment", "use either"},
		{"body and field", to + " --body body.xml --field a=b", "use either"},
		{"header without body", to + withKeys + "--kind payment --header A:b", "--header belongs to a --body"},
		{"key and body from standard input", to + " --mch-id 1900000109 --key-stdin --body -", "both take standard input"},
		{"a body that is not there", to + " --body missing.xml", "the body: no such file"},
		{"keys without a merchant", to + " --body body.xml --key-file key.txt", "--mch-id is missing"},
		{"repeat and schedule", to + withKeys + "--kind payment --repeat 2 --schedule current", "use either"},
		{"concurrency without repeat", to + withKeys + "--kind payment --concurrency 2", "--concurrency needs --repeat"},
		{"speed without schedule", to + withKeys + "--kind payment --speed 2", "--speed needs a --schedule"},
		{"no deliveries", to + withKeys + "--kind payment --repeat 0", "--repeat: it is not a whole number from 1 to 10000"},
		{"too many deliveries", to + withKeys + "--kind payment --repeat 10001", "--repeat: it is not a whole number"},
		{"too many at once", to + withKeys + "--kind payment --repeat 10 --concurrency 201", "--concurrency: it is not a whole number from 1 to 200"},
		{"an unknown schedule", to + withKeys + "--kind payment --schedule daily", "--schedule: it is none of current, legacy"},
		{"no speed", to + withKeys + "--kind payment --schedule current --speed 0", "--speed: it is not a number from 1 to 1000000"},
		{"a speed that is none", to + withKeys + "--kind payment --schedule current --speed NaN", "--speed: it is not a number"},
		{"a fault and a body", to + withKeys + "--fault all --body body.xml", "it does not go together with --kind, --body, --repeat or --schedule"},
		{"a fault and a kind", to + withKeys + "--fault all --kind refund", "it does not go together with"},
		{"a fault and repeats", to + withKeys + "--fault all --repeat 2", "it does not go together with"},
		{"a fault and a schedule", to + withKeys + "--fault all --schedule current", "it does not go together with"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run(t, "", words(test.args)...).want(t, 2, "", test.stderr)
		})
	}
	if got := s.deliveries(); len(got) > 0 {
		t.Errorf("got %d deliveries", len(got))
	}
}
