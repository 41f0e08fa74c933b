package verifier_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// Once the signature holds, what does not decrypt is not taken for anything.
func TestV3ResourceMustDecrypt(t *testing.T) {
	plaintext := v3Transaction().json()
	sealedWith := func(key, nonce, associatedData string) func(_, resource members) {
		return func(_, resource members) {
			resource["nonce"], resource["associated_data"] = nonce, associatedData
			resource["ciphertext"] = wechatpaytest.EncryptGCM(plaintext, key, nonce, associatedData)
		}
	}
	set := func(name string, value any) func(_, resource members) {
		return func(_, resource members) {
			resource[name] = value
			if value == absent {
				delete(resource, name)
			}
		}
	}
	onCiphertext := func(change func([]byte) []byte) func(_, resource members) {
		return func(_, resource members) {
			data, err := base64.StdEncoding.DecodeString(resource["ciphertext"].(string))
			if err != nil {
				panic(err)
			}
			resource["ciphertext"] = base64.StdEncoding.EncodeToString(change(data))
		}
	}
	tests := []struct {
		name   string
		change func(envelope, resource members)
		want   verifier.Reason
	}{
		{"as it is", nil, verifier.OK},
		{"algorithm of the SM suite", set("algorithm", "AEAD_SM4_GCM"), verifier.Undecryptable},
		{"algorithm of a shorter key", set("algorithm", "AEAD_AES_128_GCM"), verifier.Undecryptable},
		{"algorithm in lower case", set("algorithm", "aead_aes_256_gcm"), verifier.Undecryptable},
		{"algorithm with a blank", set("algorithm", "AEAD_AES_256_GCM "), verifier.Undecryptable},
		{"algorithm none", set("algorithm", "none"), verifier.Undecryptable},
		{"algorithm empty", set("algorithm", ""), verifier.Undecryptable},
		{"algorithm null", set("algorithm", nil), verifier.Undecryptable},
		{"algorithm absent", set("algorithm", absent), verifier.Undecryptable},

		{"associated data empty", sealedWith(v3Key, v3Nonce, ""), verifier.OK},
		{"associated data absent", func(envelope, resource members) {
			sealedWith(v3Key, v3Nonce, "")(envelope, resource)
			delete(resource, "associated_data")
		}, verifier.OK},
		{"associated data null", func(envelope, resource members) {
			sealedWith(v3Key, v3Nonce, "")(envelope, resource)
			resource["associated_data"] = nil
		}, verifier.OK},
		{"associated data in Chinese", sealedWith(v3Key, v3Nonce, "支付"), verifier.OK},
		{"associated data of a kilobyte", sealedWith(v3Key, v3Nonce, strings.Repeat("x", 1024)), verifier.OK},
		{"other associated data", set("associated_data", "refund"), verifier.Undecryptable},
		{"associated data taken away", set("associated_data", absent), verifier.Undecryptable},
		{"associated data emptied", set("associated_data", ""), verifier.Undecryptable},

		{"nonce of 12 other characters", sealedWith(v3Key, "000000000000", "transaction"), verifier.OK},
		{"nonce of 12 bytes of Chinese", sealedWith(v3Key, "随机数列", "transaction"), verifier.OK},
		{"another nonce", set("nonce", "000000000000"), verifier.Undecryptable},
		{"nonce of 11 characters", set("nonce", v3Nonce[1:]), verifier.Undecryptable},
		{"nonce of 13 characters", set("nonce", v3Nonce+"0"), verifier.Undecryptable},
		{"nonce of 16 characters", set("nonce", v3Nonce+"0000"), verifier.Undecryptable},
		{"nonce of 12 characters of Chinese", set("nonce", strings.Repeat("随", 12)), verifier.Undecryptable},
		{"nonce empty", set("nonce", ""), verifier.Undecryptable},
		{"nonce absent", set("nonce", absent), verifier.Undecryptable},

		{"ciphertext absent", set("ciphertext", absent), verifier.Undecryptable},
		{"ciphertext empty", set("ciphertext", ""), verifier.Undecryptable},
		{"ciphertext null", set("ciphertext", nil), verifier.Undecryptable},
		{"ciphertext not base64", set("ciphertext", plaintext), verifier.Undecryptable},
		{"ciphertext in the alphabet of URLs", set("ciphertext", "____----____----____----____----"), verifier.Undecryptable},
		{"ciphertext shorter than a tag", set("ciphertext", "AAAAAAAAAAAAAAAAAAAA"), verifier.Undecryptable},
		{"ciphertext that is a tag", set("ciphertext", "AAAAAAAAAAAAAAAAAAAAAA=="), verifier.Undecryptable},
		{"ciphertext without its tag", onCiphertext(func(data []byte) []byte { return data[:len(data)-16] }), verifier.Undecryptable},
		{"ciphertext without its last byte", onCiphertext(func(data []byte) []byte { return data[:len(data)-1] }), verifier.Undecryptable},
		{"ciphertext without its first block", onCiphertext(func(data []byte) []byte { return data[16:] }), verifier.Undecryptable},
		{"ciphertext with two blocks swapped", onCiphertext(func(data []byte) []byte {
			return append(append(append([]byte{}, data[16:32]...), data[:16]...), data[32:]...)
		}), verifier.Undecryptable},
		{"ciphertext and more", onCiphertext(func(data []byte) []byte { return append(data, 0) }), verifier.Undecryptable},
		{"ciphertext of the SM suite's key", sealedWith("f09b03a7a1902b5b", v3Nonce, "transaction"), verifier.Undecryptable},
	}
	v := newV3Verifier(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := v3Payment(plaintext)
			e.change = test.change
			_, err := judgeV3(t, v, e)
			wantReason(t, err, test.want)

			// Nothing of this is looked at before the signature holds.
			body := e.body()
			_, err = judgeRequest(t, v, body, v3PublicKey().Sign(body+" ", v3Now))
			wantReason(t, err, verifier.BadSignature)
		})
	}
}

