package verifier_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// v3Events are the event types and original types that a fuzzed plaintext may come with.
var v3Events = []v3Event{
	{eventType: "TRANSACTION.SUCCESS", originalType: "transaction"},
	{eventType: "TRANSACTION.FAIL", originalType: "transaction"},
	{eventType: "REFUND.SUCCESS", originalType: "refund"},
	{eventType: "REFUND.CLOSED", originalType: "refund"},
	{eventType: "TRANSACTION.SUCCESS", originalType: "profitsharing"},
	{eventType: "ENTRUST.TERMINATE_RETENTION", originalType: "entrust"},
	{eventType: "BRAND.NEW", originalType: "brand-new"},
}

// Whatever WeChat Pay encrypts, what is accepted reaches the upstream byte for byte, and
// says there what the edge has read in it.
func FuzzV3Plaintext(f *testing.F) {
	wantSeeds(f)
	for _, e := range goldenV3 {
		f.Add(uint8(0), e.plaintext)
		f.Add(uint8(2), e.plaintext)
	}
	v := newV3Verifier(f)
	f.Fuzz(func(t *testing.T, which uint8, plaintext string) {
		e := v3Events[int(which)%len(v3Events)]
		e.plaintext = plaintext
		var n verifier.Notification
		if err := v.JudgeSigned(e.body(), &n); err != nil {
			if label(err) == "malformed" {
				t.Errorf("%v, although only the plaintext is strange", err)
			}
			return
		}
		if got, want := resourceOf(t, &n), strings.TrimSpace(plaintext); got != want {
			t.Errorf("forwarded %s\nwant      %s", got, want)
		}
		wantSameData(t, &n)
		wantOneID(t, &n)
		wantOrdersAsRead(t, &n)
		wantRewritten(t, &n)
	})
}

// wantOneID demands an id that its parts can be told from.
func wantOneID(t *testing.T, n *verifier.Notification) {
	t.Helper()
	id := n.ID()
	if parts := strings.Split(id, ":"); len(parts) != 4 || parts[1] != mchID || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r == 0x7F }) {
		t.Errorf("id is %q", id)
	}
}

// wantOrdersAsRead holds what the edge checks against what an app reads.
func wantOrdersAsRead(t *testing.T, n *verifier.Notification) {
	t.Helper()
	if n.Kind != verifier.Payment && n.Kind != verifier.Deduction {
		return
	}
	var app map[string]any
	if err := json.Unmarshal([]byte(resourceOf(t, n)), &app); err != nil {
		t.Fatal(err)
	}
	amount, _ := app["amount"].(map[string]any)
	total, _ := amount["total"].(float64)
	order := n.Orders[0]
	if app["out_trade_no"] != order.OutTradeNo || total != float64(order.Total) || app["trade_state"] != n.State {
		t.Errorf("the edge has read %+v, %s in %v", order, n.State, app)
	}
}

// wantRewritten demands that replacing each attach by itself changes no token.
func wantRewritten(t *testing.T, n *verifier.Notification) {
	t.Helper()
	before := resourceOf(t, n)
	for i := range n.Orders {
		if n.Orders[i].Attach == "" { // an empty one would go
			return
		}
		n.Orders[i].ReplaceAttach(n.Orders[i].Attach)
	}
	if after := resourceOf(t, n); !reflect.DeepEqual(tokensOf(t, after), tokensOf(t, before)) {
		t.Errorf("rewritten to %s\nfrom         %s", after, before)
	}
}

// The reader of signed bodies never panics, whatever is in them.
func FuzzV3Body(f *testing.F) {
	wantSeeds(f)
	for _, e := range goldenV3 {
		f.Add(e.body())
	}
	v := newV3Verifier(f)
	f.Fuzz(func(t *testing.T, body string) {
		var n verifier.Notification
		if !json.Valid([]byte(body)) || v.JudgeSigned(body, &n) != nil {
			return
		}
		if !json.Valid(n.AppendJSON(nil)) || n.NotificationID == "" || n.EventType == "" {
			t.Errorf("forwarded %s", n.AppendJSON(nil))
		}
	})
}

// v3HeaderNames are the headers that a fuzzed delivery changes.
var v3HeaderNames = append([]string{"Wechatpay-Signature-Type"}, signedHeaders...)

// No change of a signed body or of its headers makes it verify as anything else.
func FuzzV3Mutation(f *testing.F) {
	wantSeeds(f)
	v := newV3Verifier(f)
	body := v3Payment(v3Transaction().json()).body()
	genuine := v3PublicKey().Sign(body, v3Now)
	n, err := judgeRequest(f, v, body, genuine)
	wantReason(f, err, verifier.OK)
	want := n.AppendJSON(nil)
	f.Fuzz(func(t *testing.T, which, mutation uint8, position uint16, c byte) {
		change := mutations[int(mutation)%len(mutations)]
		changed, header := body, genuine.Clone()
		if i := int(which) % (len(v3HeaderNames) + 1); i < len(v3HeaderNames) {
			header.Set(v3HeaderNames[i], changeAt(change, genuine.Get(v3HeaderNames[i]), int(position), c))
		} else {
			changed = changeAt(change, body, int(position), c)
		}
		wantRefusedOrSame(t, v, changed, header, body, genuine, want)
	})
}

func wantRefusedOrSame(t *testing.T, v *verifier.Verifier, changed string, header http.Header, body string, genuine http.Header, want []byte) {
	t.Helper()
	n, err := judgeRequest(t, v, changed, header)
	if err != nil {
		return
	}
	if !bytes.Equal(n.AppendJSON(nil), want) || changed != body {
		t.Errorf("verifies as %s", n.AppendJSON(nil))
	}
	for _, name := range signedHeaders {
		// A certificate's serial may have leading zeros; that is all.
		if header.Get(name) != genuine.Get(name) {
			t.Errorf("verifies with %s %q", name, header.Get(name))
		}
	}
}

// A file that an operator names never panics, and what is made of it is fit to verify with.
func FuzzPlatformKey(f *testing.F) {
	wantSeeds(f)
	f.Add(v3PublicKey().PEM)
	f.Add(v3Certificate().PEM)
	f.Fuzz(func(t *testing.T, text []byte) {
		public, err := verifier.ParsePublicKey(publicKeyID, text)
		certificate, certificateErr := verifier.ParseCertificate(text)
		if err == nil && certificateErr == nil {
			t.Errorf("it is both a public key and a certificate")
		}
		for _, key := range []verifier.PlatformKey{public, certificate} {
			if (err == nil || certificateErr == nil) && key.Key != nil && (key.Key.N.BitLen() < 2048 || key.Serial == "") {
				t.Errorf("a key of %d bits, serial %q", key.Key.N.BitLen(), key.Serial)
			}
		}
	})
}
