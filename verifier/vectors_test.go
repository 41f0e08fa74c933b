package verifier_test

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// vector is one file of testdata/vectors: a header of "name: value" lines, a blank
// line, and either a body as it was received or a map of one name=value a line. It is
// signed or, a refund, encrypted; then it has a plaintext, unless nobody knows the key.
type vector struct {
	name         string
	expect       string // what Verify says: a label of a Reason
	source       string
	signType     verifier.SignType
	key          string // empty: not known, so that no known key may verify it
	stringToSign string // with the key, as the sources print it
	sign         string
	aesKey       string // as text: WeChat Pay makes it of the key
	plaintext    string // of req_info
	body         string
}

const vectorDir = "testdata/vectors"

// loadVectors reads every file there is. Whatever it does not understand fails the
// test: a vector that is not run must not look like one that passes.
func loadVectors(t testing.TB) []vector {
	t.Helper()
	files, err := os.ReadDir(vectorDir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("%s is empty", vectorDir)
	}
	vectors := make([]vector, 0, len(files))
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(vectorDir, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		name, isVector := strings.CutSuffix(file.Name(), ".txt")
		if !isVector {
			t.Fatalf("%s is no vector", file.Name())
		}
		vectors = append(vectors, parseVector(t, name, string(text)))
	}
	return vectors
}

func parseVector(t testing.TB, name, text string) vector {
	t.Helper()
	v := vector{name: name}
	head, body, _ := strings.Cut(text, "\n\n")
	for line := range strings.Lines(head + "\n") {
		header, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch header {
		case "expect":
			v.expect = value
		case "source":
			v.source = value
		case "comment":
			// for the reader
		case "sign_type":
			v.signType = verifier.SignType(value)
		case "key":
			v.key = value
		case "string_to_sign":
			v.stringToSign = value
		case "sign":
			v.sign = value
		case "aes_key":
			v.aesKey = value
		case "plaintext":
			var err error
			if v.plaintext, err = strconv.Unquote(value); err != nil {
				t.Fatalf("%s: plaintext: %v", name, err)
			}
		default:
			t.Fatalf("%s: unknown header %q", name, header)
		}
	}
	v.body = strings.TrimSuffix(body, "\n")
	if !strings.HasPrefix(v.body, "<") {
		v.body = parseMap(t, name, v.body).With("sign", v.sign).XML()
	}
	signed := v.sign != "" && (v.key == "") == (v.stringToSign == "")
	encrypted := v.key != "" && v.aesKey != "" && v.plaintext != "" || v.key == "" && strings.Contains(v.body, "<req_info>")
	if v.expect == "" || v.source == "" || signed == encrypted {
		t.Fatalf("%s lacks a header", name)
	}
	return v
}

func parseMap(t testing.TB, name, text string) wechatpaytest.Fields {
	t.Helper()
	fields := wechatpaytest.Fields{}
	for line := range strings.Lines(text) {
		field, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if !ok {
			t.Fatalf("%s: %q is not name=value", name, line)
		}
		fields[field] = value
	}
	return fields
}

// verifier returns one that knows the merchant of the body with the vector's key,
// or with all usable keys of the other vectors where it has none.
func (v vector) verifier(t testing.TB, known []string) *verifier.Verifier {
	t.Helper()
	if slices.Contains(known, v.key) {
		known = []string{v.key}
	}
	merchant := verifier.Merchant{MchID: mchID, Keys: known}
	if fields, err := verifier.ParseXML(v.body); err == nil && fields.Has("mch_id") {
		merchant.MchID = fields.Get("mch_id")
	}
	return newVerifier(t, func(config *verifier.Config) {
		*config = verifier.Config{Merchants: []verifier.Merchant{merchant}, AllowPublicKeys: true}
	})
}

// usableKeys returns the keys that have the form of an API key.
func usableKeys(vectors []vector) []string {
	keys := []string{key}
	for _, v := range vectors {
		if len(v.key) == len(key) {
			keys = append(keys, v.key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func TestVectors(t *testing.T) {
	vectors := loadVectors(t)
	keys := usableKeys(vectors)
	for _, vector := range vectors {
		t.Run(vector.name, func(t *testing.T) {
			v := vector.verifier(t, keys)
			n, err := judge(t, v, vector.body)
			if label(err) != vector.expect {
				t.Errorf("Verify says %s (%v), want %s", label(err), err, vector.expect)
			}
			if err == nil {
				wantForwarded(t, &n, cmp.Or(vector.plaintext, vector.body))
			}
			switch {
			case vector.plaintext != "":
				testEncryption(t, vector, keys)
			case vector.key != "":
				testSignature(t, v, vector)
			}
		})
	}
}

// testSignature holds both signers against a published signature, and then shows
// that Verify depends on it.
func testSignature(t *testing.T, v *verifier.Verifier, vector vector) {
	fields, err := verifier.ParseXML(vector.body)
	if err != nil {
		t.Fatal(err)
	}
	if got := verifier.StringToSign(fields) + "&key=" + vector.key; got != vector.stringToSign {
		t.Errorf("string to sign is %q\nwant              %q", got, vector.stringToSign)
	}
	byName := asMap(t, fields)
	if got := wechatpaytest.Signature(byName, vector.key, vector.signType); got != vector.sign {
		t.Errorf("signature is %s, want %s", got, vector.sign)
	}
	if vector.expect == verifier.UnknownMerchant.String() {
		return
	}
	last := byte('0')
	if vector.sign[len(vector.sign)-1] == last {
		last = '1'
	}
	forged := vector.sign[:len(vector.sign)-1] + string(last)
	_, err = judge(t, v, strings.ReplaceAll(vector.body, vector.sign, forged))
	wantReason(t, err, verifier.BadSignature)
}

// testEncryption holds the test's own cipher and that of the test kit against published
// text, and then shows that Verify depends on the key.
func testEncryption(t *testing.T, vector vector, keys []string) {
	fields, err := verifier.ParseXML(vector.body)
	if err != nil {
		t.Fatal(err)
	}
	reqInfo := fields.Get("req_info")
	if got := string(unpadded(openECB(t, reqInfo, vector.aesKey))); got != vector.plaintext {
		t.Errorf("decrypted %q, want %q", got, vector.plaintext)
	}
	sameKey := aesKeyOf(vector.key) == vector.aesKey
	if sealed := wechatpaytest.EncryptReqInfo(vector.plaintext, vector.key); (sealed == reqInfo) != sameKey {
		t.Errorf("encrypted %s, want %s", sealed, reqInfo)
	}
	if sameKey != (vector.expect == verifier.OK.String()) {
		t.Errorf("expect is %s, but the key says %t", vector.expect, sameKey)
	}
	vector.key = "" // so that all other keys are tried
	keys = slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return aesKeyOf(key) == vector.aesKey })
	_, err = judge(t, vector.verifier(t, keys), vector.body)
	wantReason(t, err, verifier.Undecryptable)
}
