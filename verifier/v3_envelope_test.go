package verifier_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// The body around the ciphertext is signed, and still held to its form.
func TestV3Envelope(t *testing.T) {
	tests := []struct {
		name  string
		value any // of the member that the name begins with
		want  verifier.Reason
	}{
		{"id", "EV-2018022511223320873", verifier.OK},
		{"id absent", absent, verifier.MissingField},
		{"id empty", "", verifier.MissingField},
		{"id null", nil, verifier.MissingField},
		{"id not a text", 1, verifier.Malformed},
		{"event_type absent", absent, verifier.MissingField},
		{"event_type empty", "", verifier.MissingField},
		{"event_type of 64 characters", strings.Repeat("A", 64), verifier.OK},
		{"event_type of 65 characters", strings.Repeat("A", 65), verifier.BadField},
		{"event_type with a blank", "TRANSACTION SUCCESS", verifier.BadField},
		{"event_type with a line feed", "TRANSACTION.SUCCESS\n", verifier.BadField},
		{"event_type with a slash", "TRANSACTION/SUCCESS", verifier.BadField},
		{"event_type in Chinese", "支付.成功", verifier.BadField},
		{"event_type a list", []string{"TRANSACTION.SUCCESS"}, verifier.Malformed},
		{"create_time absent", absent, verifier.MissingField},
		{"create_time empty", "", verifier.MissingField},
		{"create_time without a zone", "2018-08-22T20:56:07", verifier.BadField},
		{"create_time of APIv2", "20180822205607", verifier.BadField},
		{"create_time with a blank", "2018-08-22 20:56:07+08:00", verifier.BadField},
		{"create_time of no day", "2018-02-30T20:56:07+08:00", verifier.BadField},
		{"create_time in seconds", "1534942567", verifier.BadField},
		{"create_time before 1970", "1969-12-31T00:00:00+08:00", verifier.BadField},
		{"create_time a number", 1534942567, verifier.Malformed},
		{"resource_type absent", absent, verifier.OK},
		{"resource_type of another kind", "plain", verifier.OK},
		{"summary absent", absent, verifier.OK},
		{"summary in quotes", `"<>&` + "\u2028", verifier.OK},
		{"brand_new", members{"a": []int{1}}, verifier.OK},
		{"resource absent", absent, verifier.Undecryptable},
		{"resource null", nil, verifier.Undecryptable},
		{"resource empty", members{}, verifier.Undecryptable},
		{"resource a text", "x", verifier.Malformed},
		{"resource a list", []int{}, verifier.Malformed},
		{"resource.original_type absent", absent, verifier.MissingField},
		{"resource.original_type empty", "", verifier.MissingField},
		{"resource.original_type not a text", false, verifier.Malformed},
		{"resource.algorithm not a text", 256, verifier.Malformed},
		{"resource.ciphertext not a text", 1, verifier.Malformed},
		{"resource.nonce not a text", 123456789012, verifier.Malformed},
		{"resource.associated_data not a text", members{}, verifier.Malformed},
		{"resource.brand_new", 1, verifier.OK},
	}
	v := newV3Verifier(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			member, _, _ := strings.Cut(test.name, " ")
			e := v3Payment(v3Transaction().json())
			e.change = func(envelope, resource members) {
				target := envelope
				if _, inner, ok := strings.Cut(member, "."); ok {
					target, member = resource, inner
				}
				target[member] = test.value
				if test.value == absent {
					delete(target, member)
				}
			}
			n, err := judgeV3(t, v, e)
			wantReason(t, err, test.want)
			if err == nil {
				readJSON(t, &n)
			}
		})
	}
}

