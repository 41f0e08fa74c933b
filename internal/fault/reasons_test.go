package fault_test

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/caddy-wechatpay/caddy-wechatpay/internal/fault"
	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// Each fault is refused for what it is about, and not for something else in it.
func TestReasons(t *testing.T) {
	forged := verifier.BadSignature
	reasons := map[string]verifier.Reason{
		"control": verifier.OK, "v3-control": verifier.OK,
		"forged-amount": forged, "forged-order": forged, "forged-currency": forged, "forged-merchant": verifier.UnknownMerchant,
		"unknown-merchant": verifier.UnknownMerchant, "added-element": forged, "removed-element": forged, "wrong-key": forged,
		"blank-key": forged, "sample-key": forged, "unsigned": verifier.Unsigned, "empty-sign": verifier.Unsigned,
		"lower-case-sign": forged, "cut-sign": forged, "sign-elsewhere": verifier.Unsigned, "lying-sign-type": verifier.WrongSignType,
		"downgrade": verifier.WrongSignType, "unsigned-fail": verifier.Unsigned, "cut-up-code": verifier.UnknownKind,
		"spoofed-headers": forged, "spoofed-host": forged, "query-string": forged,
		"refund-wrong-key": verifier.Undecryptable, "refund-swapped-blocks": verifier.Undecryptable,
		"refund-garbage": verifier.Undecryptable, "refund-confusion": verifier.Undecryptable,
		"v3-forged-signature": forged, "v3-unknown-serial": verifier.UnknownSerial, "v3-stale-timestamp": verifier.ClockSkew,
		"v3-swapped-body": forged, "v3-wrong-apiv3-key": verifier.Undecryptable, "v3-no-headers": verifier.Unsigned, "v3-probe": verifier.Probe,
		"empty-body": verifier.EmptyBody, "get": verifier.EmptyBody, "gzip": verifier.Malformed, "put": verifier.OK, "too-large": verifier.OK,
		"replay": verifier.OK, "conflict": verifier.OK, "stale": verifier.Stale, "two-copies": verifier.OK, "ten-copies": verifier.OK,
		"chunked": forged, "http-1.0": forged, "expect-continue": forged, "pipelined": forged, "slow-body": forged,
		"cut-off": verifier.Malformed, "reset": forged, "two-lengths": verifier.EmptyBody, "length-and-chunks": verifier.EmptyBody, "hang-up": verifier.OK,
	}
	for _, f := range fault.All() {
		t.Run(f.Name, func(t *testing.T) {
			v := verifierFor(t, f.Name == "downgrade")
			verdicts := make(chan error, 20)
			target := targetAt(t, handlerEdge(t, func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				w.WriteHeader(http.StatusTeapot)
				if err == nil || f.Name == "cut-off" {
					verdicts <- v.Verify(string(body), r.Header, new(verifier.Notification))
				}
			}))
			if f.Name == "downgrade" {
				target.Sender.Issuer.SignType = verifier.HMACSHA256
			}
			play(t, f.Name, target)
			want, given := reasons[f.Name]
			if !given {
				want = verifier.Malformed
			}
			if f.Name == "two-lengths" { // which no server of Go's lets through to a handler
				return
			}
			if err := <-verdicts; want == verifier.OK && err != nil || want != verifier.OK && !errors.Is(err, want) {
				t.Errorf("got %v, want %s", err, want.String())
			}
		})
	}
}

// verifierFor has the merchant of newIssuer.
func verifierFor(t *testing.T, pinned bool) *verifier.Verifier {
	t.Helper()
	public, err := verifier.ParsePublicKey(platform().Serial, platform().PEM)
	if err != nil {
		t.Fatal(err)
	}
	merchant := verifier.Merchant{
		MchID: mchID, Keys: []string{key}, APIv3Keys: []string{apiV3Key}, PlatformKeys: []verifier.PlatformKey{public},
	}
	if pinned {
		merchant.SignType = verifier.HMACSHA256
	}
	v, err := verifier.New(verifier.Config{Merchants: []verifier.Merchant{merchant}, MaxAge: 48 * time.Hour, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return v
}
