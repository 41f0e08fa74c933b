package verifier_test

import (
	"bytes"
	"crypto/aes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// What follows encrypts and decrypts for the tests, with each step apart, so that it can
// be done wrongly too.

// aesKeyOf is the key of the cipher that belongs to a merchant's key.
func aesKeyOf(key string) string {
	digest := md5.Sum([]byte(key))
	return hex.EncodeToString(digest[:])
}

// sealECB encrypts whole blocks.
func sealECB(t testing.TB, blocks []byte, aesKey string) string {
	t.Helper()
	block, err := aes.NewCipher([]byte(aesKey))
	if err != nil {
		t.Fatal(err)
	}
	sealed := bytes.Clone(blocks)
	for at := 0; at < len(sealed); at += aes.BlockSize {
		block.Encrypt(sealed[at:], sealed[at:])
	}
	return base64.StdEncoding.EncodeToString(sealed)
}

// openECB decrypts whole blocks.
func openECB(t testing.TB, reqInfo, aesKey string) []byte {
	t.Helper()
	block, err := aes.NewCipher([]byte(aesKey))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := base64.StdEncoding.DecodeString(reqInfo)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(opened); at += aes.BlockSize {
		block.Decrypt(opened[at:], opened[at:])
	}
	return opened
}

// padded adds PKCS#7 padding, and unpadded takes it off.
func padded(text string) []byte {
	size := aes.BlockSize - len(text)%aes.BlockSize
	return append([]byte(text), bytes.Repeat([]byte{byte(size)}, size)...)
}

func unpadded(blocks []byte) []byte { return blocks[:len(blocks)-int(blocks[len(blocks)-1])] }

// refundXML is the golden refund as it is before encryption.
func refundXML(t testing.TB) string { return plaintextOf(t, "refund") }

func plaintextOf(t testing.TB, golden string) string {
	t.Helper()
	fields, err := verifier.ParseXML(readGolden(t, golden+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(unpadded(openECB(t, fields.Get("req_info"), aesKeyOf(key))))
}

// refundBody puts elements around req_info.
func refundBody(reqInfo string) string {
	return wechatpaytest.Fields{"return_code": "SUCCESS", "appid": "wx2421b1c4370ec43b", "mch_id": mchID, "req_info": reqInfo}.XML()
}

func TestRefundKeyIsMadeOfTheKey(t *testing.T) {
	digest := md5.Sum([]byte(key))
	tests := []struct {
		name   string
		aesKey string
		want   verifier.Reason
	}{
		{"lower-case hex of its MD5", aesKeyOf(key), verifier.OK},
		{"upper-case hex of its MD5", strings.ToUpper(aesKeyOf(key)), verifier.Undecryptable},
		{"its MD5, AES-128", string(digest[:]), verifier.Undecryptable},
		{"itself", key, verifier.Undecryptable},
		{"half of it, AES-128", key[:16], verifier.Undecryptable},
		{"half of the hex, AES-128", aesKeyOf(key)[:16], verifier.Undecryptable},
		{"MD5 of the MD5", aesKeyOf(aesKeyOf(key)), verifier.Undecryptable},
		{"MD5 of the key in lower case", aesKeyOf(strings.ToLower(key)), verifier.Undecryptable},
		{"MD5 of the key and a line end", aesKeyOf(key + "\n"), verifier.Undecryptable},
		{"MD5 of nothing", aesKeyOf(""), verifier.Undecryptable},
		{"zeros", strings.Repeat("0", 32), verifier.Undecryptable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := judge(t, newVerifier(t), refundBody(sealECB(t, padded(refundXML(t)), test.aesKey)))
			wantReason(t, err, test.want)
		})
	}
}

// Leading zeros of the MD5 are part of the key; well-known SDKs lose them.
func TestRefundKeyWithLeadingZeros(t *testing.T) {
	number := 0
	merchantKey := func() string { return fmt.Sprintf("%032d", number) }
	for !strings.HasPrefix(aesKeyOf(merchantKey()), "000") {
		number++
	}
	v := newVerifier(t, withMerchant(func(m *verifier.Merchant) { m.Keys = []string{merchantKey()} }))
	_, err := judge(t, v, refundBody(sealECB(t, padded(refundXML(t)), aesKeyOf(merchantKey()))))
	wantReason(t, err, verifier.OK)
}

// Every length of padding is read, and none but the right one: bytes that are left over
// would have to be blanks after the root.
func TestPadding(t *testing.T) {
	v, text := newVerifier(t), refundXML(t)
	for size := 1; size <= aes.BlockSize; size++ {
		filled := text + strings.Repeat(" ", 2*aes.BlockSize-size-len(text)%aes.BlockSize)
		for value := range 256 {
			blocks := append([]byte(filled), bytes.Repeat([]byte{byte(value)}, size)...)
			blanksLeft := value < size && strings.Contains("\t\n\r", string(rune(value)))
			_, err := judge(t, v, refundBody(sealECB(t, blocks, aesKeyOf(key))))
			if want := value == size || blanksLeft; want != (err == nil) || err != nil && label(err) != "undecryptable" {
				t.Errorf("%d bytes of %d: %v", size, value, err)
			}
		}
		for wrong := range size - 1 {
			blocks := append([]byte(filled), bytes.Repeat([]byte{byte(size)}, size)...)
			blocks[len(filled)+wrong] ^= 1
			_, err := judge(t, v, refundBody(sealECB(t, blocks, aesKeyOf(key))))
			wantReason(t, err, verifier.Undecryptable)
		}
	}
}

// Padding is never longer than a block.
func TestLongPadding(t *testing.T) {
	v, text := newVerifier(t), refundXML(t)
	for size := aes.BlockSize + 1; size < 256; size++ {
		filled := text + strings.Repeat(" ", 17*aes.BlockSize-size-len(text)%aes.BlockSize)
		blocks := append([]byte(filled), bytes.Repeat([]byte{byte(size)}, size)...)
		_, err := judge(t, v, refundBody(sealECB(t, blocks, aesKeyOf(key))))
		if label(err) != "undecryptable" {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestBase64OfReqInfo(t *testing.T) {
	blocks := padded(refundXML(t))
	for len(blocks)/aes.BlockSize%3 != 1 { // so that there are two =
		blocks = padded(string(unpadded(blocks)) + strings.Repeat(" ", aes.BlockSize))
	}
	right := sealECB(t, blocks, aesKeyOf(key))
	if !strings.HasSuffix(right, "==") || !strings.ContainsAny(right, "+") || !strings.Contains(right, "/") {
		t.Fatal("the refund does not show what the rows are about")
	}
	bare := strings.TrimSuffix(right, "==")
	tests := []struct {
		name string
		text string
		want verifier.Reason
	}{
		{"as it is", right, verifier.OK},
		{"broken into lines", right[:76] + "\n" + right[76:152] + "\n" + right[152:], verifier.OK},
		{"without =", bare, verifier.Undecryptable},
		{"with one =", bare + "=", verifier.Undecryptable},
		{"with three =", bare + "===", verifier.Undecryptable},
		{"twice", right + right, verifier.Undecryptable},
		{"alphabet of URLs", strings.NewReplacer("+", "-", "/", "_").Replace(right), verifier.Undecryptable},
		{"+ became a blank", strings.ReplaceAll(right, "+", " "), verifier.Undecryptable},
		{"percent-encoded", strings.ReplaceAll(right, "+", "%2B"), verifier.Undecryptable},
		{"blank before it", " " + right, verifier.Undecryptable},
		{"blank after it", right + " ", verifier.Undecryptable},
		{"in quotes", `"` + right + `"`, verifier.Undecryptable},
		{"bits that do not count", bare[:len(bare)-1] + string(bare[len(bare)-1]+1) + "==", verifier.Undecryptable},
		{"hexadecimal", hex.EncodeToString([]byte(right)), verifier.Undecryptable},
		{"encoded once more", base64.StdEncoding.EncodeToString([]byte(right)), verifier.Undecryptable},
		{"not encoded", refundXML(t), verifier.Undecryptable},
		{"only =", "====", verifier.Undecryptable},
		{"a blank", " ", verifier.Undecryptable},
		{"one line end", "\n", verifier.Undecryptable},
		{"one character", "A", verifier.Undecryptable},
		{"one byte", "AA==", verifier.Undecryptable},
		{"a block of zeros", base64.StdEncoding.EncodeToString(make([]byte, aes.BlockSize)), verifier.Undecryptable},
		{"nothing", "", verifier.Unsigned},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := judge(t, newVerifier(t), refundBody(test.text))
			wantReason(t, err, test.want)
		})
	}
}
