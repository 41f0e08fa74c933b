package examples

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// The vector that Standard Webhooks publishes.
const (
	vectorSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	vectorID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	vectorTimestamp = "1614265330"
	vectorSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	vectorBody      = `{"test": 2432232314}`
)

// otherSecret is also one that the edge may have.
const otherSecret = "whsec_b3RoZXIgc2VjcmV0IG9mIHRoZSBlZGdlIQ=="

// verifyInPHP takes the place of an app's own code around the check.
const verifyInPHP = `require "php/webhook.php";
	$genuine = verify_webhook((string) getenv("WEBHOOK_SECRET"), $argv[1], $argv[2], $argv[3],
		stream_get_contents(STDIN), isset($argv[4]) ? (int) $argv[4] : null);
	echo $genuine ? "genuine" : "refused";`

// webhookChecks returns the programs that check what the edge signs, by their language.
// Each takes id, timestamp and signatures, the time if it is not now, and the body on
// standard input.
func webhookChecks(t *testing.T) map[string][]string {
	t.Helper()
	classes := t.TempDir() // compiled once, as there are many requests
	compile := exec.Command(program(t, "javac"), "-d", classes, "java/Webhook.java")
	if output, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("javac: %v\n%s", err, output)
	}
	return map[string][]string{
		"PHP":  {program(t, "php"), "-r", verifyInPHP, "--"},
		"Java": {program(t, "java"), "-XX:TieredStopAtLevel=1", "-cp", classes, "Webhook"},
	}
}

// signedRequest is what an app sees of a request.
type signedRequest struct{ id, timestamp, signatures, body string }

// check has a program look at r.
func (r signedRequest) check(t *testing.T, command []string, secret string, now ...string) (string, error) {
	t.Helper()
	args := append(append(append([]string{}, command[1:]...), r.id, r.timestamp, r.signatures), now...)
	cmd := exec.Command(command[0], args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "WEBHOOK_SECRET="+secret)
	cmd.Stdin = strings.NewReader(r.body)
	output, err := cmd.Output()
	return strings.TrimSpace(string(output)), err
}

// signWebhook signs as Standard Webhooks says.
func signWebhook(t *testing.T, secret, id, timestamp, body string) string {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	must(t, err)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "." + body))
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func TestWebhookChecks(t *testing.T) {
	checks := webhookChecks(t)
	genuine := signedRequest{vectorID, vectorTimestamp, vectorSignature, vectorBody}
	resigned := func(secret, id, timestamp, body string) signedRequest {
		return signedRequest{id, timestamp, signWebhook(t, secret, id, timestamp, body), body}
	}
	with := func(change func(*signedRequest)) signedRequest {
		changed := genuine
		change(&changed)
		return changed
	}
	if got := resigned(vectorSecret, vectorID, vectorTimestamp, vectorBody); got != genuine {
		t.Fatalf("the test itself signs with %s", got.signatures)
	}
	ofOther := signWebhook(t, otherSecret, vectorID, vectorTimestamp, vectorBody)
	document := `{"id":"vehicle:1900000109:粤B888888:NORMAL%3A1","attach":"😀"}`
	for _, test := range []struct {
		rule    string
		request signedRequest
		late    int64 // seconds from the signature to the check
		want    string
	}{
		{"the vector of Standard Webhooks", genuine, 0, "genuine"},
		{"a body in Chinese", resigned(vectorSecret, "vehicle:1900000109:%E7%B2%A4B888888:NORMAL%3A1", vectorTimestamp, document), 0, "genuine"},
		{"after that of another secret", with(func(r *signedRequest) { r.signatures = ofOther + " " + vectorSignature }), 0, "genuine"},
		{"before that of another secret", with(func(r *signedRequest) { r.signatures = vectorSignature + " " + ofOther }), 0, "genuine"},
		{"5 minutes old", genuine, 300, "genuine"},
		{"5 minutes ahead", genuine, -300, "genuine"},

		{"stale", genuine, 301, "refused"},
		{"from the future", genuine, -301, "refused"},
		{"the body is tampered with", with(func(r *signedRequest) { r.body = strings.Replace(r.body, "4", "5", 1) }), 0, "refused"},
		{"a line end more", with(func(r *signedRequest) { r.body += "\n" }), 0, "refused"},
		{"the id of another", with(func(r *signedRequest) { r.id += "0" }), 0, "refused"},
		{"a new timestamp on an old signature", with(func(r *signedRequest) { r.timestamp = "1614265331" }), 0, "refused"},
		{"another secret's alone", with(func(r *signedRequest) { r.signatures = ofOther }), 0, "refused"},
		{"no signature", with(func(r *signedRequest) { r.signatures = "" }), 0, "refused"},
		{"without its version", with(func(r *signedRequest) { r.signatures = strings.TrimPrefix(r.signatures, "v1,") }), 0, "refused"},
		{"of another version", with(func(r *signedRequest) { r.signatures = strings.Replace(r.signatures, "v1", "v2", 1) }), 0, "refused"},
		{"cut off", with(func(r *signedRequest) { r.signatures = r.signatures[:len(r.signatures)-1] }), 0, "refused"},
		{"signed, but the timestamp is none", resigned(vectorSecret, vectorID, "1614265330.0", vectorBody), 0, "refused"},
		{"signed, but without a timestamp", resigned(vectorSecret, vectorID, "", vectorBody), 0, "refused"},
	} {
		now := strconv.FormatInt(1614265330+test.late, 10)
		for language, command := range checks {
			t.Run(language+" "+test.rule, func(t *testing.T) {
				if got, err := test.request.check(t, command, vectorSecret, now); err != nil || got != test.want {
					t.Errorf("got %q, %v, want %q", got, err, test.want)
				}
			})
		}
	}
}

