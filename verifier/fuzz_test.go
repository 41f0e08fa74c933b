package verifier_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// wantSeeds demands that the target has seeds of its own in testdata/fuzz. A target
// that starts from nothing finds nothing, and looks just as green.
func wantSeeds(f *testing.F) {
	f.Helper()
	dir := filepath.Join("testdata", "fuzz", f.Name())
	if files, err := os.ReadDir(dir); err != nil || len(files) == 0 {
		f.Fatalf("%s holds no seeds: %v", dir, err)
	}
}

// addBodies adds the bodies of all vectors and of the tables of the XML reader.
func addBodies(f *testing.F, add func(body string)) {
	f.Helper()
	wantSeeds(f)
	vectors := loadVectors(f) // fails without vectors
	for _, vector := range vectors {
		add(vector.body)
	}
	for _, test := range acceptedXML {
		add(test.text)
	}
	for _, test := range refusedXML {
		add(test.text)
	}
}

// The reader never panics, and what it accepts encoding/xml reads alike.
func FuzzParseXML(f *testing.F) {
	addBodies(f, func(body string) { f.Add(body) })
	f.Fuzz(func(t *testing.T, text string) {
		fields, err := verifier.ParseXML(text)
		if err != nil {
			wantReason(t, err, verifier.Malformed)
			return
		}
		want, err := readIndependently(text)
		if err != nil {
			t.Fatalf("accepted, but encoding/xml says %v", err)
		}
		wantSameFields(t, asMap(t, fields), want)
	})
}

// What is verified is what is forwarded, whatever stands between the elements that
// make a body a payment. The signature comes from encoding/xml's reading, so it also
// shows that both read the same.
func FuzzForwarded(f *testing.F) {
	addBodies(f, func(body string) {
		f.Add(strings.TrimSuffix(strings.TrimPrefix(body, "<xml>"), "</xml>"))
	})
	v := newVerifier(f)
	required, _ := strings.CutSuffix(payment().Without("attach", "nonce_str", "openid").XML(), "</xml>")
	f.Fuzz(func(t *testing.T, inner string) {
		fields, err := readIndependently(required + inner + "</xml>")
		if err != nil {
			return
		}
		body := required + inner + sign(wechatpaytest.Signature(fields, key, verifier.MD5)) + "</xml>"
		n, err := judge(t, v, body)
		if err == nil {
			wantForwarded(t, &n, body)
			return
		}
		if label(err) == "bad_signature" || label(err) == "unsigned" || label(err) == "unknown_merchant" {
			t.Errorf("%v, although encoding/xml's reading is signed\n%q", err, body)
		}
	})
}

// mutations are the ways in which a body is changed at one place.
var mutations = []func(before, after string, c byte) string{
	func(before, after string, c byte) string { return before + string([]byte{c}) + after[1:] },
	func(before, after string, c byte) string { return before + string([]byte{c}) + after },
	func(before, after string, c byte) string { return before + after[1:] },
	func(before, after string, c byte) string { return before + string([]byte{after[0] ^ c}) + after[1:] },
	func(before, after string, c byte) string { return before + string(after[0]) + after },
}