// Every byte of the ciphertext counts, its tag too.
func TestV3CiphertextBytes(t *testing.T) {
	v, plaintext := newV3Verifier(t), "{}"
	signer := v3PublicKey()
	var n verifier.Notification
	for i := range len(plaintext) + 16 {
		e := v3Payment(plaintext)
		e.change = func(_, resource members) {
			data, _ := base64.StdEncoding.DecodeString(resource["ciphertext"].(string))
			data[i] ^= 0x80
			resource["ciphertext"] = base64.StdEncoding.EncodeToString(data)
		}
		body := e.body()
		if err := v.Verify(body, signer.Sign(body, v3Now), &n); label(err) != "undecryptable" {
			t.Fatalf("byte %d: %v", i, err)
		}
	}
}

// What decrypts has to be a JSON object.
func TestV3Plaintexts(t *testing.T) {
	object := v3Transaction().json()
	deep := func(levels int) string {
		return object[:len(object)-1] + `,"deep":` + strings.Repeat("[", levels) + strings.Repeat("]", levels) + "}"
	}
	tests := []struct {
		name      string
		plaintext string
		want      verifier.Reason
	}{
		{"an object", object, verifier.OK},
		{"blanks around it", " \r\n\t" + object + "\n", verifier.OK},
		{"more levels than WeChat Pay ever used", deep(30), verifier.OK},
		{"more levels than are read", deep(33), verifier.BadField},
		{"thousands of levels", deep(9_000), verifier.BadField},
		{"a million of levels", deep(1_000_000), verifier.Undecryptable},
		{"nothing", "", verifier.Undecryptable},
		{"blanks", " \n", verifier.Undecryptable},
		{"null", "null", verifier.Undecryptable},
		{"a list", "[" + object + "]", verifier.Undecryptable},
		{"a text", `"` + strings.ReplaceAll(object, `"`, `\"`) + `"`, verifier.Undecryptable},
		{"a number", "1", verifier.Undecryptable},
		{"true", "true", verifier.Undecryptable},
		{"half of an object", object[:len(object)-1], verifier.Undecryptable},
		{"two objects", object + object, verifier.Undecryptable},
		{"a comma too much", object[:len(object)-1] + ",}", verifier.Undecryptable},
		{"a name without quotes", `{mchid:1}`, verifier.Undecryptable},
		{"a comment", object + "//", verifier.Undecryptable},
		{"a BOM before it", "\uFEFF" + object, verifier.Undecryptable},
		{"NUL after it", object + "\x00", verifier.Undecryptable},
		{"a line feed in a text", strings.Replace(object, "test", "te\nst", 1), verifier.Undecryptable},
		{"GBK in a text", strings.Replace(object, "test", "\xce\xa2\xd0\xc5", 1), verifier.Undecryptable},
		{"a surrogate in a text", strings.Replace(object, "test", "\xed\xa0\xbd", 1), verifier.Undecryptable},
		{"XML", payment().XML(), verifier.Undecryptable},
		{"a form", "mchid=1&out_trade_no=1", verifier.Undecryptable},
	}
	v := newV3Verifier(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n, err := judgeV3(t, v, v3Payment(test.plaintext))
			wantReason(t, err, test.want)
			if err == nil {
				readJSON(t, &n)
			}
		})
	}
}
