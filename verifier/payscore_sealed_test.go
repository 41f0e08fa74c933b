package verifier_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// sealPayScore returns a change that encrypts another text.
func sealPayScore(text, apiV3Key, iv, associatedData string) func(wechatpaytest.Fields) {
	return func(f wechatpaytest.Fields) {
		f["event_ciphertext"] = wechatpaytest.EncryptGCM(text, apiV3Key, iv, associatedData)
	}
}

const (
	payScoreNonce = "c04bdb2ecd7b" // of the golden body
	payScoreOrder = "<xml><out_order_no>O-1</out_order_no><state>DONE</state></xml>"
)

func TestPayScoreKeys(t *testing.T) {
	keys := func(keys ...string) func(*verifier.Config) {
		return withMerchant(func(m *verifier.Merchant) { m.APIv3Keys = keys })
	}
	tests := []struct {
		name   string
		keys   func(*verifier.Config)
		change func(wechatpaytest.Fields)
		want   verifier.Reason
	}{
		{"the current key", keys(apiV3KeyOfBodies), nil, verifier.OK},
		{"the previous key", keys(strangerKey, apiV3KeyOfBodies), nil, verifier.OK},
		{"another key", keys(strangerKey), nil, verifier.Undecryptable},
		{"no key", keys(), nil, verifier.Undecryptable},
		{"the APIv2 key", keys(apiV3KeyOfBodies), sealPayScore(payScoreOrder, key, payScoreNonce, "payscore"), verifier.Undecryptable},
		{"encrypted by the test", keys(apiV3KeyOfBodies), sealPayScore(payScoreOrder, apiV3KeyOfBodies, payScoreNonce, "payscore"), verifier.OK},
		{"other associated data", keys(apiV3KeyOfBodies), sealPayScore(payScoreOrder, apiV3KeyOfBodies, payScoreNonce, "transaction"), verifier.Undecryptable},
		{"another nonce", keys(apiV3KeyOfBodies), sealPayScore(payScoreOrder, apiV3KeyOfBodies, "c04bdb2ecd7c", "payscore"), verifier.Undecryptable},
		{"a changed nonce", keys(apiV3KeyOfBodies), set("event_nonce", "c04bdb2ecd7c"), verifier.Undecryptable},
		{"a nonce too short", keys(apiV3KeyOfBodies), set("event_nonce", "c04bdb2ecd7"), verifier.Undecryptable},
		{"a nonce too long", keys(apiV3KeyOfBodies), set("event_nonce", "c04bdb2ecd7bb"), verifier.Undecryptable},
		{"changed associated data", keys(apiV3KeyOfBodies), set("event_associated_data", "x"), verifier.Undecryptable},
		{"another algorithm", keys(apiV3KeyOfBodies), set("event_algorithm", "AEAD_AES_128_GCM"), verifier.Undecryptable},
		{"the algorithm of SM merchants", keys(apiV3KeyOfBodies), set("event_algorithm", "AEAD_SM4_GCM"), verifier.Undecryptable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := payScoreTest.judge(t, test.change, test.keys)
			wantReason(t, err, test.want)
		})
	}
}

// Without associated data, empty data was encrypted with.
func TestPayScoreWithoutAssociatedData(t *testing.T) {
	n, err := payScoreTest.judge(t, func(f wechatpaytest.Fields) {
		sealPayScore(payScoreOrder, apiV3KeyOfBodies, payScoreNonce, "")(f)
		delete(f, "event_associated_data")
	})
	wantReason(t, err, verifier.OK)
	if n.OutTradeNo != "O-1" || readJSON(t, &n).Resource["state"] != "DONE" {
		t.Errorf("got %q: %s", n.OutTradeNo, n.AppendJSON(nil))
	}
}

// A signature over a ciphertext that does not decrypt is of no use.
func TestPayScoreCiphertext(t *testing.T) {
	fields, _ := goldenFields(t, payScoreTest.golden)
	right, err := base64.StdEncoding.DecodeString(fields["event_ciphertext"])
	if err != nil {
		t.Fatal(err)
	}
	try := func(text string) {
		t.Helper()
		_, err := payScoreTest.judge(t, set("event_ciphertext", text))
		wantReason(t, err, verifier.Undecryptable)
	}
	for i := range right {
		changed := []byte(string(right))
		changed[i] ^= 1
		try(base64.StdEncoding.EncodeToString(changed))
		try(base64.StdEncoding.EncodeToString(append(right[:i:i], right[i+1:]...)))
	}
	bare, padding := strings.CutSuffix(fields["event_ciphertext"], "=")
	if !padding || strings.HasSuffix(bare, "=") {
		t.Fatal("the ciphertext has no bits that do not count")
	}
	try(bare[:len(bare)-1] + string(bare[len(bare)-1]+1) + "=")
	for _, text := range []string{"AAAA", " ", "x", "====", base64.StdEncoding.EncodeToString(right[1:]), base64.StdEncoding.EncodeToString(append(right, 0)), fields["event_ciphertext"] + " "} {
		try(text)
	}
}

func TestPayScorePlaintext(t *testing.T) {
	tests := []struct {
		name string
		text string
		want verifier.Reason
	}{
		{"flat XML", payScoreOrder, verifier.OK},
		{"another root", "<root><state>DONE</state></root>", verifier.OK},
		{"nested", "<xml><state><a>1</a></state></xml>", verifier.Undecryptable},
		{"twice", "<xml><state>1</state><state>2</state></xml>", verifier.Undecryptable},
		{"a DTD", "<!DOCTYPE xml><xml><state>1</state></xml>", verifier.Undecryptable},
		{"JSON", `{"state":"DONE"}`, verifier.Undecryptable},
		{"text", "DONE", verifier.Undecryptable},
		{"not UTF-8", "<xml><state>\xff</state></xml>", verifier.Undecryptable},
		{"a field named key", "<xml><key>1</key></xml>", verifier.Undecryptable},
		{"nothing", "", verifier.Undecryptable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := payScoreTest.judge(t, sealPayScore(test.text, apiV3KeyOfBodies, payScoreNonce, "payscore"))
			wantReason(t, err, test.want)
		})
	}
}
