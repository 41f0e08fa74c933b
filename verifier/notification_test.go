package verifier_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// A Notification that was used before must come out as a new one would, whatever
// was in it.
func TestNotificationIsReusable(t *testing.T) {
	v := newVerifier(t)
	bodies := []string{
		payment().Sign(key, verifier.MD5),
		payment().With("attach", "").With("cash_fee", "7").Sign(key, verifier.HMACSHA256),
		failedPayment().Sign(key, verifier.MD5),
		payment().Sign(strangerKey, verifier.MD5),
		"<xml>",
		"",
		"{}",
		payment().Without("total_fee").Sign(key, verifier.MD5),
		payment().With("contract_id", "1").With("sub_mch_id", "2").Sign(key, verifier.MD5),
		"<xml>" + elements(200) + "</xml>",
	}
	var used verifier.Notification
	for _, before := range bodies {
		for _, body := range bodies {
			fresh, wantErr := judge(t, v, body)
			_ = v.Verify(before, nil, &used)
			err := v.Verify(body, nil, &used)
			if label(err) != label(wantErr) {
				t.Fatalf("%v, want %v", err, wantErr)
			}
			if got, want := describe(&used, err), describe(&fresh, err); got != want {
				t.Errorf("after %.40q: got  %s\nwant %s", before, got, want)
			}
		}
	}
}

// describe tells everything about n that can be seen from outside.
func describe(n *verifier.Notification, err error) string {
	text := fmt.Sprint(n.Kind, n.APIVersion, n.Authenticity, n.MchID, n.EventType, n.ResourceType, n.Time,
		n.OutTradeNo, n.TransactionID, n.Number, n.State, n.Total, n.Currency, len(n.Fields), n.Warnings)
	if err == nil {
		text += string(n.AppendJSON(nil))
	}
	return text
}

func TestAppendJSONAppends(t *testing.T) {
	n, err := judgeSigned(t, payment())
	wantReason(t, err, verifier.OK)
	first := n.AppendJSON(nil)
	if got := n.AppendJSON([]byte("before")); string(got) != "before"+string(first) {
		t.Errorf("got %s", got)
	}
	buffer := make([]byte, 0, 4096)
	if got := n.AppendJSON(buffer); !bytes.Equal(got, first) || &got[0] != &buffer[:1][0] {
		t.Error("the buffer given was not used")
	}
}

// Verdicts of one Verifier do not mix, however many are wanted at once.
func TestConcurrentUse(t *testing.T) {
	v := newVerifier(t)
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			var n verifier.Notification
			for range 50 {
				number := fmt.Sprintf("ORDER-%d", i)
				signType := []verifier.SignType{verifier.MD5, verifier.HMACSHA256}[i%2]
				fields := payment().With("out_trade_no", number).With("attach", strings.Repeat("a", i))
				wantReason(t, v.Verify(fields.Sign(strangerKey, signType), nil, &n), verifier.BadSignature)
				wantReason(t, v.Verify(fields.Sign(key, signType), nil, &n), verifier.OK)
				if n.OutTradeNo != number || n.Authenticity != string(signType) {
					t.Errorf("got %s by %s, want %s by %s", n.OutTradeNo, n.Authenticity, number, signType)
				}
			}
		})
	}
	group.Wait()
}

func TestID(t *testing.T) {
	tests := []struct {
		name                 string
		mchID, number, state string
		want                 string
	}{
		{"documented form", "1900000109", "4200000171201808221550954201", "SUCCESS", "transaction:1900000109:4200000171201808221550954201:SUCCESS"},
		{"all characters of numbers", "1", "a-_|*@Z", "SUCCESS", "transaction:1:a-_|*@Z:SUCCESS"},
		{"separator", "1", "a:b", "c", "transaction:1:a%3Ab:c"},
		{"escape itself", "1", "a%3Ab", "c", "transaction:1:a%253Ab:c"},
		{"blank", "1", "a b", "c", "transaction:1:a%20b:c"},
		{"control characters", "1", "a\x00\t\r\n\x7fb", "c", "transaction:1:a%00%09%0D%0A%7Fb:c"},
		{"every part", "a:b", "c:d", "e:f", "transaction:a%3Ab:c%3Ad:e%3Af"},
		{"Chinese", "1", "粤B12345", "c", "transaction:1:粤B12345:c"},
		{"empty number", "1", "", "c", "transaction:1::c"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n := verifier.Notification{ResourceType: "transaction", MchID: test.mchID, Number: test.number, State: test.state}
			if got := n.ID(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Two facts never share an ID.
func TestIDIsInjective(t *testing.T) {
	parts := []string{"", "a", "b", ":", "%", "%3A", "a:", ":a", "a:b", " ", "%20", "\n", "3A", "::"}
	seen := map[string][3]string{}
	for _, mchID := range parts {
		for _, number := range parts {
			for _, state := range parts {
				n := verifier.Notification{ResourceType: "transaction", MchID: mchID, Number: number, State: state}
				if other, ok := seen[n.ID()]; ok {
					t.Errorf("%q and %q share the ID %q", [3]string{mchID, number, state}, other, n.ID())
				}
				seen[n.ID()] = [3]string{mchID, number, state}
			}
		}
	}
}
