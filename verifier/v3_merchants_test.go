package verifier_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// withSecondMerchant adds a merchant who has the same platform keys, as those who have
// certificates do, and an APIv3 key.
func withSecondMerchant(apiV3Key string) func(*verifier.Config) {
	return func(config *verifier.Config) {
		second := config.Merchants[0]
		second.MchID, second.APIv3Keys = otherMchID, []string{apiV3Key}
		config.Merchants = append(config.Merchants, second)
	}
}

// otherOrder turns the merchants round.
func otherOrder(config *verifier.Config) { slices.Reverse(config.Merchants) }

// ofOther is the same event, of the second merchant.
func ofOther(m members) members { return m.with("mchid", otherMchID) }

// Several merchants have one serial: the APIv3 key that decrypts tells whose it is.
func TestV3MerchantsWithOneSerial(t *testing.T) {
	paid := func(m members) v3Event { return v3Payment(m.json()) }
	tests := []struct {
		name      string
		event     v3Event
		key       string
		want      verifier.Reason
		wantMchID string
	}{
		{"a payment of the first", paid(v3Transaction()), v3Key, verifier.OK, mchID},
		{"a payment of the second", paid(ofOther(v3Transaction())), v3StrangerKey, verifier.OK, otherMchID},
		{"a payment of the second, encrypted for the first", paid(ofOther(v3Transaction())), v3Key, verifier.UnknownMerchant, mchID},
		{"a payment of the first, encrypted for the second", paid(v3Transaction()), v3StrangerKey, verifier.UnknownMerchant, otherMchID},
		{"a payment of nobody here", paid(v3Transaction().with("mchid", "1900000999")), v3Key, verifier.UnknownMerchant, mchID},
		{"a refund of the second", v3Refund(ofOther(v3RefundResource())), v3StrangerKey, verifier.OK, otherMchID},
		{"a refund of the second, encrypted for the first", v3Refund(ofOther(v3RefundResource())), v3Key, verifier.UnknownMerchant, mchID},
		{"a combined payment of the second", paid(v3CombinedResource().with("combine_mchid", otherMchID)), v3StrangerKey, verifier.OK, otherMchID},
		{"a combined payment of the second, encrypted for the first", paid(v3CombinedResource().with("combine_mchid", otherMchID)), v3Key, verifier.UnknownMerchant, mchID},
		{"for neither", paid(v3Transaction()), "0unknown1unknown2unknown3unknown", verifier.Undecryptable, ""},
	}
	for name, v := range map[string]*verifier.Verifier{
		"in this order":         newV3Verifier(t, withSecondMerchant(v3StrangerKey)),
		"in the opposite order": newV3Verifier(t, withSecondMerchant(v3StrangerKey), otherOrder),
	} {
		for _, test := range tests {
			t.Run(test.name+" "+name, func(t *testing.T) {
				test.event.key = test.key
				n, err := judgeV3(t, v, test.event)
				wantReason(t, err, test.want)
				got := n.MchID
				if refusal := new(verifier.Error); errors.As(err, &refusal) {
					got = refusal.MchID
				}
				if got != test.wantMchID {
					t.Errorf("it is of %q, want %q", got, test.wantMchID)
				}
			})
		}
	}
}

// Nobody keeps an operator from setting one APIv3 key for all of their merchants. Then
// the plaintext tells whose it is.
func TestV3MerchantsWithOneAPIv3Key(t *testing.T) {
	for name, v := range map[string]*verifier.Verifier{
		"in this order":         newV3Verifier(t, withSecondMerchant(v3Key)),
		"in the opposite order": newV3Verifier(t, withSecondMerchant(v3Key), otherOrder),
	} {
		for _, want := range []string{mchID, otherMchID} {
			t.Run("the payment of "+want+" "+name, func(t *testing.T) {
				n := acceptV3(t, v, v3Payment(v3Transaction().with("mchid", want).json()))
				if n.MchID != want {
					t.Errorf("it is of %q", n.MchID)
				}
			})
		}
		t.Run("a payment of nobody here "+name, func(t *testing.T) {
			_, err := judgeV3(t, v, v3Payment(v3Transaction().with("mchid", "1900000999").json()))
			wantReason(t, err, verifier.UnknownMerchant)
		})
	}
}

// A key speaks to those merchants for whom it is configured, and to no others.
func TestV3KeysOfOtherMerchants(t *testing.T) {
	signer := oddV3Signer()
	v := newV3Verifier(t, signer.knows, withSecondMerchant(v3StrangerKey), func(config *verifier.Config) {
		config.Merchants[1].PlatformKeys = []verifier.PlatformKey{platformKeyOf(t, v3Certificate())}
	})
	e := v3Payment(ofOther(v3Transaction()).json())
	e.key = v3StrangerKey
	body := e.body()
	_, err := judgeRequest(t, v, body, v3Certificate().Sign(body, v3Now))
	wantReason(t, err, verifier.OK)
	for name, header := range map[string]func() (want verifier.Reason, err error){
		"a public key of the first": func() (verifier.Reason, error) {
			_, err := judgeRequest(t, v, body, v3PublicKey().Sign(body, v3Now))
			return verifier.Undecryptable, err
		},
		"another public key of the first": func() (verifier.Reason, error) {
			_, err := judgeRequest(t, v, body, signer.sign(unix(v3Now), "59c8b6fd8fd5a4f4", body))
			return verifier.Undecryptable, err
		},
		"a key of nobody": func() (verifier.Reason, error) {
			_, err := judgeRequest(t, v, body, v3Stranger().Sign(body, v3Now))
			return verifier.UnknownSerial, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			want, err := header()
			wantReason(t, err, want)
		})
	}
}

// Two merchants may have two keys under one serial: each is tried for its own merchant.
func TestV3OneSerialWithTwoKeys(t *testing.T) {
	signer := oddV3Signer()
	v := newV3Verifier(t, withSecondMerchant(v3StrangerKey), func(config *verifier.Config) {
		config.Merchants[1].PlatformKeys = []verifier.PlatformKey{{Serial: v3PublicKey().Serial, Key: &signer.key.PublicKey}}
	})
	signer.serial = v3PublicKey().Serial
	first, second := v3Payment(v3Transaction().json()), v3Payment(ofOther(v3Transaction()).json())
	second.key = v3StrangerKey
	body := second.body()

	_, err := judgeV3(t, v, first)
	wantReason(t, err, verifier.OK)
	_, err = judgeRequest(t, v, body, signer.sign(unix(v3Now), "59c8b6fd8fd5a4f4", body))
	wantReason(t, err, verifier.OK)
	_, err = judgeV3(t, v, second) // by the key of the first
	wantReason(t, err, verifier.Undecryptable)
	body = first.body()
	_, err = judgeRequest(t, v, body, signer.sign(unix(v3Now), "59c8b6fd8fd5a4f4", body))
	wantReason(t, err, verifier.Undecryptable)
}
