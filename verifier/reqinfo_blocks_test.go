package verifier_test

import (
	"crypto/aes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier/wechatpaytest"
)

// wantHarmless verifies what somebody made of a genuine req_info. Either it is refused,
// or it says what another reader reads in it, and that is plausible.
func wantHarmless(t testing.TB, v *verifier.Verifier, data []byte) {
	t.Helper()
	reqInfo := base64.StdEncoding.EncodeToString(data)
	n, err := judge(t, v, refundBody(reqInfo))
	if err != nil {
		refusal := new(verifier.Error)
		errors.As(err, &refusal)
		if !slices.Contains([]verifier.Reason{verifier.Undecryptable, verifier.MissingField, verifier.BadField, verifier.BadAmount}, refusal.Reason) {
			t.Errorf("refused with %s: %v", label(err), err)
		}
		for _, secret := range []string{key, aesKeyOf(key), "4200000171", "8915"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the refusal holds %q: %v", secret, err)
			}
		}
		return
	}
	wantForwarded(t, &n, string(unpadded(openECB(t, reqInfo, aesKeyOf(key)))))
	var document struct {
		Resource struct {
			Amount struct{ Total, Refund, Payer_refund int64 }
			Status string `json:"refund_status"`
		}
	}
	if err := json.Unmarshal(n.AppendJSON(nil), &document); err != nil {
		t.Fatal(err)
	}
	amount := document.Resource.Amount
	if n.Kind != verifier.Refund || amount.Refund > amount.Total || amount.Payer_refund > amount.Refund || amount.Refund < 1 {
		t.Errorf("%s of %+v", n.Kind, amount)
	}
}

// blocksOf returns the ciphertext of a genuine refund, cut into blocks.
func blocksOf(t testing.TB, text string) [][]byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(wechatpaytest.EncryptReqInfo(text, key))
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(slices.Chunk(data, aes.BlockSize))
}

// Nothing ties the blocks together. Whoever has two refunds can move blocks about, leave
// some out and mix them, which must come to nothing, or to a refund that is as good.
func TestMovedBlocks(t *testing.T) {
	v, text := newVerifier(t), plaintextOf(t, "refund-minimal")
	blocks := blocksOf(t, text)
	others := blocksOf(t, strings.NewReplacer("300", "999", "R20180823-1", "R20180823-2", "SUCCESS", "CHANGE").Replace(text))
	try := func(change func(blocks [][]byte) [][]byte) {
		wantHarmless(t, v, slices.Concat(change(slices.Clone(blocks))...))
	}
	for i := range blocks {
		try(func(b [][]byte) [][]byte { return b[:i+1] })
		try(func(b [][]byte) [][]byte { return b[i:] })
		try(func(b [][]byte) [][]byte { return slices.Delete(b, i, i+1) })
		try(func(b [][]byte) [][]byte { return slices.Insert(b, i, b[i]) })
		try(func(b [][]byte) [][]byte { return slices.Insert(b, i, make([]byte, aes.BlockSize)) })
		for j := i + 1; j < len(blocks); j++ {
			try(func(b [][]byte) [][]byte { b[i], b[j] = b[j], b[i]; return b })
			try(func(b [][]byte) [][]byte { b[i] = b[j]; return b })
			try(func(b [][]byte) [][]byte { return slices.Insert(slices.Delete(b, i, i+1), j-1, blocks[i]) })
			try(func(b [][]byte) [][]byte { return slices.Delete(b, i, j) })
			try(func(b [][]byte) [][]byte { return append(b[:i:i], others[min(j, len(others)):]...) })
		}
		for j := range min(i+8, len(others)) {
			try(func(b [][]byte) [][]byte { b[i] = others[j]; return b })
		}
	}
}

// Bytes are not less.
func TestChangedCiphertext(t *testing.T) {
	v := newVerifier(t)
	data := slices.Concat(blocksOf(t, refundXML(t))...)
	for i := range data {
		wantHarmless(t, v, data[:i+1])
		for _, flip := range []byte{1, 0x80} {
			changed := slices.Clone(data)
			changed[i] ^= flip
			wantHarmless(t, v, changed)
		}
	}
}

// Of a body that is cut off nothing is left.
func TestRefundCutOff(t *testing.T) {
	v, body := newVerifier(t), readGolden(t, "refund.xml")
	body = strings.TrimRight(body, "\n")
	for i := range body {
		if _, err := judge(t, v, body[:i]); err == nil {
			t.Errorf("%d of %d bytes are enough", i, len(body))
		}
	}
}

// Whatever is not a refund is none, however large it is.
func TestRandomReqInfo(t *testing.T) {
	v := newVerifier(t)
	random := rand.New(rand.NewChaCha8([32]byte{1}))
	bytes := func(n int) []byte {
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		return data
	}
	for _, size := range []int{1, 15, 16, 17, 32, 1 << 10, 48 << 10, 64 << 10, 64<<10 + 1} {
		for range 4 {
			_, err := judge(t, v, refundBody(base64.StdEncoding.EncodeToString(bytes(size))))
			wantReason(t, err, verifier.Undecryptable)
			if _, err = judge(t, v, refundBody(string(bytes(size)))); err == nil {
				t.Error("random bytes are a refund")
			}
			if _, err = judge(t, v, string(bytes(size))); err == nil {
				t.Error("random bytes are a notification")
			}
		}
	}
}