// mutatedBodies show all ways to write a value.
func mutatedBodies() []string {
	fields := payment().With("attach", "a<b&c").With("brand_new", " 1\n2 ").With("coupon_fee", "0")
	plain := fields.Sign(key, verifier.MD5)
	return []string{
		plain,
		fields.Sign(key, verifier.HMACSHA256),
		strings.NewReplacer("\n", "\r\n", "a<b&c", "a<b]]>&#38;<![CDATA[c").Replace(plain),
		`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + strings.NewReplacer(`<![CDATA[a<b&c]]>`, "a&lt;b&amp;c", "</xml>", "<empty/></xml>").Replace(plain),
	}
}

// wantSameMeaning demands that a changed body is refused, or says just the same.
func wantSameMeaning(t testing.TB, v *verifier.Verifier, original *verifier.Notification, changed string) {
	t.Helper()
	var n verifier.Notification
	if v.Verify(changed, nil, &n) != nil {
		return
	}
	wantSameFields(t, asMap(t, n.Fields), asMap(t, original.Fields))
	if !bytes.Equal(n.AppendJSON(nil), original.AppendJSON(nil)) {
		t.Errorf("verifies as %s\n%q", n.AppendJSON(nil), changed)
	}
}

// No change of a signed body makes it verify as anything else.
func FuzzMutation(f *testing.F) {
	wantSeeds(f)
	v, bodies := newVerifier(f), mutatedBodies()
	originals := make([]verifier.Notification, len(bodies))
	for i, body := range bodies {
		var err error
		originals[i], err = judge(f, v, body)
		wantReason(f, err, verifier.OK)
	}
	f.Fuzz(func(t *testing.T, which, mutation uint8, position uint16, c byte, second uint16, d byte) {
		i := int(which) % len(bodies)
		change := mutations[int(mutation)%len(mutations)]
		changed := changeAt(change, bodies[i], int(position), c)
		wantSameMeaning(t, v, &originals[i], changed)
		wantSameMeaning(t, v, &originals[i], changeAt(change, changed, int(second), d))
	})
}

func changeAt(change func(before, after string, c byte) string, body string, position int, c byte) string {
	position %= len(body)
	return change(body[:position], body[position:], c)
}

// Every byte of every body, in every way but with few characters.
func TestEveryByteCounts(t *testing.T) {
	v := newVerifier(t)
	for _, body := range mutatedBodies() {
		original, err := judge(t, v, body)
		wantReason(t, err, verifier.OK)
		for position := range body {
			for _, change := range mutations {
				for _, c := range []byte("\x01 \r0<&") {
					wantSameMeaning(t, v, &original, changeAt(change, body, position, c))
				}
			}
		}
	}
}

// Whatever an upstream says, the ack stays a FAIL with a readable message.
func FuzzAck(f *testing.F) {
	wantSeeds(f)
	f.Fuzz(func(t *testing.T, message string) {
		code, inXML := readXMLAck(t, verifier.XMLAck.Fail(message))
		wantCleaned(t, message, inXML, 128)
		jsonCode, inJSON := readJSONAck(t, verifier.JSONAck.Fail(message))
		wantCleaned(t, message, inJSON, 64)
		fields, err := verifier.ParseXML(verifier.XMLAck.Fail(message))
		if code != "FAIL" || jsonCode != "FAIL" || err != nil || fields.Get("return_msg") != inXML {
			t.Errorf("got %s %q and %s %q, read as %q (%v)", code, inXML, jsonCode, inJSON, fields, err)
		}
	})
}

// wantCleaned demands that got is message with unfit characters replaced by blanks,
// without blanks around it, and cut off at limit.
func wantCleaned(t *testing.T, message, got string, limit int) {
	t.Helper()
	unfit := func(r rune) bool { return unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF }
	blank := func(r rune) bool { return unicode.IsSpace(r) || unfit(r) }
	valid := strings.ToValidUTF8(message, "\uFFFD")
	all, kept := []rune(valid), []rune(strings.TrimLeftFunc(valid, blank))
	left := min(len(kept), max(0, limit-(len(all)-len(kept)))) // blanks at the front count too
	want := strings.Map(func(r rune) rune {
		if unfit(r) {
			return ' '
		}
		return r
	}, strings.TrimRightFunc(string(kept[:left]), blank))
	if got != want || !utf8.ValidString(got) {
		t.Errorf("%q became %q, want %q", message, got, want)
	}
}

var (
	totalForm = regexp.MustCompile(`^[1-9][0-9]{0,10}$`)
	partForm  = regexp.MustCompile(`^(0|[1-9][0-9]{0,10})$`)
)

// An amount is accepted exactly when it is in the documented form, and means what
// strconv says.
func FuzzAmount(f *testing.F) {
	wantSeeds(f)
	v := newVerifier(f)
	f.Fuzz(func(t *testing.T, text string) {
		n, err := judge(t, v, payment().With("total_fee", text).Sign(key, verifier.MD5))
		if (err == nil) != totalForm.MatchString(text) {
			t.Errorf("total_fee %q: %v", text, err)
		}
		if want, _ := strconv.ParseInt(text, 10, 64); err == nil && (n.Total != want || amountIn(t, &n, "total") != text) {
			t.Errorf("total_fee %q is %d", text, n.Total)
		}
		n, err = judge(t, v, payment().With("cash_fee", text).Sign(key, verifier.MD5))
		if text != "" && (err == nil) != partForm.MatchString(text) {
			t.Errorf("cash_fee %q: %v", text, err)
		}
		if text != "" && err == nil && amountIn(t, &n, "payer_total") != text {
			t.Errorf("cash_fee %q is %s", text, amountIn(t, &n, "payer_total"))
		}
	})
}

// amountIn is a member of the resource's amount, as it is written.
func amountIn(t *testing.T, n *verifier.Notification, member string) string {
	t.Helper()
	amounts, _ := readJSON(t, n).Resource["amount"].(map[string]any)
	amount, _ := amounts[member].(float64)
	return strconv.FormatFloat(amount, 'f', -1, 64)
}
