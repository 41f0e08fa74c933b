package verifier_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// What is signed are the bytes of the body as they came.
func TestV3SignatureIsOverTheVeryBytes(t *testing.T) {
	v, body := newV3Verifier(t), v3Payment(v3Transaction().json()).body()
	var indented bytes.Buffer
	if err := json.Indent(&indented, []byte(body), "", "  "); err != nil {
		t.Fatal(err)
	}
	var decoded any
	if err := json.Unmarshal([]byte(body), &decoded); err != nil {
		t.Fatal(err)
	}
	escaped, _ := json.Marshal(decoded)
	tests := []struct {
		name string
		body string
	}{
		{"indented", indented.String()},
		{"a blank after", body + " "},
		{"a line feed after", body + "\n"},
		{"CR LF after", body + "\r\n"},
		{"a blank before", " " + body},
		{"a blank after a colon", strings.Replace(body, `":`, `": `, 1)},
		{"Chinese escaped", strings.Replace(string(escaped), "通知", `\u901a\u77e5`, 1)},
		{"a slash escaped", strings.Replace(body, "/", `\/`, 1)},
		{"another event", strings.Replace(body, "TRANSACTION.SUCCESS", "TRANSACTION.FAILURE", 1)},
		{"another original_type", strings.Replace(body, `"transaction"`, `"refund"`, 1)},
		{"a member added", strings.Replace(body, "{", `{"a":1,`, 1)},
		{"another summary too", strings.TrimSuffix(body, "}") + `,"summary":"通知"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.body == body {
				t.Fatal("it is the same body")
			}
			_, err := judgeRequest(t, v, test.body, v3PublicKey().Sign(body, v3Now))
			wantReason(t, err, verifier.BadSignature)
			if json.Valid([]byte(test.body)) && !strings.Contains(test.name, "another") {
				_, err = judgeRequest(t, v, test.body, v3PublicKey().Sign(test.body, v3Now))
				wantReason(t, err, verifier.OK)
			}
		})
	}
}

// Whatever is changed of a signature, or of what it is over, breaks it.
func TestV3ChangedSignatures(t *testing.T) {
	v, body := newV3Verifier(t), v3Payment(v3Transaction().json()).body()
	genuine := v3PublicKey().Sign(body, v3Now)
	text := genuine.Get("Wechatpay-Signature")
	signature, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(name, value, what string) {
		t.Helper()
		header := genuine.Clone()
		header.Set(name, value)
		if _, err := judgeRequest(t, v, body, header); label(err) != "bad_signature" {
			t.Errorf("%s: %v", what, err)
		}
	}
	for length := range text {
		refused("Wechatpay-Signature", text[:length], "a prefix")
	}
	for i := range signature {
		changed := bytes.Clone(signature)
		changed[i] ^= 1
		refused("Wechatpay-Signature", base64.StdEncoding.EncodeToString(changed), "another byte")
		refused("Wechatpay-Signature", base64.StdEncoding.EncodeToString(signature[:i]), "a byte string cut off")
	}
	for name, value := range map[string][]byte{
		"nothing":                  {},
		"zeros":                    make([]byte, len(signature)),
		"ones":                     bytes.Repeat([]byte{0xFF}, len(signature)),
		"1":                        append(make([]byte, len(signature)-1), 1),
		"a zero before":            append([]byte{0}, signature...),
		"a zero after":             append(bytes.Clone(signature), 0),
		"the same twice":           append(bytes.Clone(signature), signature...),
		"the bytes the other way":  reversed(signature),
		"the digest of the body":   digestOf(body),
		"a megabyte of signatures": bytes.Repeat(signature, 4096),
	} {
		refused("Wechatpay-Signature", base64.StdEncoding.EncodeToString(value), name)
	}
	refused("Wechatpay-Nonce", genuine.Get("Wechatpay-Nonce")+"1", "another nonce")
	refused("Wechatpay-Nonce", strings.ToUpper(genuine.Get("Wechatpay-Nonce")), "the nonce in upper case")
	refused("Wechatpay-Timestamp", unix(v3Now.Add(1e9)), "another timestamp")
	refused("Wechatpay-Serial", v3Certificate().Serial, "another configured key")
	swapped := genuine.Clone()
	swapped.Set("Wechatpay-Timestamp", genuine.Get("Wechatpay-Nonce"))
	swapped.Set("Wechatpay-Nonce", genuine.Get("Wechatpay-Timestamp"))
	_, err = judgeRequest(t, v, body, swapped)
	wantReason(t, err, verifier.BadSignature)
}

func reversed(text []byte) []byte {
	other := make([]byte, 0, len(text))
	for i := range text {
		other = append(other, text[len(text)-1-i])
	}
	return other
}

func digestOf(text string) []byte {
	digest := sha256.Sum256([]byte(text))
	return digest[:]
}

// There is one way to write a signature.
func TestV3SignatureIsStrictBase64(t *testing.T) {
	v, body := newV3Verifier(t), v3Payment(v3Transaction().json()).body()
	genuine := v3PublicKey().Sign(body, v3Now)
	for !strings.ContainsAny(genuine.Get("Wechatpay-Signature"), "+/") { // once in 50 000 times
		genuine = v3PublicKey().Sign(body, v3Now)
	}
	text := genuine.Get("Wechatpay-Signature") // of 256 bytes, so it ends in ==
	tests := []struct {
		name  string
		value string
	}{
		{"no padding", strings.TrimRight(text, "=")},
		{"half of the padding", strings.TrimSuffix(text, "=")},
		{"too much padding", text + "="},
		{"bits that stand for nothing", text[:len(text)-3] + string(text[len(text)-3]+1) + "=="},
		{"a blank inside", text[:100] + " " + text[100:]},
		{"a blank after", text + " "},
		{"a blank before", " " + text},
		{"a tab inside", text[:100] + "\t" + text[100:]},
		{"a line feed inside", text[:76] + "\n" + text[76:]},
		{"CR LF inside", text[:76] + "\r\n" + text[76:]},
		{"a line feed after", text + "\n"},
		{"the alphabet of URLs", strings.NewReplacer("+", "-", "/", "_").Replace(text)},
		{"percent-encoded", strings.ReplaceAll(text, "=", "%3D")},
		{"in quotes", `"` + text + `"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			header := genuine.Clone()
			header.Set("Wechatpay-Signature", test.value)
			_, err := judgeRequest(t, v, body, header)
			wantReason(t, err, verifier.BadSignature)
		})
	}
}