// Without a secret of its own an app must not take anything for genuine, least of all what
// is signed with none.
func TestWebhookChecksNeedASecret(t *testing.T) {
	checks := webhookChecks(t)
	for rule, secret := range map[string]string{
		"none": "", "a prefix alone": "whsec_", "too short": "whsec_c2hvcnQ=", "not base64": "whsec_!", "without its prefix": strings.TrimPrefix(vectorSecret, "whsec_"),
	} {
		empty := hmac.New(sha256.New, nil)
		empty.Write([]byte(vectorID + "." + vectorTimestamp + "." + vectorBody))
		unkeyed := "v1," + base64.StdEncoding.EncodeToString(empty.Sum(nil))
		r := signedRequest{vectorID, vectorTimestamp, vectorSignature + " " + unkeyed, vectorBody}
		for language, command := range checks {
			t.Run(language+" "+rule, func(t *testing.T) {
				if got, err := r.check(t, command, secret, vectorTimestamp); err == nil || got == "genuine" {
					t.Errorf("got %q, %v, want an error", got, err)
				}
			})
		}
	}
}

// What the edge itself sends passes, with the new secret and with the previous one.
func TestWebhookOfTheEdge(t *testing.T) {
	checks := webhookChecks(t)
	received := make(chan signedRequest, 1)
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var body bytes.Buffer
		_, _ = io.Copy(&body, r.Body)
		received <- signedRequest{
			r.Header.Get("Webhook-Id"), r.Header.Get("Webhook-Timestamp"), r.Header.Get("Webhook-Signature"), body.String(),
		}
	}))
	t.Cleanup(app.Close)
	option := "webhook_secret " + otherSecret + " " + vectorSecret
	e := startEdge(t, "reverse_proxy "+app.Listener.Addr().String(), option)
	if got := deliver(t, e.sites[option]+"/notify", sign(payment("ORDER-1001", "100").With("attach", "会员"))); got != success {
		t.Fatalf("got %+v", got)
	}
	r := <-received
	for language, command := range checks {
		for _, secret := range []string{otherSecret, vectorSecret} {
			if got, err := r.check(t, command, secret); err != nil || got != "genuine" {
				t.Errorf("%s: got %q, %v", language, got, err)
			}
		}
		tampered := r
		tampered.body = strings.Replace(tampered.body, `"total":100`, `"total":900`, 1)
		if got, err := tampered.check(t, command, otherSecret); tampered == r || err != nil || got != "refused" {
			t.Errorf("%s, another amount: got %q, %v", language, got, err)
		}
	}
}

// TestWebhookVector holds the code and the documents to the vector.
func TestWebhookVector(t *testing.T) {
	for _, path := range []string{"php/webhook.php", "java/Webhook.java", "../docs/security.md", "../docs/security.zh-CN.md"} {
		text, err := os.ReadFile(path)
		must(t, err)
		for _, part := range []string{vectorSecret, vectorID, vectorTimestamp, vectorSignature, "2432232314"} {
			if !strings.Contains(string(text), part) {
				t.Errorf("%s does not show %s", path, part)
			}
		}
	}
}