// A signed body that is JSON, but nothing like a notification.
func TestV3BodiesThatAreNoNotification(t *testing.T) {
	genuine := v3Payment(v3Transaction().json()).body()
	tests := []struct {
		name string
		body string
		want verifier.Reason
	}{
		{"an empty object", "{}", verifier.Undecryptable},
		{"null", "null", verifier.Undecryptable},
		{"an empty list", "[]", verifier.Malformed},
		{"a list of one", "[" + genuine + "]", verifier.Malformed},
		{"a text", `"SUCCESS"`, verifier.Malformed},
		{"a number", "1", verifier.Malformed},
		{"an ack", `{"code":"SUCCESS","message":"OK"}`, verifier.Undecryptable},
		{"what the ciphertext holds", v3Transaction().json(), verifier.Undecryptable},
		{"cut off", genuine[:len(genuine)-1], verifier.Malformed},
		{"twice", genuine + genuine, verifier.Malformed},
		{"not UTF-8", strings.Replace(genuine, "通知", "\xce\xa2\xd0\xc5", 1), verifier.Malformed},
		{"a BOM before it", "\uFEFF" + genuine, verifier.Malformed},
		{"very deep", strings.Repeat("[", 100_000), verifier.Malformed},
	}
	v := newV3Verifier(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := judgeRequest(t, v, test.body, v3PublicKey().Sign(test.body, v3Now))
			wantReason(t, err, test.want)
		})
	}
}

// A refusal names merchant and kind once they are proven, and not before.
func TestV3RefusalsSayWhatIsProven(t *testing.T) {
	v := newV3Verifier(t)
	withoutNumber := v3Payment(v3Transaction().with("out_trade_no", absent).json())
	strange := v3Payment(v3Transaction().json())
	strange.key = v3StrangerKey
	tests := []struct {
		name      string
		event     v3Event
		tail      string // after the body
		wantMchID string
		wantKind  verifier.Kind
	}{
		{"a field is missing", withoutNumber, "", mchID, verifier.Payment},
		{"no key decrypts it", strange, "", "", ""},
		{"the signature is bad", withoutNumber, " ", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			body := test.event.body()
			_, err := judgeRequest(t, v, body+test.tail, v3PublicKey().Sign(body, v3Now))
			refusal := new(verifier.Error)
			if !errors.As(err, &refusal) || refusal.MchID != test.wantMchID || refusal.Kind != test.wantKind {
				t.Errorf("got %q, %q (%v)", refusal.MchID, refusal.Kind, err)
			}
			for _, secret := range []string{v3Key, v3PreviousKey, key, "SH201808222055598628", "onhwF1hiutUySKCsrV21A6MCtT5Q"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%q holds a value", err)
				}
			}
		})
	}
}

// A Notification that was used for one API version serves for the other.
func TestNotificationIsReusableAcrossVersions(t *testing.T) {
	v := newV3Verifier(t)
	single, refund := v3Payment(v3Transaction().json()).body(), v3Refund(v3RefundResource()).body()
	signatures := map[string]http.Header{}
	for _, body := range []string{
		"", "{}", single, refund, v3Payment(v3CombinedResource().json()).body(), payment().With("attach", "x").Sign(key, verifier.MD5),
	} {
		signatures[body] = v3PublicKey().Sign(body, v3Now)
	}
	type delivery struct {
		body   string
		header http.Header
	}
	deliveries := []delivery{{single, signatures[refund]}} // a forged one
	for body, header := range signatures {
		deliveries = append(deliveries, delivery{body, header})
	}
	var used verifier.Notification
	for _, before := range deliveries {
		for _, next := range deliveries {
			fresh, wantErr := judgeRequest(t, v, next.body, next.header)
			_ = v.Verify(before.body, before.header, &used)
			err := v.Verify(next.body, next.header, &used)
			if label(err) != label(wantErr) {
				t.Fatalf("%v, want %v", err, wantErr)
			}
			if got, want := describe(&used, err), describe(&fresh, err); got != want || len(used.Orders) != len(fresh.Orders) {
				t.Errorf("after %.40q: got  %s\nwant %s", before.body, got, want)
			}
			if err == nil && string(used.AppendContent(nil)) != string(fresh.AppendContent(nil)) {
				t.Errorf("after %.40q: content differs", before.body)
			}
		}
	}
}
